{#- The columns that lead from a fact back to its landing row. -#}
{% macro lineage(relation) -%}
{{ relation }}._source_system,
    {{ relation }}._source_table,
    {{ relation }}._source_key,
    {{ relation }}._source_batch_id,
    {{ relation }}._source_file,
    {{ relation }}._source_line
{%- endmacro %}
