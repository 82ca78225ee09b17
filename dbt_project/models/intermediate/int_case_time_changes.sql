-- Grain: one decision that changes the time of a case. Key: time_change_id.
-- Steps: its kind mapped on the day it was made; decisions after the run's day are not yet known.
with changes as (
    select * from {{ ref('stg_case_time_changes') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

final as (
    select
        changes.time_change_id,
        changes.case_id,
        {{ code_and_label('change_kind', 'changes.change_kind_raw', 'change_kind') }},
        changes.from_date,
        changes.to_date
    from changes
    cross join run
    left join mappings as change_kind
        on {{ mapping_matches(
            'change_kind', 'case_time_changes.change_kind_raw', 'changes.source_system', 'changes.change_kind_raw',
            'changes.from_date'
        ) }}
    where changes.from_date <= run.as_of
)

select * from final
