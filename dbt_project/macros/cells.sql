{#-
  The square grid: 500 m cells by integer arithmetic on millionths of a degree, so that every engine and
  every run gives the same cell.

  cell_id = '<latitude>_<longitude>' of the south-west corner in millionths of a degree. Rows are 4,492
  millionths high (500 m / 111,319.49 m a degree). The column width of a row is 4,492 / cos(latitude of the
  middle of the row's whole degree), rounded: one width a row, error below 1.6% of 500 m under 60°.
  Longitudes are shifted by 180° before the remainder, because engines agree on remainders of positive
  numbers only.
-#}
{% macro cell_row_origin(latitude) -%}
{{ cell_row('cast(' ~ latitude ~ ' * 1000000 as bigint)') }}
{%- endmacro %}

{#- South side of the cell of a latitude in millionths of a degree. -#}
{% macro cell_row(y) -%}
({{ y }} - ({{ y }} + 90000000) % 4492)
{%- endmacro %}

{#- West side of the cell of a longitude in millionths of a degree. -#}
{% macro cell_column(x, column_width) -%}
({{ x }} - ({{ x }} + 180000000) % {{ column_width }})
{%- endmacro %}

{% macro cell_column_width(row_origin) -%}
    {%- set widths = [
        4492, 4494, 4496, 4500, 4506, 4513, 4521, 4531, 4542, 4554,
        4568, 4584, 4601, 4620, 4640, 4662, 4685, 4710, 4737, 4765,
        4796, 4828, 4862, 4898, 4936, 4977, 5019, 5064, 5111, 5161,
        5213, 5268, 5326, 5387, 5451, 5518, 5588, 5662, 5740, 5821,
        5907, 5998, 6093, 6193, 6298, 6409, 6526, 6649, 6779, 6917,
        7062, 7216, 7379, 7552, 7735, 7931, 8139, 8360, 8597, 8851,
        9122, 9414, 9728, 10067, 10434, 10832, 11265, 11738, 12256, 12827,
        13457, 14157, 14938, 15816, 16809, 17941, 19242, 20754, 22531, 24649,
    ] -%}
{#- By tens of degrees first: one comparison a degree took a third of the time of the models of presence. #}
case
    {%- for ten in range(8) %}
    when abs({{ row_origin }}) < {{ (ten + 1) * 10000000 }} then case
        {%- for width in widths[10 * ten:10 * ten + 9] %}
        when abs({{ row_origin }}) < {{ (10 * ten + loop.index) * 1000000 }} then {{ width }}
        {%- endfor %}
        else {{ widths[10 * ten + 9] }}
    end
    {%- endfor %}
    else {{ widths[-1] }}
end
{%- endmacro %}

{% macro cell_id(row_origin, column_width, longitude) -%}
{{ cell_name(row_origin, cell_column('cast(' ~ longitude ~ ' * 1000000 as bigint)', column_width)) }}
{%- endmacro %}

{% macro cell_name(row_origin, column_origin) -%}
cast({{ row_origin }} as varchar) || '_' || cast({{ column_origin }} as varchar)
{%- endmacro %}

{#-
  True when a displacement in millionths of a degree took place at more than 33 m/s within 180 s. One millionth
  of a degree of latitude is 0.1113195 m, so 33 m/s is 296 of them a second; one of longitude weighs 4492 /
  column width of the row, never more than 1: what is slow without the weight is slow, and the width is asked for the
  rest only; most are slow even with both sides of the triangle laid end to end. Longer times are not judged. Integers
  only: the largest term is below 3e18.
-#}
{% macro is_too_fast(latitude_change, longitude_change, seconds, latitude) -%}
{%- set width = cell_column_width(cell_row(latitude)) -%}
{%- set north = 'cast(' ~ latitude_change ~ ' as bigint)' -%}
{%- set east = 'cast(' ~ longitude_change ~ ' as bigint)' -%}
case
            when {{ seconds }} > 180 then false
            when abs({{ north }}) + abs({{ east }}) <= 296 * {{ seconds }} then false
            when {{ north }} * {{ north }} + {{ east }} * {{ east }} <= 296 * {{ seconds }} * 296 * {{ seconds }}
                then false
            when abs({{ north }}) > 296 * {{ seconds }} then true
            when abs({{ east }}) > 4 * 296 * {{ seconds }} then true
            else
                ({{ north }} * {{ north }} - 296 * {{ seconds }} * 296 * {{ seconds }}) * {{ width }} * {{ width }}
                + {{ east }} * {{ east }} * 4492 * 4492
                > 0
        end
{%- endmacro %}

{#- Coordinate after some seconds of a straight, even way, in whole millionths of a degree, rounded down. -#}
{% macro point_on_way(started, ended, second, seconds) -%}
({{ started }} + cast(floor(({{ ended }} - {{ started }}) * {{ second }} / nullif(1.0 * {{ seconds }}, 0)) as bigint))
{%- endmacro %}
