-- Grain: one check of one place. Key: place_check_id.
-- Steps: the latest registration of the place gives type, key mark and area; local hour of the check.
with checks as (
    select * from {{ ref('stg_place_checks') }}
),

places as (
    select
        *,
        row_number() over (
            partition by place_no order by coalesce(valid_from, date '0001-01-01') desc, place_id asc
        ) as recency_rank
    from {{ ref('dim_place') }}
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

run as (
    select * from {{ source('control', 'run') }}
),

final as (
    select
        checks.place_check_id,
        checks.place_check_no,
        places.place_id,
        checks.place_no,
        places.place_type_code,
        places.place_type_label,
        places.is_key_place,
        places.area_no,
        units.unit_id,
        coalesce(checks.unit_no, officers.unit_no, places.unit_no) as unit_no,
        checks.officer_no,
        checks.event_date,
        cast(extract(hour from {{ local_timestamp(
            'checks.checked_at', 'run.timezone'
        ) }}) as bigint) as event_hour,
        checks.problem_count,
        {{ code_and_label('check_result', 'checks.result_raw', 'check_result') }},
        {{ lineage('checks') }}
    from checks
    cross join run
    left join places on checks.place_no = places.place_no and places.recency_rank = 1
    left join officers
        on checks.officer_no = officers.officer_no and {{ valid_on('officers', 'checks.event_date') }}
    left join units on coalesce(checks.unit_no, officers.unit_no, places.unit_no) = units.unit_no
    left join mappings as check_result
        on {{ mapping_matches(
            'check_result', 'place_checks.result_raw', 'checks.source_system', 'checks.result_raw',
            'checks.event_date'
        ) }}
)

select * from final
