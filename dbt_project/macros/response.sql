{#- Both kinds of whole period that pages count response times in: the configured week and the month. -#}
{% macro response_periods(steps, dates) -%}
select
        {{ steps }}.*,
        'week' as period_kind_code,
        {{ dates }}.iso_week_start as counted_from
    from {{ steps }}
    inner join {{ dates }} on {{ steps }}.event_date = {{ dates }}.date_day
    union all
    select
        {{ steps }}.*,
        'month' as period_kind_code,
        {{ month_start(steps ~ '.event_date') }} as counted_from
    from {{ steps }}
{%- endmacro %}
