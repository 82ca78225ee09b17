-- Grain: one posting of one officer. Key: officer_id. At most one row of an officer is valid on a day.
with officers as (
    select * from {{ ref('stg_officers') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by officer_no, coalesce(valid_from, date '0001-01-01') order by officer_id
        ) as version_rank
    from officers
),

versions as (
    select
        officer_id,
        officer_no,
        source_system,
        officer_name,
        unit_no,
        area_no,
        officer_kind_raw,
        valid_from,
        {{ version_end('officer_no') }} as valid_to
    from ranked
    where version_rank = 1
),

final as (
    select
        versions.officer_id,
        versions.officer_no,
        versions.officer_name,
        units.unit_id,
        versions.unit_no,
        versions.area_no,
        {{ code_and_label('officer_kind', 'versions.officer_kind_raw', 'officer_kind') }},
        versions.valid_from,
        nullif(versions.valid_to, date '9999-12-31') as valid_to,
        coalesce(versions.valid_from, date '0001-01-01') <= run.as_of
        and run.as_of < versions.valid_to as is_current
    from versions
    cross join run
    left join units on versions.unit_no = units.unit_no
    left join mappings as officer_kind
        on {{ mapping_matches(
            'officer_kind', 'officers.officer_kind_raw', 'versions.source_system',
            'versions.officer_kind_raw', 'run.as_of'
        ) }}
)

select * from final
