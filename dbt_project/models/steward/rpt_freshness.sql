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
    'officer_hours',
    'archive_uses',
] -%}
-- Grain: source table × unit × day of the 60 days up to the run's day. Key: freshness_id.
-- Steps: rows by local event date, visits that are only planned left out;
-- rows are expected on a day when the unit has delivered before and has
-- delivered at least 7 rows a day on average since (an empty day then has a chance below 1 in 1,000 if rows
-- arrive by chance), so a source that stopped shows too; nothing is expected of a table on a day for which
-- another table of its system has delivered the unit's rows of the same entity (terminals of another make);
-- an expected day without rows is missing. A day
-- arrived on the run's day of its earliest batch, and on time when that is no later than the next day. What
-- landed with the first batch in force of its table (a first load, a replay) arrived on an unknown day.
with run as (
    select * from {{ source('control', 'run') }}
),

dates as (
    select dim_date.date_day
    from {{ ref('dim_date') }} as dim_date
    cross join run
    where dim_date.date_day between {{ add_days('run.as_of', '-59') }} and run.as_of
),

landed_batches as (
    select
        source_system,
        source_table,
        batch_id,
        landed_as_of,
        min(landed_as_of) over (partition by source_system, source_table) as first_landed_as_of
    from {{ source('landed', 'books') }}
),

row_counts as (
    {% for entity in dated_entities -%}
    {%- if not loop.first %}
    union all
    {% endif -%}
    select
        _source_system as source_system,
        _source_table as source_table,
        _source_batch_id as source_batch_id,
        '{{ entity }}' as entity_name,
        unit_no,
        event_date,
        count(*) as row_count
    from {{ ref('stg_' ~ entity) }}
    {%- if entity == 'home_visits' %}
    where visited_at is not null
    {%- endif %}
    group by _source_system, _source_table, _source_batch_id, unit_no, event_date
    {%- endfor %}
),

summed as (
    select
        row_counts.source_system,
        row_counts.source_table,
        row_counts.unit_no,
        row_counts.event_date,
        sum(row_counts.row_count) as row_count,
        min(landed_batches.landed_as_of) as landed_as_of,
        min(landed_batches.first_landed_as_of) as first_landed_as_of
    from row_counts
    left join landed_batches
        on row_counts.source_system = landed_batches.source_system
        and row_counts.source_table = landed_batches.source_table
        and row_counts.source_batch_id = landed_batches.batch_id
    group by row_counts.source_system, row_counts.source_table, row_counts.unit_no, row_counts.event_date
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

table_entities as (
    select
        source_system,
        source_table,
        entity_name
    from row_counts
    group by source_system, source_table, entity_name
),

covered_days as (
    select
        table_entities.source_system,
        table_entities.source_table,
        row_counts.unit_no,
        row_counts.event_date
    from table_entities
    inner join row_counts
        on table_entities.source_system = row_counts.source_system
        and table_entities.entity_name = row_counts.entity_name
        and table_entities.source_table <> row_counts.source_table
    group by
        table_entities.source_system, table_entities.source_table, row_counts.unit_no, row_counts.event_date
),

days as (
    select
        providers.source_system,
        providers.source_table,
        providers.unit_no,
        dates.date_day as event_date,
        cast(coalesce(summed.row_count, 0) as bigint) as row_count,
        covered_days.event_date is null
        and dates.date_day >= providers.first_date
        and providers.total_row_count >= 7 * ({{ days_between('providers.first_date', 'run.as_of') }} + 1)
            as is_expected,
        case when summed.landed_as_of > summed.first_landed_as_of then summed.landed_as_of end as arrived_date
    from providers
    cross join run
    cross join dates
    left join summed
        on providers.source_system = summed.source_system
        and providers.source_table = summed.source_table
        and coalesce(providers.unit_no, '~') = coalesce(summed.unit_no, '~')
        and dates.date_day = summed.event_date
    left join covered_days
        on providers.source_system = covered_days.source_system
        and providers.source_table = covered_days.source_table
        and coalesce(providers.unit_no, '~') = coalesce(covered_days.unit_no, '~')
        and dates.date_day = covered_days.event_date
),

final as (
    select
        {{ surrogate_key(['source_system', 'source_table', 'unit_no', 'event_date']) }} as freshness_id,
        source_system,
        source_table,
        unit_no,
        event_date,
        row_count,
        is_expected,
        is_expected and row_count = 0 as is_missing,
        arrived_date,
        case
            when is_expected and row_count = 0 then false
            when arrived_date is not null then arrived_date <= {{ add_days('event_date', '1') }}
        end as is_on_time
    from days
)

select * from final
