-- Grain: archive file × assessment period (KPI archive_non_paper). Key: period_start, record_id.
-- Steps: files held in the year, that is filed before its end (or the run's day) and not destroyed before
-- its start; on paper or not by the medium (archive_media), whatever copies there are; a medium that is not
-- registered or has no class is listed as excluded. Which medium a file has is no officer's doing.
with items as (
    select * from {{ ref('fct_archive_items') }}
),

media as (
    select * from {{ ref('archive_media') }}
),

periods as (
    select * from {{ ref('int_assessment_periods') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

held as (
    select
        items.*,
        periods.period_start,
        periods.period_end,
        media.is_paper,
        case
            when items.medium_label is null then '未登记载体'
            when media.is_paper is null then '载体未映射或未归类'
        end as exclusion_reason
    from items
    cross join run
    inner join periods
        on items.archived_date <= least(periods.period_end, run.as_of)
        and coalesce(items.destroyed_date, date '9999-12-31') >= periods.period_start
    left join media on items.medium_code = media.medium_code
),

final as (
    select
        'archive_non_paper' as kpi_code,
        period_start,
        period_end,
        unit_no,
        cast(null as varchar) as officer_no,
        'archive_item' as record_kind,
        archive_item_id as record_id,
        file_no as record_no,
        category_code,
        archived_date as event_date,
        {{ as_count('is_paper is not null') }} as in_denominator,
        {{ as_count('not is_paper') }} as in_numerator,
        {{ as_count('is_paper is not null') }} as denominator_value,
        {{ as_count('not is_paper') }} as numerator_value,
        is_paper is null as is_excluded,
        exclusion_reason,
        '载体 ' || coalesce(medium_label, '—') as evidence,
        {{ lineage('held') }}
    from held
)

select * from final
