{#-
  Pieces of time split at the full clock hour: a piece lasts less than an hour, so it touches two hours at most. Pieces
  have event_date, event_hour, hour_second (when that hour began, seconds of the clock), from_offset and to_offset
  (seconds into it); what comes out has from_second and to_second instead, and the date and hour of each part.
-#}
{% macro split_at_the_hour(pieces, columns) -%}
    select
        {% for column in columns %}{{ column }},
        {% endfor -%}
        event_date,
        event_hour,
        hour_second + from_offset as from_second,
        hour_second + least(to_offset, 3600) as to_second
    from {{ pieces }}
    where from_offset < 3600
    union all
    select
        {% for column in columns %}{{ column }},
        {% endfor -%}
        case when event_hour = 23 then {{ add_days('event_date', 1) }} else event_date end as event_date,
        (event_hour + 1) % 24 as event_hour,
        hour_second + greatest(from_offset, 3600) as from_second,
        hour_second + to_offset as to_second
    from {{ pieces }}
    where to_offset > 3600
{%- endmacro %}
