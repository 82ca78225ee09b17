{#-
  A table in one statement. dbt's own way (build beside, rename away, rename in, drop) keeps the old table in
  sight of readers; nobody reads the private build database, and the detour costs a small run a tenth of its time.
  Relations never change their kind here: another program asks for a full build of an empty file.
-#}
{% materialization table, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- call statement('main') -%}
    create or replace table {{ target }} as (
    {{ compiled_code }}
    )
    {%- endcall -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
