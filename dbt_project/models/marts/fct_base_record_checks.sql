-- Grain: one verification of one base record (一标三实). Key: base_check_id.
-- Steps: kind and result mapped on the event date; days since the record's previous verification.
with checks as (
    select
        *,
        lag(checked_date) over (
            partition by source_system, record_kind_raw, record_no order by checked_date, base_check_id
        ) as previous_checked_date
    from {{ ref('stg_base_record_checks') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

officers as (
    select * from {{ ref('dim_officer') }}
),

final as (
    select
        checks.base_check_id,
        checks.base_check_no,
        {{ code_and_label('record_kind', 'checks.record_kind_raw', 'record_kind') }},
        checks.record_no,
        units.unit_id,
        coalesce(checks.unit_no, officers.unit_no) as unit_no,
        officers.area_no,
        checks.officer_no,
        checks.event_date,
        checks.checked_date,
        checks.previous_checked_date,
        {{ days_between(
            'checks.previous_checked_date', 'checks.checked_date'
        ) }} as days_since_previous_check,
        {{ code_and_label('check_result', 'checks.result_raw', 'check_result') }},
        {{ lineage('checks') }}
    from checks
    left join officers
        on checks.officer_no = officers.officer_no and {{ valid_on('officers', 'checks.event_date') }}
    left join units on coalesce(checks.unit_no, officers.unit_no) = units.unit_no
    left join mappings as record_kind
        on {{ mapping_matches(
            'record_kind', 'base_record_checks.record_kind_raw', 'checks.source_system',
            'checks.record_kind_raw', 'checks.event_date'
        ) }}
    left join mappings as check_result
        on {{ mapping_matches(
            'check_result', 'base_record_checks.result_raw', 'checks.source_system', 'checks.result_raw',
            'checks.event_date'
        ) }}
)

select * from final
