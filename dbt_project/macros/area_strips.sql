{#-
  Areas by their boundaries: strips of latitude 224 millionths (25 m) high, as in jingcang/addresses/strips.py, where
  derived.area_strips says from which to which longitude of a strip an area reaches. The origin is shifted by 180°,
  because engines agree on remainders of positive numbers only.
-#}

{#- Number of the strip of a latitude in millionths of a degree. -#}
{% macro area_strip(y) -%}
{{ whole_quotient(y ~ ' + 180000000', 224) }}
{%- endmacro %}
