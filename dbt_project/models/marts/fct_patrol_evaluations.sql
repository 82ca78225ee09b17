{{ config(tags=['history']) }}
-- Grain: one version of one evaluation of patrols that stands or stood. Key: evaluation_version_id.
-- Steps: what was stated on a page or in the profile; the result that landed last of each version (a run
-- lands only results that differ: run history); what a leader published of it, which no later run changes. A
-- withdrawal is no version of its own: it marks all versions of the evaluation.
with stated as (
    select
        *,
        row_number() over (partition by evaluation_code order by version desc) as version_rank
    from {{ source('landed', 'patrol_evaluations') }}
    where state_code = 'declared'
),

latest_state as (
    select
        evaluation_code,
        state_code,
        row_number() over (partition by evaluation_code order by version desc) as version_rank
    from {{ source('landed', 'patrol_evaluations') }}
),

results as (
    select
        *,
        row_number() over (
            partition by evaluation_code, version order by coalesce(run_no, 0) desc
        ) as recency_rank
    from {{ source('landed', 'evaluation_results') }}
),

published as (
    select * from {{ source('landed', 'evaluation_publications') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

final as (
    select
        {{ surrogate_key(['stated.evaluation_code', 'stated.version']) }} as evaluation_version_id,
        stated.evaluation_code,
        stated.version as evaluation_version,
        stated.version_rank = 1 as is_latest_version,
        latest_state.state_code = 'withdrawn' as is_withdrawn,
        stated.origin_code as evaluation_origin_code,
        stated.evaluation_name,
        units.unit_id,
        results.unit_no,
        stated.programme_no,
        stated.class_codes,
        stated.excludes_patrol_generated as is_patrol_generated_excluded,
        stated.chosen_because as chosen_because_code,
        stated.chosen_because_label,
        stated.selection_start as selection_start_date,
        stated.selection_last as selection_last_date,
        coalesce(results.treated_areas, '') as treated_areas,
        coalesce(results.control_areas, '') as control_areas,
        coalesce(results.buffer_areas, '') as buffer_areas,
        results.before_start as before_start_date,
        results.before_last as before_last_date,
        results.after_start as after_start_date,
        results.after_last as after_last_date,
        coalesce(results.state_code, 'waiting') as evaluation_state_code,
        coalesce(results.state_label, '待计算') as evaluation_state_label,
        results.state_note as evaluation_state_note,
        results.treated_before_count,
        results.treated_after_count,
        results.control_before_count,
        results.control_after_count,
        results.buffer_before_count,
        results.buffer_after_count,
        results.patrol_generated_count,
        results.dispersion as evaluation_dispersion,
        results.effect_log,
        results.effect_standard_error,
        results.effect_p_value,
        results.effect_pct,
        results.effect_low_pct,
        results.effect_high_pct,
        results.detectable_fall_pct,
        results.wdd_count,
        results.wdd_low_count,
        results.wdd_high_count,
        results.wdd_warning,
        results.displacement_pct,
        results.displacement_low_pct,
        results.displacement_high_pct,
        results.displacement_label,
        results.pre_trend_p_value,
        results.pre_trend_label,
        results.planned_minutes,
        results.observed_minutes,
        results.delivered_minutes,
        results.observed_pct,
        results.delivered_pct,
        results.dosage_note,
        results.verdict_code,
        results.verdict_label,
        results.verdict_text,
        results.design_faults,
        results.design_remarks,
        published.published_at as evaluation_published_at,
        published.user_id as evaluation_published_by,
        published.verdict_code as published_verdict_code,
        stated.reason,
        stated.user_id as decided_by,
        stated.decided_at,
        results.as_of as as_of_date
    from stated
    inner join latest_state
        on stated.evaluation_code = latest_state.evaluation_code and latest_state.version_rank = 1
    left join results
        on stated.evaluation_code = results.evaluation_code
        and stated.version = results.version
        and results.recency_rank = 1
    left join published
        on stated.evaluation_code = published.evaluation_code and stated.version = published.version
    left join units on results.unit_no = units.unit_no
)

select * from final
