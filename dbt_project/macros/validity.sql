{#- A version is valid on a date: half-open [valid_from, valid_to); an open end is NULL. -#}
{% macro valid_on(version, on_date) -%}
coalesce({{ version }}.valid_from, date '0001-01-01') <= {{ on_date }}
    and {{ on_date }} < coalesce({{ version }}.valid_to, date '9999-12-31')
{%- endmacro %}

{#-
  End of a version, cut where the next version of the same key begins, so that a join by date can never
  find two versions. Call inside a select over versions of `key` without equal valid_from.
-#}
{% macro version_end(key) -%}
least(
    coalesce(valid_to, date '9999-12-31'),
    coalesce(
        lead(valid_from) over (partition by {{ key }} order by coalesce(valid_from, date '0001-01-01')),
        date '9999-12-31'
    )
)
{%- endmacro %}
