{#- Places of a crew's members in its list, in column `number`: at most 30 members are read, wherever crews are taken apart. -#}
{% macro crew_places() -%}
{{ whole_numbers(1, 30) }}
{%- endmacro %}

{#-
  Area of a crew by local date and hour: that of its shift planned in this hour, else of its shift of the day; the
  smallest number where there are several. The small hours of a night shift are of the next date; what is planned
  before a shift's date, or after the day that follows it, is not told by hour. With `dates`, a one-column select, these
  dates alone.
-#}
{% macro areas_of_shifts(shifts, run, dates) -%}
{%- set of_shifts -%}
from {{ shifts }} as shifts
    {% if dates -%}
    inner join ({{ days_around(dates, [-1, 0]) }}) as shift_dates on shifts.event_date = shift_dates.event_date
    {% endif -%}
{%- endset -%}
select
        patrol_unit_no,
        event_date,
        event_hour,
        case
            when max(is_planned) = 1 then min(case when is_planned = 1 then area_no end) else min(area_no)
        end as area_no
    from (
        select
            shifts.patrol_unit_no,
            shifts.area_no,
            shifts.event_date,
            hours.number as event_hour,
            0 as is_planned
        {{ of_shifts }}
        cross join ({{ whole_numbers(0, 23) }}) as hours
        union all
        select
            patrol_unit_no,
            area_no,
            cast(local_time as date) as event_date,
            cast(extract(hour from local_time) as bigint) as event_hour,
            1 as is_planned
        from (
            select
                shifts.patrol_unit_no,
                shifts.area_no,
                shifts.event_date as shift_date,
                {{ local_timestamp(at_clock_second(
                    'least(' ~ clock_second('shifts.planned_start_at') ~ ' + 3600 * hours.number, '
                    ~ clock_second('shifts.planned_end_at') ~ ' - 1)'
                ), 'run.timezone') }} as local_time
            {{ of_shifts }}
            cross join {{ run }} as run
            inner join ({{ whole_numbers(0, 24) }}) as hours
                on 3600 * (hours.number - 1)
                < {{ clock_second('shifts.planned_end_at') }} - {{ clock_second('shifts.planned_start_at') }}
            where shifts.planned_start_at < shifts.planned_end_at
        ) as planned
        where cast(local_time as date) between shift_date and {{ add_days('shift_date', 1) }}
    ) as hourly
    group by patrol_unit_no, event_date, event_hour
{%- endmacro %}
