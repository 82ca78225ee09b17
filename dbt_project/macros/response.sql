{#- Steps with the configured week and the month of their day: days of one week in one month add up to either. A day
    outside the calendar has no week. -#}
{% macro with_periods(steps, dates) -%}
select
        {{ steps }}.*,
        {{ dates }}.iso_week_start as week_start,
        {{ month_start(steps ~ '.event_date') }} as month_start
    from {{ steps }}
    left join {{ dates }} on {{ steps }}.event_date = {{ dates }}.date_day
{%- endmacro %}
