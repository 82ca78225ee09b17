-- Grain: due volume × KPI (archive_due_received, archive_in_time). Key: kpi_code, record_id.
-- Steps: volumes by the assessment period of their due day, up to the run's day; overdue open ones stay in.
with dues as (
    select * from {{ ref('int_archive_dues') }}
),

periods as (
    select * from {{ ref('int_assessment_periods') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

due_in_period as (
    select
        dues.*,
        periods.period_start,
        periods.period_end,
        coalesce(dues.archived_date <= run.as_of, false) as is_received,
        coalesce(dues.archived_date <= dues.due_date, false) as is_in_time,
        '办结 ' || {{ date_text('dues.finished_date') }} || '；应归档 ' || {{ date_text('dues.due_date') }}
        || '；归档 ' || {{ date_text(
            'dues.archived_date'
        ) }} || '；档号 ' || coalesce(dues.file_no, '—')
        || case
            when dues.early_filed_date is null then ''
            else '；办结前归档 ' || {{ date_text('dues.early_filed_date') }} || '，不计'
        end as evidence
    from dues
    cross join run
    inner join periods on dues.due_date between periods.period_start and periods.period_end
    where dues.due_date <= run.as_of
),

final as (
    select
        'archive_due_received' as kpi_code,
        period_start,
        period_end,
        unit_no,
        officer_no,
        record_kind,
        record_id,
        record_no,
        category_code,
        due_date as event_date,
        {{ as_count('not is_excluded') }} as in_denominator,
        {{ as_count('not is_excluded and is_received') }} as in_numerator,
        {{ as_count('not is_excluded') }} as denominator_value,
        {{ as_count('not is_excluded and is_received') }} as numerator_value,
        is_excluded,
        exclusion_reason,
        evidence,
        {{ lineage('due_in_period') }}
    from due_in_period
    union all
    select
        'archive_in_time' as kpi_code,
        period_start,
        period_end,
        unit_no,
        officer_no,
        record_kind,
        record_id,
        record_no,
        category_code,
        due_date as event_date,
        {{ as_count('not is_excluded') }} as in_denominator,
        {{ as_count('not is_excluded and is_in_time') }} as in_numerator,
        {{ as_count('not is_excluded') }} as denominator_value,
        {{ as_count('not is_excluded and is_in_time') }} as numerator_value,
        is_excluded,
        exclusion_reason,
        evidence,
        {{ lineage('due_in_period') }}
    from due_in_period
)

select * from final
