{#-
  From points to pieces of patrol time: what more than one model, or one model twice, says alike.
-#}

{#- True for a GPS point that counts: it has a place, known to within 50 m (or as the device has always been trusted). -#}
{% macro is_usable_fix(points='') -%}
{{ points }}longitude is not null
        and {{ points }}latitude is not null
        and coalesce({{ points }}accuracy_m, 0) <= 50
{%- endmacro %}

{#-
  Query: time on patrol that is all in one cell and one clock hour (most of it), with the cell, as int_patrol_crossings has
  the rest. `dates`: select of the dates wanted, none for all. `track_hours`: CTE of the only tracks, dates and hours wanted,
  none for all.
-#}
{% macro whole_in_cells(dates, track_hours=none) -%}
select
        whole.track_date,
        whole.track_number,
        whole.track_date as event_date,
        whole.event_hour,
        whole.cell_row,
        cast({{ cell_column('whole.started_x', cell_column_width('whole.cell_row')) }} as integer) as cell_column,
        whole.started_second as from_second,
        whole.started_second + whole.interval_seconds as to_second
    from (
        select
            patrol_time.event_date as track_date,
            patrol_time.track_number,
            cast(patrol_time.event_hour as integer) as event_hour,
            cast({{ cell_row('patrol_time.started_y') }} as integer) as cell_row,
            patrol_time.started_x,
            patrol_time.started_second,
            patrol_time.interval_seconds
        from {{ ref('int_patrol_time') }} as patrol_time
        where
            patrol_time.is_whole
            and patrol_time.exclusion_code is null
            {% if dates -%}
            and patrol_time.event_date in ({{ dates }})
            {%- endif %}
    ) as whole
    {% if track_hours -%}
    inner join {{ track_hours }} as track_hours
        on whole.track_date = track_hours.track_date
        and whole.track_number = track_hours.track_number
        and whole.event_hour = track_hours.event_hour
    {%- endif %}
{%- endmacro %}
