{#-
  Tables, views, seeds and tests in one statement each. dbt's own ways (build beside, rename away, rename in, drop, in a
  transaction) keep the old relation in sight of readers, write every statement into the target folder a second time
  and read seeds row by row in Python: a third of a small run's time. Nobody reads the private build database, and
  relations never change their kind here: another program asks for a full build of an empty file.
-#}
{% macro run_at_once(sql, fetch=false) %}
    {%- set response, rows = adapter.execute(sql, auto_begin=false, fetch=fetch) -%}
    {%- do store_result('main', response=response, agate_table=rows) -%}
{% endmacro %}

{% materialization table, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- do run_at_once('create or replace table ' ~ target ~ ' as (\n' ~ compiled_code ~ '\n)') -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set target = this.incorporate(type='view') -%}
    {%- do run_at_once('create or replace view ' ~ target ~ ' as (\n' ~ compiled_code ~ '\n)') -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#- Every column of a seed has a declared type; the file names the same columns, and others are an error. -#}
{% materialization seed, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {%- set columns = [] -%}
    {%- for name, type in config.get('column_types').items() -%}
        {%- do columns.append(name ~ ' ' ~ type) -%}
    {%- endfor -%}
    {%- do run_at_once(
        'create or replace table ' ~ target ~ ' (' ~ columns | join(', ') ~ ');\n'
        ~ 'insert into ' ~ target ~ " by name select * from read_csv('" ~ adapter.get_seed_file_path(model) ~ "', "
        ~ "header = true, all_varchar = true, delim = ',', quote = '\"')"
    ) -%}
    {%- do store_result('agate_table', response='OK') -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#- Failing rows are not kept: `jingcang.contracts.failing_rows` finds them. -#}
{% materialization test, adapter='duckdb' %}
    {%- do run_at_once(
        get_test_sql(sql, config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), limit=none), fetch=true
    ) -%}
    {{ return({'relations': []}) }}
{% endmaterialization %}
