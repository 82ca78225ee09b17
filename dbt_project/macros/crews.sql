{#- Places of a crew's members in its list, in column `number`: at most 30 members are read, wherever crews are taken apart. -#}
{% macro crew_places() -%}
{{ whole_numbers(1, 30) }}
{%- endmacro %}
