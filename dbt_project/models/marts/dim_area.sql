-- Grain: one area in one validity. Key: area_id. At most one row of an area_no is valid on a day.
with areas as (
    select * from {{ ref('stg_areas') }}
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
            partition by area_no, coalesce(valid_from, date '0001-01-01') order by area_id
        ) as version_rank
    from areas
),

versions as (
    select
        area_id,
        area_no,
        source_system,
        area_name,
        area_level_raw,
        parent_area_no,
        unit_no,
        population_count,
        boundary_wkt,
        valid_from,
        {{ version_end('area_no') }} as valid_to
    from ranked
    where version_rank = 1
),

final as (
    select
        versions.area_id,
        versions.area_no,
        versions.area_name,
        {{ code_and_label('area_level', 'versions.area_level_raw', 'area_level') }},
        versions.parent_area_no,
        units.unit_id,
        versions.unit_no,
        versions.population_count,
        versions.boundary_wkt,
        versions.valid_from,
        nullif(versions.valid_to, date '9999-12-31') as valid_to,
        coalesce(versions.valid_from, date '0001-01-01') <= run.as_of
        and run.as_of < versions.valid_to as is_current
    from versions
    cross join run
    left join units on versions.unit_no = units.unit_no
    left join mappings as area_level
        on {{ mapping_matches(
            'area_level', 'areas.area_level_raw', 'versions.source_system', 'versions.area_level_raw',
            'run.as_of'
        ) }}
)

select * from final
