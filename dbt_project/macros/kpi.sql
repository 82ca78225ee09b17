{#- The columns of every KPI model, in one order, so that they can be stacked. -#}
{% macro kpi_columns() -%}
    {{ return(['kpi_code', 'period_start', 'period_end', 'unit_no', 'officer_no', 'record_kind', 'record_id', 'record_no', 'event_date', 'in_denominator', 'in_numerator', 'denominator_value', 'numerator_value', 'is_excluded', 'exclusion_reason', 'evidence', '_source_system', '_source_table', '_source_key', '_source_batch_id', '_source_file', '_source_line']) }}
{%- endmacro %}

{#- 1 for true, 0 for false or unknown. -#}
{% macro as_count(condition) -%}
case when {{ condition }} then 1 else 0 end
{%- endmacro %}

{#- Date as text for evidence; a dash where there is none. -#}
{% macro date_text(from_date) -%}
coalesce(cast({{ from_date }} as varchar), '—')
{%- endmacro %}
