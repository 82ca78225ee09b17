{#- 1 for true, 0 for false or unknown. -#}
{% macro as_count(condition) -%}
case when {{ condition }} then 1 else 0 end
{%- endmacro %}

{#- Date as text for evidence; a dash where there is none. -#}
{% macro date_text(from_date) -%}
coalesce(cast({{ from_date }} as varchar), '—')
{%- endmacro %}

{#-
  Assessment periods that a source has records of: those before its first record are not computed, since a source that
  does not deliver is not a unit that does nothing. counted_date is the period's last day, or the run's day.
-#}
{% macro periods_on_record(events) -%}
    select
        periods.period_start,
        periods.period_end,
        least(periods.period_end, run.as_of) as counted_date
    from {{ ref('int_assessment_periods') }} as periods
    cross join {{ source('control', 'run') }} as run
    inner join (select min(event_date) as first_date from {{ events }}) as recorded
        on periods.period_end >= recorded.first_date
{%- endmacro %}

{#-
  Days that records have, each with its assessment period. Joining the few days to the periods, and records to their
  day by equality, is far cheaper than ordering all records by it. Needs a CTE ``periods``.
-#}
{% macro days_in_periods(events, days) -%}
    select
        days.day,
        periods.period_start,
        periods.period_end
    from (
        {% for day in days -%}
        {% if not loop.first %}union {% endif %}select {{ 'distinct ' if days | length == 1 }}{{ day }} as day from {{ events }}
        {% endfor -%}
    ) as days
    inner join periods on days.day between periods.period_start and periods.period_end
{%- endmacro %}
