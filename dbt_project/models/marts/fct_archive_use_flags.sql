-- Grain: use of an archive file × reason to ask about it. Key: archive_use_flag_id.
-- Steps: each reason with its limit of archive_flag_rules. unlinked: no number, or one that nothing has;
-- not_opened: a loan without an opening; left_quickly: the same user opened another file soon after;
-- repeated: uses beyond the limit of one file by one user in 30 days; off_shift: opened on a day the user
-- was planned for, outside the shifts of that day and the days beside it; own_file: the file is of a case
-- in which the user, or somebody registered at the user's address on that day, has a part that is not
-- sealed; back_dated: the server took the entry in later than the limit after the time it states. A reason
-- is no finding.
with uses as (
    select
        *,
        {{ clock_second('opened_at') }} as opened_second,
        {{ seconds_between('requested_at', 'logged_at') }} as logged_after_seconds,
        {{ days_between("date '2000-01-01'", 'event_date') }} as day_number
    from {{ ref('stg_archive_uses') }}
),

facts as (
    select * from {{ ref('fct_archive_uses') }}
),

rules as (
    select * from {{ ref('archive_flag_rules') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

shifts as (
    select * from {{ ref('stg_patrol_shifts') }}
    where nullif(trim(crew_officer_nos), '') is not null
),

places as (
    {{ crew_places() }}
),

members as (
    select
        {{ list_part('shifts.crew_officer_nos', 'places.number') }} as officer_no,
        shifts.event_date,
        {{ clock_second('shifts.planned_start_at') }} as started_second,
        {{ clock_second('shifts.planned_end_at') }} as ended_second
    from shifts
    inner join places on {{ list_part('shifts.crew_officer_nos', 'places.number') }} <> ''
),

planned_days as (
    select distinct
        officer_no,
        event_date
    from members
),

openings as (
    select
        archive_use_id,
        file_no,
        opened_second,
        lead(file_no) over (partition by user_officer_no order by opened_second, use_no) as next_file_no,
        lead(opened_second) over (partition by user_officer_no order by opened_second, use_no)
            as next_opened_second
    from uses
    where opened_second is not null and user_officer_no is not null
),

repeats as (
    select
        archive_use_id,
        count(*) over (
            partition by user_officer_no, file_no
            order by day_number
            range between 29 preceding and current row
        ) as use_count
    from uses
    where user_officer_no is not null and file_no is not null
),

planned_openings as (
    select
        uses.archive_use_id,
        uses.user_officer_no,
        uses.event_date,
        uses.opened_second
    from uses
    inner join planned_days
        on uses.user_officer_no = planned_days.officer_no and uses.event_date = planned_days.event_date
    where uses.opened_second is not null
),

shift_distances as (
    select
        planned_openings.archive_use_id,
        min(greatest(
            members.started_second - planned_openings.opened_second,
            planned_openings.opened_second - members.ended_second, 0
        )) as distance_seconds
    from planned_openings
    inner join members
        on planned_openings.user_officer_no = members.officer_no
        and {{ days_between('planned_openings.event_date', 'members.event_date') }} between -1 and 1
    group by planned_openings.archive_use_id
),

officers as (
    select distinct
        officer_no,
        person_id
    from {{ ref('stg_officers') }}
    where person_id is not null
),

residences as (
    select
        person_id,
        address_no,
        coalesce(registered_date, date '0001-01-01') as from_date,
        coalesce(left_date, date '9999-12-31') as to_date
    from {{ ref('stg_residents') }}
    where person_id is not null and address_no is not null
),

relations as (
    select
        officer_no,
        person_id,
        0 as distance,
        date '0001-01-01' as from_date,
        date '9999-12-31' as to_date
    from officers
    union all
    select
        officers.officer_no,
        others.person_id,
        1 as distance,
        case when own.from_date > others.from_date then own.from_date else others.from_date end as from_date,
        case when own.to_date < others.to_date then own.to_date else others.to_date end as to_date
    from officers
    inner join residences as own on officers.person_id = own.person_id
    inner join residences as others
        on own.address_no = others.address_no and own.person_id <> others.person_id
),

parties as (
    select distinct
        items.file_no,
        case_persons.person_id
    from {{ ref('stg_case_persons') }} as case_persons
    inner join {{ ref('fct_cases') }} as cases on case_persons.case_id = cases.case_id
    inner join {{ ref('stg_archive_items') }} as items on cases.case_no = items.linked_no
    left join {{ ref('int_sealed_records') }} as sealed on case_persons.case_person_id = sealed.case_person_id
    where case_persons.person_id is not null and sealed.case_person_id is null
),

own_files as (
    select
        uses.archive_use_id,
        min(relations.distance) as distance
    from uses
    inner join relations
        on uses.user_officer_no = relations.officer_no
        and uses.event_date >= relations.from_date
        and uses.event_date < relations.to_date
    inner join parties on uses.file_no = parties.file_no and relations.person_id = parties.person_id
    group by uses.archive_use_id
),

flagged as (
    select
        facts.archive_use_id,
        'unlinked' as flag_code,
        case
            when facts.linked_no is null then '未登记关联编号'
            else '关联编号 ' || facts.linked_no || ' 查不到'
        end as evidence
    from facts
    where not coalesce(facts.is_link_valid, false)
    union all
    select
        facts.archive_use_id,
        'not_opened' as flag_code,
        '借阅登记后 ' || cast({{ days_between('facts.event_date', 'run.as_of') }} as varchar)
        || ' 天没有调阅时间' as evidence
    from facts
    cross join run
    inner join rules on rules.flag_code = 'not_opened'
    where
        facts.use_kind_code = 'borrow'
        and not facts.is_opened
        and {{ days_between('facts.event_date', 'run.as_of') }} >= rules.limit_value
    union all
    select
        openings.archive_use_id,
        'left_quickly' as flag_code,
        cast(openings.next_opened_second - openings.opened_second as varchar) || ' 秒后又调阅 '
        || coalesce(openings.next_file_no, '另一件') as evidence
    from openings
    inner join rules on rules.flag_code = 'left_quickly'
    where
        openings.next_opened_second - openings.opened_second < rules.limit_value
        and coalesce(openings.next_file_no, '') <> coalesce(openings.file_no, '')
    union all
    select
        repeats.archive_use_id,
        'repeated' as flag_code,
        '30 天内第 ' || cast(repeats.use_count as varchar) || ' 次利用' as evidence
    from repeats
    inner join rules on rules.flag_code = 'repeated'
    where repeats.use_count > rules.limit_value
    union all
    select
        shift_distances.archive_use_id,
        'off_shift' as flag_code,
        '距最近的班次 ' || cast({{ whole_quotient('shift_distances.distance_seconds', '60') }} as varchar) || ' 分钟'
            as evidence
    from shift_distances
    inner join rules on rules.flag_code = 'off_shift'
    where shift_distances.distance_seconds > 60 * rules.limit_value
    union all
    select
        archive_use_id,
        'own_file' as flag_code,
        case when distance = 0 then '案卷当事人是利用人本人' else '案卷当事人与利用人登记在同一住址' end as evidence
    from own_files
    union all
    select
        uses.archive_use_id,
        'back_dated' as flag_code,
        '登记时间之后 ' || cast({{ whole_quotient('uses.logged_after_seconds', '3600') }} as varchar)
        || ' 小时才录入' as evidence
    from uses
    inner join rules on rules.flag_code = 'back_dated'
    where uses.logged_after_seconds > 3600 * rules.limit_value
),

final as (
    select
        {{ surrogate_key(['flagged.archive_use_id', 'flagged.flag_code']) }} as archive_use_flag_id,
        flagged.archive_use_id,
        facts.use_no,
        flagged.flag_code,
        rules.flag_label,
        rules.note as flag_note,
        facts.file_no,
        facts.user_officer_no,
        facts.unit_id,
        facts.unit_no,
        facts.event_date,
        facts.use_kind_label,
        facts.purpose_label,
        facts.linked_no,
        flagged.evidence,
        {{ lineage('facts') }}
    from flagged
    inner join facts on flagged.archive_use_id = facts.archive_use_id
    inner join rules on flagged.flag_code = rules.flag_code
)

select * from final
