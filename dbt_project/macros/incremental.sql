{#-
  Incremental by affected partition: the local event_date, or the week or month of a mart that counts by it. A
  partition that lost its last row must be emptied too, so rows are deleted by the affected partitions, not by those
  that the new rows happen to have. Both statements take them from the same macro, before anything is deleted.

  control.affected_partitions names old and new dates of every row a batch touched. The partitions that a model wrote
  are written down there under its name: for all that counts incidents (the dates of fct_incidents and of
  int_incident_windows depend on what dispatches and cases pointed to before this build, which nothing can tell
  afterwards) and for the tests of contracts (contracts.sql). Inputs without a date of their own (mappings,
  dictionaries, units, areas, officers) ask for a full refresh of the model instead: see `meta.partition_inputs` in the
  model; anything not listed there is such an input.
-#}
{% macro get_incremental_affected_partitions_sql(arg_dict) %}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set part = partition_column(target) | trim %}
    insert into {{ source('control', 'affected_partitions') }} (entity, event_date)
    select '{{ target.identifier }}', {{ part }} from ({{ affected_partitions(target) }}) as affected ({{ part }});
    delete from {{ target }}
    where {{ part }} in ({{ partitions_written(target.identifier) }});
    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }};
{% endmacro %}

{#- Name of the column that divides a model's rows. -#}
{% macro partition_column(relation) -%}
    {{ {
        'rpt_incident_hours': 'month_start', 'rpt_cell_weeks': 'week_start', 'rpt_incident_week_hours': 'week_start',
    }.get(relation.identifier, 'event_date') }}
{%- endmacro %}

{#- The partition that an event_date falls into; what gives a week reads one row of control.run as `run`. -#}
{% macro partition_of(relation, event_date='event_date') -%}
    {%- set column = partition_column(relation) | trim -%}
    {%- if column == 'month_start' -%} {{ month_start(event_date) }}
    {%- elif column == 'week_start' -%} {{ week_start(event_date, 'run.week_start') }}
    {%- else -%} {{ event_date }}
    {%- endif -%}
{%- endmacro %}

{#- One-column select of the partitions to recompute. -#}
{% macro affected_partitions(relation) -%}
    {%- if partition_column(relation) | trim == 'event_date' -%}
    {{ affected_dates(relation) }}
    {%- else -%}
    select {{ partition_of(relation, 'touched.event_date') }}
    from ({{ affected_dates(relation) }}) as touched
    cross join {{ source('control', 'run') }} as run
    {%- endif -%}
{%- endmacro %}

{#- One-column select of the days of these partitions: asked by day, the engine passes over the blocks of others. -#}
{% macro affected_days(relation) -%}
    {%- set column = partition_column(relation) | trim -%}
    {%- if column == 'event_date' -%}
    {{ affected_dates(relation) }}
    {%- else -%}
    select days.event_date
    from (
        select affected.partition_start, {{ add_days('affected.partition_start', 'offsets.number') }} as event_date
        from (select {{ partition_of(relation, 'touched.event_date') }} as partition_start
        from ({{ affected_dates(relation) }}) as touched
        cross join {{ source('control', 'run') }} as run) as affected
        cross join ({{ whole_numbers(0, 6 if column == 'week_start' else 30) }}) as offsets
    ) as days
    cross join {{ source('control', 'run') }} as run
    where {{ partition_of(relation, 'days.event_date') }} = days.partition_start
    {%- endif -%}
{%- endmacro %}

{#- One-column select of the dates to recompute; the model's name picks the rule. -#}
{% macro affected_dates(relation) -%}
    {%- set touched = source('control', 'affected_partitions') -%}
    {%- set of_incidents = "select event_date from " ~ touched ~ " where entity = 'fct_incidents'" -%}
    {%- set of_windows = "select event_date from " ~ touched ~ " where entity = 'int_incident_windows'" -%}
    {%- if relation.identifier == 'fct_incidents' -%}
    {#- An incident that no batch touched stands in fct_incidents as it did, before it is built and afterwards. -#}
    select event_date from {{ touched }} where entity = 'incidents'
    union
    select incidents.event_date
    from {{ relation }} as incidents
    inner join {{ ref('stg_dispatches') }} as dispatches on incidents.incident_id = dispatches.incident_id
    where dispatches.event_date in (select event_date from {{ touched }} where entity = 'dispatches')
    union
    select incident_date
    from {{ api.Relation.create(database=relation.database, schema=relation.schema, identifier='fct_incident_response') }}
    where
        incident_date is not null
        and event_date in (select event_date from {{ touched }} where entity = 'dispatches')
    {%- elif relation.identifier in ('rpt_incident_counts', 'rpt_incident_hours') -%}
    {{ of_incidents }}
    {%- elif relation.identifier == 'int_incident_windows' -%}
    select event_date from {{ touched }} where entity = 'incidents'
    union
    select incidents.event_date
    from {{ api.Relation.create(database=relation.database, schema=relation.schema, identifier='fct_incidents') }} as incidents
    inner join {{ ref('stg_cases') }} as cases on incidents.incident_id = cases.incident_id
    where cases.event_date in (select event_date from {{ touched }} where entity = 'cases')
    union
    select event_date
    from {{ relation }}
    where case_date in (select event_date from {{ touched }} where entity = 'cases')
    {%- elif relation.identifier == 'int_window_hours' -%}
    {{ of_windows }}
    {%- elif relation.identifier == 'rpt_incident_week_hours' -%}
    {{ of_incidents }}
    union
    {{ of_windows }}
    {%- elif relation.identifier == 'rpt_cell_weeks' -%}
    {{ of_incidents }}
    union
    {{ patrol_dates(touched, 0, 1) }}
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
    {%- elif relation.identifier in (
        'int_patrol_tracks', 'int_patrol_gaps', 'int_patrol_limits', 'int_patrol_cuts', 'rpt_patrol_point_counts'
    ) -%}
    {{ patrol_dates(touched, 0, 0) }}
    {%- elif relation.identifier in (
        'int_patrol_crossings', 'int_patrol_cells', 'int_patrol_stays', 'fct_patrol_presence', 'fct_patrol_visits', 'fct_patrol_street_presence',
        'fct_patrol_area_presence'
    ) -%}
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

{#- One-column select of some dates and of days so far from them: an interval may begin the day before its time. -#}
{% macro days_around(dates, offsets) -%}
    {%- for offset in offsets -%}
    {%- if not loop.first %} union {% endif -%}
    select {{ add_days('affected.event_date', offset) }} as event_date from ({{ dates }}) as affected
    {%- endfor -%}
{%- endmacro %}

{#- Touched dates shifted by each offset: an interval may begin the day before and end the day after. -#}
{% macro neighbouring_dates(touched, entities, offsets) -%}
    {%- for offset in offsets -%}
    {%- if not loop.first %} union {% endif -%}
    select {{ add_days('event_date', offset) }} as event_date
    from {{ touched }} where entity in ({{ entities | join(', ') }})
    {%- endfor -%}
{%- endmacro %}
