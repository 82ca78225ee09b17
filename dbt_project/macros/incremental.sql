{#-
  Incremental by affected partition (local event_date). A partition that lost its last row must be emptied
  too, so rows are deleted by the affected dates, not by the dates that the new rows happen to have. Both
  statements take the dates from the same macro, before anything is deleted.

  control.affected_partitions names old and new dates of every row a batch touched. Inputs without a date of
  their own (mappings, dictionaries, units, areas, officers) ask for a full refresh of the model instead:
  see `meta.partition_inputs` in the model; anything not listed there is such an input.
-#}
{% macro get_incremental_affected_partitions_sql(arg_dict) %}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where event_date in ({{ affected_dates(arg_dict['target_relation']) }});
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }};
{% endmacro %}

{#- One-column select of the dates to recompute; the model's name picks the rule. -#}
{% macro affected_dates(relation) -%}
    {%- set touched = source('control', 'affected_partitions') -%}
    {%- if relation.identifier == 'fct_incidents' -%}
    select event_date from {{ touched }} where entity = 'incidents'
    union
    select incidents.event_date
    from {{ ref('stg_incidents') }} as incidents
    inner join {{ ref('stg_dispatches') }} as dispatches on incidents.incident_id = dispatches.incident_id
    where dispatches.event_date in (select event_date from {{ touched }} where entity = 'dispatches')
    union
    select incident_date
    from {{ api.Relation.create(database=relation.database, schema=relation.schema, identifier='fct_incident_response') }}
    where
        incident_date is not null
        and event_date in (select event_date from {{ touched }} where entity = 'dispatches')
    {%- elif relation.identifier == 'fct_incident_response' -%}
    select event_date from {{ touched }} where entity = 'dispatches'
    union
    select dispatches.event_date
    from {{ ref('stg_dispatches') }} as dispatches
    inner join {{ ref('stg_incidents') }} as incidents on dispatches.incident_id = incidents.incident_id
    where incidents.event_date in (select event_date from {{ touched }} where entity = 'incidents')
    union
    select event_date
    from {{ relation }}
    where incident_date in (select event_date from {{ touched }} where entity = 'incidents')
    {%- elif relation.identifier in ('int_patrol_intervals', 'int_patrol_cuts') -%}
    {{ patrol_dates(touched, 0, 0) }}
    {%- elif relation.identifier in ('int_patrol_stays', 'fct_patrol_presence', 'fct_patrol_visits') -%}
    {{ patrol_dates(touched, 0, 1) }}
    {%- elif relation.identifier == 'fct_patrol_shifts' -%}
    {{ patrol_dates(touched, -1, 1) }}
    {%- else -%}
    {#- Fails when run, naming the model: a new incremental model needs a rule here. -#}
    select no_rule_of_affected_dates_for_{{ relation.identifier }}
    {%- endif -%}
{%- endmacro %}

{#-
  Dates of patrol time that touched points, dispatches and shifts change, widened by the days a model looks back and
  ahead. An interval begins at most the day before what it meets. A dispatch is told at most twelve hours after it was
  sent, on its own day or the next; one that names no patrol unit finds it in a shift of its day or the day before.
-#}
{% macro patrol_dates(touched, earlier, later) -%}
    {{ neighbouring_dates(touched, ["'patrol_points'", "'dispatches'"], range(-1 + earlier, 2 + later)) }}
    union
    {{ neighbouring_dates(touched, ["'patrol_shifts'"], range(-1 + earlier, 3 + later)) }}
{%- endmacro %}

{#- Touched dates shifted by each offset: an interval may begin the day before and end the day after. -#}
{% macro neighbouring_dates(touched, entities, offsets) -%}
    {%- for offset in offsets -%}
    {%- if not loop.first %} union {% endif -%}
    select {{ add_days('event_date', offset) }} as event_date
    from {{ touched }} where entity in ({{ entities | join(', ') }})
    {%- endfor -%}
{%- endmacro %}
