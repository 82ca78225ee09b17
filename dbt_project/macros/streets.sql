{#-
  Street segments (街段): the nearest one within 30 m, found through buckets.

  Coordinates are whole millionths of a degree; distances are in millionths of a degree of latitude (0.1113195 m
  each), one of longitude weighing 4492 / column width of the row, as in cells.sql. A bucket is 1,000 millionths wide
  and high; its origin is shifted by 180°, because engines agree on remainders of positive numbers only.

  30 m: half the usual distance of parallel streets at most, and what is left of a fix of up to 50 m most of the time.
-#}
{% macro street_tolerance() -%}
269
{%- endmacro %}

{#- Origin of the bucket of a coordinate. -#}
{% macro street_bucket(coordinate) -%}
({{ coordinate }} + 180000000 - ({{ coordinate }} + 180000000) % 1000)
{%- endmacro %}

{#- Where along a piece, from 0 to 1, the nearest place to a point lies; columns of int_street_pieces. -#}
{% macro nearest_on_piece(x, y) -%}
case
            when way_squared = 0 then 0
            else greatest(0, least(1, (
                ({{ x }} - started_x) * east_weight * way_east + ({{ y }} - started_y) * way_north
            ) / nullif(way_squared, 0)))
        end
{%- endmacro %}

{#- Square of the distance from a point to a place along a piece. -#}
{% macro squared_from_piece(x, y, place) -%}
(({{ x }} - started_x) * east_weight - {{ place }} * way_east)
        * (({{ x }} - started_x) * east_weight - {{ place }} * way_east)
        + ({{ y }} - started_y - {{ place }} * way_north) * ({{ y }} - started_y - {{ place }} * way_north)
{%- endmacro %}
