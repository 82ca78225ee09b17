-- Where areas have boundaries, every second of every device stands in both cuts: by cell and by area.
{%- set boundaries -%}
(
    select area_strips.area_id
    from {{ source('derived', 'area_strips') }} as area_strips
    inner join {{ ref('dim_area') }} as areas on area_strips.area_id = areas.area_id
) as boundaries
{%- endset %}
{{ differs_from_cells(ref('fct_patrol_area_presence'), boundaries) }}
