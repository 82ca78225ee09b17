{#-
  Engine differences live here and in cells.sql, nowhere else (ARCHITECTURE decision 9).
  Each macro states what it returns; a second engine overrides it through adapter.dispatch.
-#}

{#- Lower-hex md5 over the parts, unit-separated, NULL distinct from ''. -#}
{% macro surrogate_key(parts) -%}
md5(concat(
    {%- for part in parts -%}
    {%- if not loop.first %}, '|', {% endif -%}
    coalesce(cast({{ part }} as varchar), '~')
    {%- endfor -%}
))
{%- endmacro %}

{#- Whole days from one date to another; negative when the second is earlier. -#}
{% macro days_between(from_date, to_date) -%}
cast(date_diff('day', {{ from_date }}, {{ to_date }}) as bigint)
{%- endmacro %}

{#- Whole seconds from one instant to another. -#}
{% macro seconds_between(from_at, to_at) -%}
date_diff('second', {{ from_at }}, {{ to_at }})
{%- endmacro %}

{% macro add_days(from_date, day_count) -%}
cast({{ from_date }} + cast({{ day_count }} as integer) as date)
{%- endmacro %}

{#- The same day of the month so many months later, or that month's last day. -#}
{% macro add_months(from_date, month_count) -%}
cast({{ from_date }} + interval '{{ month_count }}' month as date)
{%- endmacro %}

{% macro month_start(from_date) -%}
cast(date_trunc('month', {{ from_date }}) as date)
{%- endmacro %}

{% macro next_month_start(month_date) -%}
{{ add_months(month_date, 1) }}
{%- endmacro %}

{#- 1 = Monday … 7 = Sunday. 1900-01-01 was a Monday; no date before it is used. -#}
{% macro weekday_number(from_date) -%}
({{ days_between("date '1900-01-01'", from_date) }} % 7 + 1)
{%- endmacro %}

{#- First day of the week of a date; weeks begin on first_weekday (1 = Monday). -#}
{% macro week_start(from_date, first_weekday) -%}
{{ add_days(from_date, '-((' ~ weekday_number(from_date) ~ ' - ' ~ first_weekday ~ ' + 7) % 7)') }}
{%- endmacro %}

{#- Local wall-clock timestamp of a UTC instant, in the zone of the run (control.run.timezone). -#}
{% macro local_timestamp(at_utc, zone) -%}
timezone({{ zone }}, {{ at_utc }})
{%- endmacro %}

{#- True when a comma-separated text holds the value as a whole element. -#}
{% macro list_holds(list_text, element) -%}
(',' || {{ list_text }} || ',' like '%,' || {{ element }} || ',%')
{%- endmacro %}

{#- The element of a comma-separated text at a place from 1 on; '' beyond its end. -#}
{% macro list_part(list_text, place) -%}
trim(split_part({{ list_text }}, ',', cast({{ place }} as integer)))
{%- endmacro %}

{#- Whole numbers of a range, one a row, in column `number`. -#}
{% macro whole_numbers(first, last) -%}
select cast(few.number as bigint) as number
    from (values {% for number in range(first, last + 1) %}({{ number }}){{ ', ' if not loop.last }}{% endfor %}) as few (number)
{%- endmacro %}

{#- Day and month 'MM-DD' of a date as text. -#}
{% macro month_day_text(from_date) -%}
substr(cast({{ from_date }} as varchar), 6, 5)
{%- endmacro %}

{#- Completed years of age on a date. -#}
{% macro completed_years(birth_date, on_date) -%}
cast(
    extract(year from {{ on_date }}) - extract(year from {{ birth_date }})
    - case when {{ month_day_text(on_date) }} < {{ month_day_text(birth_date) }} then 1 else 0 end as bigint
)
{%- endmacro %}

{#- Minutes with two decimals from whole seconds. -#}
{% macro minutes_of(seconds) -%}
cast({{ seconds }} / 60.0 as decimal(9, 2))
{%- endmacro %}

{#- Percentage with two decimals; NULL over nothing. -#}
{% macro pct_of(part, whole) -%}
cast(100.0 * {{ part }} / nullif({{ whole }}, 0) as decimal(9, 2))
{%- endmacro %}

{#-
  Whole seconds since 2000-01-01 00:00:00 UTC, rounded down: an integer clock for windows and differences. Counted from the
  year 1, so that whole division rounds down before 1970, too.
-#}
{% macro clock_second(at_utc) -%}
((epoch_us({{ at_utc }}) + 62135596800000000) // 1000000 - 63082281600)
{%- endmacro %}

{#- Instant of a clock second. -#}
{% macro at_clock_second(clock_second) -%}
(timestamptz '2000-01-01 00:00:00+00' + cast({{ clock_second }} as integer) * interval '1 second')
{%- endmacro %}

{#- Seconds by which the wall clock of a zone is ahead of UTC at an instant. -#}
{% macro zone_offset_seconds(at_utc, zone) -%}
date_diff('second', timezone('UTC', {{ at_utc }}), {{ local_timestamp(at_utc, zone) }})
{%- endmacro %}

{#- Start of the quarter of an hour that a clock second lies in. -#}
{% macro quarter_second(clock_second) -%}
({{ clock_second }} - {{ clock_second }} % 900)
{%- endmacro %}

{#- Second of the day, 0 to 86399, of a clock second; also before 2000, where remainders are negative. -#}
{% macro second_of_day(clock_second) -%}
(({{ clock_second }}) % 86400 + 86400) % 86400
{%- endmacro %}

{#- Full hours in a second of the day. -#}
{% macro whole_hours(day_second) -%}
({{ day_second }} // 3600)
{%- endmacro %}

{#- Whole part of a quotient of two whole numbers, neither negative; NULL over nothing. -#}
{% macro whole_quotient(part, whole) -%}
cast(floor((({{ part }}) - ({{ part }}) % nullif({{ whole }}, 0)) / nullif({{ whole }}, 0)) as bigint)
{%- endmacro %}

{#- How often one text stands in another; one character only. -#}
{% macro count_of(character, text) -%}
(length({{ text }}) - length(replace({{ text }}, '{{ character }}', '')))
{%- endmacro %}

{#- The part of a text at a place from 1 on, between separators; '' beyond its end. -#}
{% macro text_part(text, separator, place) -%}
split_part({{ text }}, '{{ separator }}', cast({{ place }} as integer))
{%- endmacro %}

{#- A number of a blank-separated text of numbers, in whole millionths. -#}
{% macro millionths_in(text, place) -%}
cast(cast({{ text_part('trim(' ~ text ~ ')', ' ', place) }} as decimal(12, 6)) * 1000000 as bigint)
{%- endmacro %}
