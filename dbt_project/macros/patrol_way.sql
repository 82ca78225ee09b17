{#-
  Patrol time along the way, for marts that say where a crew was more finely than cells: by street segment and by area.
-#}

{#-
  CTEs up to `steps`: time on patrol (int_patrol_time), the way cut into steps of at most 25 m (224 millionths,
  longitudes unweighed) and at least a second. Columns patrol_unit_id, device_no, unit_no, event_date, event_hour,
  those that split_at_the_hour reads, and x, y of the step's middle. None where the CTE `places` is empty. `dates`: select
  of the dates whose time is wanted, none for all; an interval may begin the day before.
-#}
{% macro patrol_steps(places, dates) -%}
intervals as (
    select
        *,
        cast(ceil(sqrt(cast(
            (ended_x - started_x) * (ended_x - started_x)
            + (ended_y - started_y) * (ended_y - started_y) as double
        )) / 224) as bigint) as step_count_by_way
    from {{ ref('int_patrol_time') }}
    where
        exclusion_code is null
        and exists (select 1 from {{ places }})
        {% if dates -%}
        and event_date in ({{ days_around(dates, [-1, 0]) }})
        {%- endif %}
),

counted as (
    select
        *,
        least(interval_seconds, greatest(1, step_count_by_way)) as step_count
    from intervals
),

numbers as (
    {{ whole_numbers(0, 180) }}
),

-- An interval lasts 180 s at most.
step_numbers as (
    select
        counts.number as step_count,
        numbers.number as step_no
    from numbers as counts
    inner join numbers on numbers.number < counts.number
),

numbered as (
    select
        counted.*,
        step_numbers.step_no
    from counted
    inner join step_numbers on counted.step_count = step_numbers.step_count
),

steps as (
    select
        patrol_unit_id,
        device_no,
        unit_no,
        event_date,
        event_hour,
        started_second - hour_offset_seconds as hour_second,
        hour_offset_seconds
        + {{ whole_quotient('interval_seconds * step_no', 'step_count') }} as from_offset,
        hour_offset_seconds
        + {{ whole_quotient('interval_seconds * (step_no + 1)', 'step_count') }} as to_offset,
        {{ point_on_way('started_x', 'ended_x', '(step_no + 0.5)', 'step_count') }} as x,
        {{ point_on_way('started_y', 'ended_y', '(step_no + 0.5)', 'step_count') }} as y
    from numbered
)
{%- endmacro %}

{#-
  CTEs `reached` and `presence`: seconds of each crew in each place, date and hour, from a CTE of pieces as
  split_at_the_hour gives them with the column that `place` names; devices of one crew merged by any-present, device_seconds adds
  them up. `dates` as above.
-#}
{% macro crew_presence(pieces, place, dates) -%}
reached as (
    select
        *,
        max(to_second) over (
            partition by patrol_unit_id, {{ place }}, event_date, event_hour
            order by from_second, to_second
            rows between unbounded preceding and 1 preceding
        ) as reached_second
    from {{ pieces }}
    {% if dates -%}
    where event_date in ({{ dates }})
    {%- endif %}
),

presence as (
    select
        patrol_unit_id,
        {{ place }},
        event_date,
        event_hour,
        min(unit_no) as unit_no,
        cast(sum(
            greatest(to_second - greatest(from_second, coalesce(reached_second, from_second)), 0)
        ) as bigint) as presence_seconds,
        cast(sum(to_second - from_second) as bigint) as device_seconds
    from reached
    group by patrol_unit_id, {{ place }}, event_date, event_hour
)
{%- endmacro %}

{#-
  Query of what a cut of patrol time has otherwise than the cut by cell, by patrol unit, date and hour: every second of
  every device stands in both, where `places` has a row.
-#}
{% macro differs_from_cells(cut, places) -%}
with by_cell as (
    select
        patrol_unit_id,
        event_date,
        event_hour,
        sum(device_seconds) as device_seconds
    from {{ ref('fct_patrol_presence') }}
    where exists (select 1 from {{ places }})
    group by patrol_unit_id, event_date, event_hour
),

by_place as (
    select
        patrol_unit_id,
        event_date,
        event_hour,
        sum(device_seconds) as device_seconds
    from {{ cut }}
    group by patrol_unit_id, event_date, event_hour
)

select
    by_cell.patrol_unit_id,
    by_place.patrol_unit_id as other_patrol_unit_id
from by_cell
full outer join by_place
    on by_cell.patrol_unit_id = by_place.patrol_unit_id
    and by_cell.event_date = by_place.event_date
    and by_cell.event_hour = by_place.event_hour
where by_cell.device_seconds is distinct from by_place.device_seconds
{%- endmacro %}
