{#- Part of a 档号 by the pattern of its source; '' where the pattern does not fit. -#}
{% macro file_no_part(file_no, pattern, part) -%}
case
        when
            length({{ file_no }}) - length(replace({{ file_no }}, {{ pattern }}.separator, ''))
            = ({{ pattern }}.part_count - 1) * length({{ pattern }}.separator)
            then trim(split_part({{ file_no }}, {{ pattern }}.separator, cast({{ pattern }}.{{ part }} as integer)))
        else ''
    end
{%- endmacro %}

{#- True for a text of one to nine digits. -#}
{% macro is_digits(text) -%}
{%- set rest = namespace(text=text) -%}
{%- for digit in range(10) -%}
{%- set rest.text = "replace(" ~ rest.text ~ ", '" ~ digit ~ "', '')" -%}
{%- endfor -%}
(length({{ text }}) between 1 and 9 and {{ rest.text }} = '')
{%- endmacro %}
