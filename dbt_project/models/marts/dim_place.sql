-- Grain: one place (实有单位 or 重点场所). Key: place_id.
-- Steps: type mapped on the run's day; grid cell from the coordinates.
with places as (
    select
        *,
        {{ cell_row_origin('latitude') }} as cell_row_origin
    from {{ ref('stg_places') }}
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

final as (
    select
        places.place_id,
        places.place_no,
        places.place_name,
        {{ code_and_label('place_type', 'places.place_type_raw', 'place_type') }},
        places.is_key_place,
        places.area_no,
        units.unit_id,
        places.unit_no,
        {{ cell_id(
            'places.cell_row_origin', cell_column_width('places.cell_row_origin'), 'places.longitude'
        ) }} as cell_id,
        places.valid_from,
        places.valid_to,
        places.verified_date,
        {{ lineage('places') }}
    from places
    cross join run
    left join units on places.unit_no = units.unit_no
    left join mappings as place_type
        on {{ mapping_matches(
            'place_type', 'places.place_type_raw', 'places.source_system', 'places.place_type_raw',
            'run.as_of'
        ) }}
)

select * from final
