-- Grain: officer in service × assessment period (KPI archive_trained). Key: period_start, record_id.
-- Steps: postings in force on the period's last day or the run's day, of the kinds that archives are for
-- (kpi_bases); trained when any training of the period names the officer, at whatever unit. The denominator
-- is the personnel system's. Periods before the first training on record are not computed: a source that
-- does not deliver is not a unit that does not train. The source row is the latest training's.
with officers as (
    select * from {{ ref('dim_officer') }}
),

bases as (
    select * from {{ ref('kpi_bases') }}
),

trainings as (
    select * from {{ ref('fct_archive_trainings') }}
),

periods as (
    {{ periods_on_record('trainings') }}
),

attended as (
    select
        periods.period_start,
        trainings.*,
        count(*) over (partition by periods.period_start, trainings.officer_no) as training_count,
        sum(trainings.training_hours) over (partition by periods.period_start, trainings.officer_no)
            as period_hours,
        row_number() over (
            partition by periods.period_start, trainings.officer_no
            order by trainings.event_date desc, trainings.archive_training_id asc
        ) as training_rank
    from trainings
    inner join periods on trainings.event_date between periods.period_start and periods.counted_date
),

final as (
    select
        'archive_trained' as kpi_code,
        periods.period_start,
        periods.period_end,
        officers.unit_no,
        cast(null as varchar) as officer_no,
        'officer' as record_kind,
        officers.officer_id as record_id,
        officers.officer_no as record_no,
        cast(null as varchar) as category_code,
        periods.counted_date as event_date,
        1 as in_denominator,
        {{ as_count('attended.training_count > 0') }} as in_numerator,
        1 as denominator_value,
        {{ as_count('attended.training_count > 0') }} as numerator_value,
        false as is_excluded,
        cast(null as varchar) as exclusion_reason,
        case
            when attended.training_count > 0
                then '参加培训 ' || cast(attended.training_count as varchar) || ' 次，共 '
                    || coalesce(cast(attended.period_hours as varchar), '—') || ' 学时；最近 '
                    || {{ date_text('attended.event_date') }}
            else '没有培训记录'
        end as evidence,
        {{ lineage('attended') }}
    from officers
    inner join bases on bases.kpi_code = 'archive_trained' and officers.officer_kind_code = bases.code
    inner join periods on {{ valid_on('officers', 'periods.counted_date') }}
    left join attended
        on periods.period_start = attended.period_start
        and officers.officer_no = attended.officer_no
        and attended.training_rank = 1
)

select * from final
