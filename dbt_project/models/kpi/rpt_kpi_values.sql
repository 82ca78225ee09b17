{{ config(materialized='table') }}
-- Grain: KPI × assessment period × unit × officer × archive category. Key: kpi_value_id.
-- Steps: records of fct_kpi_records added up; no officer, no unit or no category is a line of its own.
-- Lines are added first and divided last: sum(numerator_value) / sum(denominator_value). How many records
-- stand behind a sum says whether each counted 0 or 1. unmapped_count: records left out for a code that is
-- not mapped, whose reason says 未映射 (a ruling's words do not count as one).
with records as (
    select * from {{ ref('fct_kpi_records') }}
),

counted as (
    select
        kpi_code,
        period_start,
        period_end,
        unit_id,
        unit_no,
        officer_no,
        category_code,
        cast(count(*) as bigint) as kpi_record_count,
        cast(sum(in_denominator) as bigint) as denominator_record_count,
        cast(sum(in_numerator) as bigint) as numerator_record_count,
        cast(sum({{ as_count('is_excluded') }}) as bigint) as excluded_record_count,
        cast(
            sum({{ as_count("appeal_no is null and exclusion_reason like '%未映射%'") }}) as bigint
        ) as unmapped_count,
        cast(sum(denominator_value) as bigint) as denominator_total,
        cast(sum(numerator_value) as bigint) as numerator_total
    from records
    group by kpi_code, period_start, period_end, unit_id, unit_no, officer_no, category_code
),

final as (
    select
        {{ surrogate_key(['kpi_code', 'period_start', 'unit_no', 'officer_no', 'category_code']) }}
            as kpi_value_id,
        *
    from counted
)

select * from final
