-- Grain: archive use × KPI (archive_returned_in_time, archive_search_without_hit, archive_effective,
-- archive_satisfaction). Key: kpi_code, record_id.
-- Steps: loans by their due day, everything else by the day of use; a use without the fact that a KPI asks
-- for is listed as excluded, so that response rates can be read.
with uses as (
    select * from {{ ref('fct_archive_uses') }}
),

periods as (
    select * from {{ ref('int_assessment_periods') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

days as (
    {{ days_in_periods('uses', ['event_date', 'due_date']) }}
),

judged as (
    select
        'archive_returned_in_time' as kpi_code,
        uses.due_date as anchor_date,
        1 as denominator_value,
        {{ as_count('uses.is_returned_in_time') }} as numerator_value,
        false as is_excluded,
        cast(null as varchar) as exclusion_reason,
        '应还 ' || {{ date_text('uses.due_date') }}
        || '；归还 ' || {{ date_text('uses.returned_date') }} as evidence,
        uses.*
    from uses
    cross join run
    where uses.due_date <= run.as_of
    union all
    select
        'archive_search_without_hit' as kpi_code,
        uses.event_date as anchor_date,
        {{ as_count('uses.is_hit is not null') }} as denominator_value,
        {{ as_count('not uses.is_hit') }} as numerator_value,
        uses.is_hit is null as is_excluded,
        case when uses.is_hit is null then '未登记是否命中' end as exclusion_reason,
        case when uses.is_hit then '命中' when not uses.is_hit then '未命中' else '未登记' end as evidence,
        uses.*
    from uses
    union all
    select
        'archive_effective' as kpi_code,
        uses.event_date as anchor_date,
        1 as denominator_value,
        {{ as_count('uses.has_confirmed_outcome') }} as numerator_value,
        false as is_excluded,
        cast(null as varchar) as exclusion_reason,
        '关联编号 ' || coalesce(uses.linked_no, '—')
        || case when uses.is_link_valid then '（有效）' else '（无效或未填）' end || '；成效日期 '
        || {{ date_text('uses.outcome_date') }} || '；判定 ' || uses.effect_verdict_label as evidence,
        uses.*
    from uses
    union all
    select
        'archive_satisfaction' as kpi_code,
        uses.event_date as anchor_date,
        {{ as_count('uses.satisfaction_score is not null') }} as denominator_value,
        coalesce(uses.satisfaction_score, 0) as numerator_value,
        uses.satisfaction_score is null as is_excluded,
        case when uses.satisfaction_score is null then '未评分' end as exclusion_reason,
        '评分 ' || coalesce(cast(uses.satisfaction_score as varchar), '—') as evidence,
        uses.*
    from uses
),

final as (
    select
        judged.kpi_code,
        days.period_start,
        days.period_end,
        judged.unit_no,
        judged.user_officer_no as officer_no,
        'archive_use' as record_kind,
        judged.archive_use_id as record_id,
        judged.use_no as record_no,
        cast(null as varchar) as category_code,
        judged.anchor_date as event_date,
        judged.denominator_value as in_denominator,
        {{ as_count('judged.numerator_value > 0') }} as in_numerator,
        judged.denominator_value,
        judged.numerator_value,
        judged.is_excluded,
        judged.exclusion_reason,
        judged.evidence,
        {{ lineage('judged') }}
    from judged
    inner join days on judged.anchor_date = days.day
)

select * from final
