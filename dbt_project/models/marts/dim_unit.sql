-- Grain: one unit, in its latest version. Key: unit_no. (Not the version of the run's day: facts built by
-- partition keep the key they were given.)
with units as (
    select * from {{ ref('stg_units') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

ranked as (
    select
        units.*,
        run.as_of,
        row_number() over (
            partition by units.unit_no
            order by
                coalesce(units.valid_from, date '0001-01-01') desc,
                units.unit_id
        ) as version_rank
    from units
    cross join run
),

final as (
    select
        ranked.unit_id,
        ranked.unit_no,
        ranked.unit_name,
        ranked.parent_unit_no,
        ranked.unit_longitude,
        ranked.unit_latitude,
        ranked.yard_radius_m,
        {{ code_and_label('unit_kind', 'ranked.unit_kind_raw', 'unit_kind') }}
    from ranked
    left join mappings as unit_kind
        on {{ mapping_matches(
            'unit_kind', 'units.unit_kind_raw', 'ranked.source_system', 'ranked.unit_kind_raw',
            'ranked.as_of'
        ) }}
    where ranked.version_rank = 1
)

select * from final
