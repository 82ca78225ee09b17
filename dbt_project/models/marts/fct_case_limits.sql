-- Grain: one legal limit that has begun to run in one open case. Key: case_limit_id.
-- Steps: limits of the seed case_limits by nature and day of acceptance; a limit on filing runs until the
-- case is filed, a limit on handling from its start stage on; approved extensions up to the lawful number
-- lengthen it (approval is taken to be in time); appraisal and hearing are left out where the law leaves them
-- out, overlapping days once, those begun after the limit had run out not at all; one without an end suspends
-- the limit. Today is the run's day, never the clock.
with cases as (
    select * from {{ ref('fct_cases') }} where is_open
),

limits as (
    select * from {{ ref('case_limits') }}
),

changes as (
    select * from {{ ref('int_case_time_changes') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

started as (
    select
        cases.*,
        limits.limit_code,
        limits.limit_label,
        limits.start_stage,
        limits.limit_days,
        limits.extension_days,
        limits.most_extensions,
        limits.is_appraisal_excluded,
        limits.is_hearing_excluded,
        limits.warn_days,
        limits.legal_reference,
        case
            when limits.start_stage = 'filed' then cases.filed_date else cases.accepted_date
        end as start_date
    from cases
    inner join limits
        on cases.nature_code = limits.nature_code
        and {{ valid_on('limits', 'cases.accepted_date') }}
    where not limits.ends_at_filing or cases.filed_date is null
),

extensions as (
    select
        started.case_id,
        started.limit_code,
        cast(count(*) as bigint) as extension_count
    from started
    inner join changes on started.case_id = changes.case_id
    where changes.change_kind_code = 'extension' and started.extension_days > 0
    group by started.case_id, started.limit_code
),

lengthened as (
    select
        started.*,
        coalesce(extensions.extension_count, 0) as extension_count,
        {{ add_days(
            'started.start_date',
            'started.limit_days'
            ~ ' + started.extension_days * least(coalesce(extensions.extension_count, 0), started.most_extensions)'
        ) }} as plain_due_date
    from started
    left join extensions
        on started.case_id = extensions.case_id and started.limit_code = extensions.limit_code
),

left_out as (
    select
        lengthened.case_id,
        lengthened.limit_code,
        lengthened.plain_due_date,
        changes.change_kind_label,
        changes.to_date is null as is_running,
        greatest(changes.from_date, lengthened.start_date) as from_date,
        least(coalesce(changes.to_date, run.as_of), run.as_of) as to_date
    from lengthened
    cross join run
    inner join changes on lengthened.case_id = changes.case_id
    where
        lengthened.start_date is not null
        and coalesce(changes.to_date, run.as_of) > lengthened.start_date
        and (
            (changes.change_kind_code = 'appraisal' and lengthened.is_appraisal_excluded)
            or (changes.change_kind_code = 'hearing' and lengthened.is_hearing_excluded)
        )
),

reached as (
    select
        *,
        coalesce(
            max(to_date) over (
                partition by case_id, limit_code
                order by from_date asc, to_date asc
                rows between unbounded preceding and 1 preceding
            ), date '0001-01-01'
        ) as reached_date
    from left_out
),

parted as (
    select
        *,
        greatest({{ days_between('greatest(from_date, reached_date)', 'to_date') }}, 0) as part_days
    from reached
),

summed as (
    select
        *,
        coalesce(
            sum(part_days) over (
                partition by case_id, limit_code
                order by from_date asc, to_date asc
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as days_before
    from parted
),

excluded as (
    select
        case_id,
        limit_code,
        cast(sum(part_days) as bigint) as excluded_days,
        max(case when is_running then change_kind_label end) as suspended_label
    from summed
    where from_date <= {{ add_days('plain_due_date', 'days_before') }}
    group by case_id, limit_code
),

due as (
    select
        lengthened.*,
        coalesce(excluded.excluded_days, 0) as excluded_days,
        excluded.suspended_label,
        {{ add_days('lengthened.plain_due_date', 'coalesce(excluded.excluded_days, 0)') }} as due_date
    from lengthened
    left join excluded
        on lengthened.case_id = excluded.case_id and lengthened.limit_code = excluded.limit_code
),

final as (
    select
        {{ surrogate_key(['due.case_id', 'due.limit_code']) }} as case_limit_id,
        due.case_id,
        due.case_no,
        due.unit_id,
        due.unit_no,
        due.area_no,
        due.lead_officer_no,
        due.event_date,
        due.nature_code,
        due.nature_label,
        due.class_label,
        due.status_label,
        due.accepted_date,
        due.filed_date,
        due.limit_code,
        due.limit_label,
        due.limit_days,
        due.extension_count,
        due.extension_count > due.most_extensions as is_over_extended,
        due.excluded_days,
        due.suspended_label,
        due.start_date,
        due.due_date,
        {{ days_between('run.as_of', 'due.due_date') }} as days_left,
        case
            when due.due_date < run.as_of then 'overdue'
            when due.suspended_label is not null then 'suspended'
            when {{ days_between('run.as_of', 'due.due_date') }} <= due.warn_days then 'risky'
            else 'running'
        end as limit_state_code,
        case
            when due.due_date < run.as_of then '已逾期'
            when due.suspended_label is not null then '期限暂停'
            when {{ days_between('run.as_of', 'due.due_date') }} <= due.warn_days then '临近期限'
            else '期限内'
        end as limit_state_label,
        due.legal_reference,
        {{ lineage('due') }}
    from due
    cross join run
    where due.start_date is not null
)

select * from final
