{#- The entities that arrive day by day. -#}
{%- set dated_entities = [
    'incidents',
    'dispatches',
    'cases',
    'disputes',
    'feedbacks',
    'base_record_checks',
    'patrol_shifts',
    'patrol_points',
    'place_checks',
    'home_visits',
    'publicity_events',
    'archive_uses',
] -%}
-- Grain: source table × unit × day of the 60 days up to the run's day. Key: freshness_id.
-- Steps: rows by local event date; a day without rows is missing when the unit has delivered before and has
-- delivered at least 7 rows a day on average since (an empty day then has a chance below 1 in 1,000 if rows
-- arrive by chance), so a source that stopped shows too.
with run as (
    select * from {{ source('control', 'run') }}
),

dates as (
    select dim_date.date_day
    from {{ ref('dim_date') }} as dim_date
    cross join run
    where dim_date.date_day between {{ add_days('run.as_of', '-59') }} and run.as_of
),

row_counts as (
    {% for entity in dated_entities -%}
    {%- if not loop.first %}
    union all
    {% endif -%}
    select
        _source_system as source_system,
        _source_table as source_table,
        unit_no,
        event_date,
        count(*) as row_count
    from {{ ref('stg_' ~ entity) }}
    group by _source_system, _source_table, unit_no, event_date
    {%- endfor %}
),

summed as (
    select
        source_system,
        source_table,
        unit_no,
        event_date,
        sum(row_count) as row_count
    from row_counts
    group by source_system, source_table, unit_no, event_date
),

providers as (
    select
        summed.source_system,
        summed.source_table,
        summed.unit_no,
        min(summed.event_date) as first_date,
        sum(summed.row_count) as total_row_count
    from summed
    cross join run
    where summed.event_date <= run.as_of
    group by summed.source_system, summed.source_table, summed.unit_no
),

final as (
    select
        {{ surrogate_key([
            'providers.source_system', 'providers.source_table', 'providers.unit_no', 'dates.date_day'
        ]) }} as freshness_id,
        providers.source_system,
        providers.source_table,
        providers.unit_no,
        dates.date_day as event_date,
        cast(coalesce(summed.row_count, 0) as bigint) as row_count,
        coalesce(summed.row_count, 0) = 0
        and dates.date_day >= providers.first_date
        and providers.total_row_count >= 7 * ({{ days_between('providers.first_date', 'run.as_of') }} + 1)
            as is_missing
    from providers
    cross join run
    cross join dates
    left join summed
        on providers.source_system = summed.source_system
        and providers.source_table = summed.source_table
        and coalesce(providers.unit_no, '~') = coalesce(summed.unit_no, '~')
        and dates.date_day = summed.event_date
)

select * from final
