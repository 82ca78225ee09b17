{#-
  Rows that break what a contract promises of a table: a required value that is absent, a key that is there twice.

  What an incremental build wrote is written down in control.affected_partitions (incremental.sql; of landed entities,
  the dates of the rows that a batch touched). Rows of other partitions stand as they stood when they passed, so only
  written ones are asked for values, and only their keys for another row anywhere. Where nothing is written down, as in
  a full build, all rows are asked.
-#}
{% macro keeps_its_contract(relation, required, key, day=none) -%}
    {%- set written = partitions_written(relation.identifier) -%}
    {%- set part = day or partition_column(relation) | trim -%}
    {%- set is_partial = execute and (day or is_incremental_model(relation)) and is_written(relation.identifier) -%}
    {%- if required -%}
    select 'required' as promise
    from {{ relation }}
    where
        ({{ required | join(' is null or ') }} is null)
        {%- if is_partial %}
        and ({{ part }} in ({{ written }}) or {{ part }} is null)
        {%- endif %}
    {%- endif %}
    {%- if required and key %}
    union all
    {%- endif %}
    {%- if key %}
    select 'key' as promise
    from {{ relation }} as held
    {%- if is_partial %}
    inner join (
        select distinct {{ key | join(', ') }} from {{ relation }} where {{ part }} in ({{ written }})
    ) as touched
        on {% for column in key %}held.{{ column }} = touched.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    {%- endif %}
    group by {% for column in key %}held.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
    having count(*) > 1
    {%- endif %}
{%- endmacro %}

{#- One-column select of the partitions that this build wrote, or of the dates that batches touched. -#}
{% macro partitions_written(name) -%}
select event_date from {{ source('control', 'affected_partitions') }} where entity = '{{ name }}'
{%- endmacro %}

{#- A project that is only compiled has no such table. -#}
{% macro is_written(name) -%}
    {%- set control = source('control', 'affected_partitions') -%}
    {%- if adapter.get_relation(control.database, control.schema, control.identifier) is none -%}
    {{ return(false) }}
    {%- endif -%}
    {{ return(run_query('select 1 from (' ~ partitions_written(name) ~ ') as written limit 1') | length > 0) }}
{%- endmacro %}

{% macro is_incremental_model(relation) -%}
    {%- set found = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model')
        | selectattr('name', 'equalto', relation.identifier) | list -%}
    {{ return(found | length > 0 and found[0].config.incremental_strategy == 'affected_partitions') }}
{%- endmacro %}
