-- Grain: unit × way of appearing × number of times in 90 days. Key: repeat_person_id. How many persons or
-- phones appeared that often: counts only, nobody can be found by them. Once counts as well: it is the base.
-- Steps: callers are phones, by kind of call (骚扰, those whose place is never shown, all others); victims are
-- persons of that role in cases, not the same as phones; unit of the latest appearance.
with incidents as (
    select * from {{ ref('int_incident_events') }} where caller_id is not null and days_ago <= 90
),

case_persons as (
    select * from {{ ref('fct_case_persons') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

appearances as (
    select
        case
            when is_harassment then 'harassing_phone'
            when is_discreet then 'discreet_phone'
            else 'phone'
        end as appearance_code,
        caller_id as subject_key,
        incident_id as record_id,
        unit_no,
        event_date
    from incidents
    union all
    select distinct
        'victim' as appearance_code,
        case_persons.person_id as subject_key,
        case_persons.case_id as record_id,
        case_persons.unit_no,
        case_persons.event_date
    from case_persons
    cross join run
    where
        case_persons.person_id is not null
        and case_persons.case_id is not null
        and case_persons.role_code = 'victim'
        and case_persons.event_date < run.as_of
        and case_persons.event_date >= {{ add_days('run.as_of', '-90') }}
),

ranked as (
    select
        *,
        count(*) over (partition by appearance_code, subject_key) as repeat_90d_count,
        row_number() over (
            partition by appearance_code, subject_key order by event_date desc, record_id desc
        ) as recency_rank
    from appearances
),

counted as (
    select
        unit_no,
        appearance_code,
        cast(repeat_90d_count as bigint) as repeat_90d_count,
        cast(count(*) as bigint) as person_count
    from ranked
    where recency_rank = 1
    group by unit_no, appearance_code, repeat_90d_count
),

final as (
    select
        {{ surrogate_key([
            'counted.unit_no', 'counted.appearance_code', 'counted.repeat_90d_count'
        ]) }} as repeat_person_id,
        units.unit_id,
        counted.unit_no,
        counted.appearance_code,
        case counted.appearance_code
            when 'harassing_phone' then '骚扰报警的电话'
            when 'discreet_phone' then '性侵、未成年人、家庭类报警的电话'
            when 'phone' then '其他报警的电话'
            else '案件受害人'
        end as appearance_label,
        counted.repeat_90d_count,
        counted.person_count
    from counted
    left join units on counted.unit_no = units.unit_no
)

select * from final
