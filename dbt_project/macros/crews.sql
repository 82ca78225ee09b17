{#- Places of a crew's members in its list, in column `number`: at most 30 members are read, wherever crews are taken apart. -#}
{% macro crew_places() -%}
{{ whole_numbers(1, 30) }}
{%- endmacro %}

{#- Area of the crew's shift of the day, one row a patrol unit and day: the smallest number where there are several. -#}
{% macro areas_of_shifts(shifts) -%}
select
        patrol_unit_no,
        event_date,
        min(area_no) as area_no
    from {{ shifts }}
    group by patrol_unit_no, event_date
{%- endmacro %}
