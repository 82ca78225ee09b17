-- Grain: archive use (KPI archive_response: seconds from registration to opening). Key: kpi_code, record_id.
-- Steps: uses by the day of use; a use that was not opened waits for nothing known and is listed as excluded.
with uses as (
    select * from {{ ref('fct_archive_uses') }}
),

logged as (
    select
        archive_use_id,
        {{ seconds_between('requested_at', 'opened_at') }} as waited_seconds
    from {{ ref('stg_archive_uses') }}
),

periods as (
    select * from {{ ref('int_assessment_periods') }}
),

days as (
    {{ days_in_periods('uses', ['event_date']) }}
),

waited as (
    select
        uses.*,
        days.period_start,
        days.period_end,
        logged.waited_seconds
    from uses
    inner join logged on uses.archive_use_id = logged.archive_use_id
    inner join days on uses.event_date = days.day
),

final as (
    select
        'archive_response' as kpi_code,
        period_start,
        period_end,
        unit_no,
        user_officer_no as officer_no,
        'archive_use' as record_kind,
        archive_use_id as record_id,
        use_no as record_no,
        cast(null as varchar) as category_code,
        event_date,
        {{ as_count('waited_seconds is not null') }} as in_denominator,
        {{ as_count('waited_seconds is not null') }} as in_numerator,
        {{ as_count('waited_seconds is not null') }} as denominator_value,
        coalesce(waited_seconds, 0) as numerator_value,
        waited_seconds is null as is_excluded,
        case when waited_seconds is null then '没有调阅时间' end as exclusion_reason,
        '登记后 ' || coalesce(cast(waited_seconds as varchar), '—') || ' 秒调阅' as evidence,
        {{ lineage('waited') }}
    from waited
)

select * from final
