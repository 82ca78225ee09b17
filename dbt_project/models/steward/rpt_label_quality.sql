-- Grain: label × measure (precision, recall, kappa). Key: label_quality_id. Every label has every measure.
-- Steps: what was measured under the rules in force (the derived table holds no others); kappa is that of
-- the label's group. A label nobody has
-- reviewed has reviewed_count 0 and no estimate, which is not the same as a bad one.
with labels as (
    select * from {{ ref('dim_label') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

measured as (
    select * from {{ source('derived', 'label_quality') }}
),

measures as (
    select 'precision' as measure
    union all
    select 'recall' as measure
    union all
    select 'kappa' as measure
),

final as (
    select
        {{ surrogate_key(['labels.label_code', 'measures.measure']) }} as label_quality_id,
        labels.label_code,
        labels.label_zh,
        labels.label_group,
        labels.status,
        measures.measure,
        measured.estimate,
        measured.standard_error,
        measured.ci_low,
        measured.ci_high,
        coalesce(measured.reviewed_count, 0) as reviewed_count,
        coalesce(measured.hit_count, 0) as hit_count,
        coalesce(measured.undecided_count, 0) as undecided_count,
        coalesce(measured.covered_count, 0) as covered_count,
        measured.latest_week,
        run.as_of as as_of_date
    from labels
    cross join measures
    cross join run
    left join measured
        on labels.label_group = measured.label_group
        and measures.measure = measured.measure
        and (
            measured.label_code is null
            or labels.label_code = measured.label_code
        )
)

select * from final
