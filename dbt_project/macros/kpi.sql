{#- 1 for true, 0 for false or unknown. -#}
{% macro as_count(condition) -%}
case when {{ condition }} then 1 else 0 end
{%- endmacro %}

{#- Date as text for evidence; a dash where there is none. -#}
{% macro date_text(from_date) -%}
coalesce(cast({{ from_date }} as varchar), '—')
{%- endmacro %}
