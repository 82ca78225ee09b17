{{ config(materialized='table') }}
-- Grain: one label of one case in the groups by which ways of working (MO) are compared. Key: case_id,
-- label_code.
-- Steps: labels nobody rejected, at their first place; weight = round(1000 ln(cases with labels / cases with
-- this label)), an integer, so that sums do not depend on order; rank 1 is the case's rarest label.
-- Source of the weight: inverse document frequency, Sparck Jones 1972.
with case_labels as (
    select * from {{ ref('fct_case_labels') }}
),

groups as (
    select * from {{ ref('mo_label_groups') }}
),

placed as (
    select
        case_labels.case_id,
        case_labels.label_code,
        case_labels.label_zh,
        case_labels.event_date,
        case_labels.evidence_from,
        case_labels.evidence_to,
        row_number() over (
            partition by case_labels.case_id, case_labels.label_code
            order by case_labels.evidence_from, case_labels.evidence_to, case_labels.case_label_id
        ) as place_rank
    from case_labels
    inner join groups on case_labels.label_group = groups.label_group
    where coalesce(case_labels.review_state, 'unreviewed') <> 'rejected'
),

first_places as (
    select * from placed where place_rank = 1
),

labelled as (
    select count(distinct case_id) as labelled_case_count from first_places
),

label_cases as (
    select
        label_code,
        count(*) as label_case_count
    from first_places
    group by label_code
),

weights as (
    select
        label_cases.label_code,
        cast(
            round(1000 * ln(labelled.labelled_case_count / nullif(label_cases.label_case_count, 0))) as bigint
        ) as label_weight
    from label_cases
    cross join labelled
),

final as (
    select
        first_places.case_id,
        first_places.label_code,
        first_places.label_zh,
        first_places.event_date,
        first_places.evidence_from,
        first_places.evidence_to,
        weights.label_weight,
        sum(weights.label_weight) over (partition by first_places.case_id) as case_weight,
        row_number() over (
            partition by first_places.case_id order by weights.label_weight desc, first_places.label_code asc
        ) as label_rank
    from first_places
    inner join weights on first_places.label_code = weights.label_code
)

select * from final
