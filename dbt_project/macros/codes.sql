{#-
  Source value → dictionary code, always through landed mapping rows; never by name.
  Outcome of every value: mapped | ignored | unmapped | absent.
-#}

{#- Join condition to int_code_mappings, valid on the date (half-open). -#}
{% macro mapping_matches(mapping, field_name, source_system, source_value, on_date) -%}
{{ mapping }}.field_name = '{{ field_name }}'
    and {{ mapping_holds(mapping, source_system, source_value, on_date) }}
{%- endmacro %}

{#- The same without the field, for values whose field differs by row. -#}
{% macro mapping_holds(mapping, source_system, source_value, on_date) -%}
{{ mapping }}.source_system = {{ source_system }}
    and {{ mapping }}.source_value = {{ source_value }}
    and {{ mapping }}.valid_from <= {{ on_date }}
    and {{ on_date }} < {{ mapping }}.valid_to
{%- endmacro %}

{#- Outcome of one source value under one joined mapping. -#}
{% macro mapping_outcome(mapping, source_value) -%}
case
        when {{ source_value }} is null then 'absent'
        when {{ mapping }}.outcome is null then 'unmapped'
        else {{ mapping }}.outcome
    end
{%- endmacro %}

{#- Chinese label: the dictionary's name, else what became of the value; NULL when the source gave none. -#}
{% macro mapping_label(mapping, source_value) -%}
case
        when {{ source_value }} is null then null
        when {{ mapping }}.outcome is null then '未映射'
        when {{ mapping }}.outcome = 'ignored' then '不计'
        else {{ mapping }}.name_zh
    end
{%- endmacro %}

{#- `<name>_code, <name>_label` side by side. -#}
{% macro code_and_label(mapping, source_value, name) -%}
{{ mapping }}.code as {{ name }}_code,
    {{ mapping_label(mapping, source_value) }} as {{ name }}_label
{%- endmacro %}

{#- The five states of a check in the users' words. -#}
{% macro check_status_label(status) -%}
case {{ status }}
        when 'pass' then '通过'
        when 'warn' then '有违规但在限内'
        when 'fail' then '不通过'
        when 'not_applicable' then '不适用'
        else '执行错误'
    end
{%- endmacro %}

{#- True when the place of an incident is never shown: its class, at the call or in force, is one of those or not known. -#}
{% macro is_discreet(class_code, class_flags, initial_flags) -%}
{{ class_code }} is null
        or coalesce({{ class_flags }}.is_discreet, false)
        or coalesce({{ initial_flags }}.is_discreet, false)
{%- endmacro %}
