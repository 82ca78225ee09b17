-- A published key points to a published row or is NULL: what it once pointed to may be deleted or in quarantine.
-- Numbers (…_no) are kept as the source wrote them; checks with a tolerance tell which of them lead nowhere.
{%- set pointers = [
    ('fct_incident_response', 'incident_id', 'fct_incidents'),
    ('fct_cases', 'incident_id', 'fct_incidents'),
    ('fct_disputes', 'incident_id', 'fct_incidents'),
    ('fct_citizen_feedback', 'incident_id', 'fct_incidents'),
    ('fct_case_persons', 'case_id', 'fct_cases'),
    ('fct_case_labels', 'case_id', 'fct_cases'),
    ('fct_case_clues', 'case_id', 'fct_cases'),
    ('fct_case_evidence', 'case_id', 'fct_cases'),
    ('fct_case_relations', 'case_id', 'fct_cases'),
    ('fct_case_relations', 'case_clue_id', 'fct_case_clues'),
    ('fct_place_checks', 'place_id', 'dim_place'),
    ('fct_archive_uses', 'archive_item_id', 'fct_archive_items'),
] %}
{%- for pointing, key, target in pointers %}
select
    '{{ pointing }}.{{ key }}' as pointer,
    pointing.{{ key }} as key_value
from {{ ref(pointing) }} as pointing
left join {{ ref(target) }} as target on pointing.{{ key }} = target.{{ key }}
where pointing.{{ key }} is not null and target.{{ key }} is null
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
