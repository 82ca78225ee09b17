-- Grain: one unit (单位) whose place and yard radius are known. Key: unit_no.
-- Steps: the circle of the yard in millionths of a degree of latitude (0.1113195 m each); one of longitude
-- weighs 4492 / column width of the row. Latest version of the unit, for all days. A unit without a place or
-- radius has no yard: nothing is taken away there.
with units as (
    select
        *,
        {{ cell_row_origin('unit_latitude') }} as cell_row_origin
    from {{ ref('dim_unit') }}
    where unit_longitude is not null and unit_latitude is not null and yard_radius_m > 0
),

final as (
    select
        unit_no,
        cast(unit_longitude * 1000000 as bigint) as x,
        cast(unit_latitude * 1000000 as bigint) as y,
        cast(floor(yard_radius_m * 8.983153) as bigint) as radius,
        4492 / nullif(cast({{ cell_column_width('cell_row_origin') }} as double), 0) as east_weight
    from units
)

select * from final
