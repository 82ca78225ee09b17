-- Grain: one 专项行动 × unit or area × spell. Key: operation_place_id.
-- Steps: the latest version of what leaders declared and did not withdraw; the spells of a 专项 that rosters
-- deliver (its shifts at one area, no more than 14 days apart); a rostered one takes name and classes of the
-- declaration that names it, and its places and days from the roster. A declaration without roster stands as
-- it was declared.
with declarations as (
    select
        *,
        max(version) over (partition by operation_no) as latest_version
    from {{ source('landed', 'special_operations') }}
),

declared as (
    select * from declarations where version = latest_version and state_code = 'declared'
),

named as (
    select
        *,
        row_number() over (partition by programme_no order by operation_no desc, place_key asc) as name_rank
    from declared
    where programme_no is not null
),

shifts as (
    select * from {{ ref('fct_patrol_shifts') }} where programme_no is not null
),

units as (
    select * from {{ ref('dim_unit') }}
),

shift_days as (
    select
        programme_no,
        unit_no,
        area_no,
        event_date,
        cast(count(*) as bigint) as shift_count,
        cast(coalesce(sum(planned_seconds), 0) as bigint) as planned_seconds,
        cast(sum(delivered_seconds) as bigint) as delivered_seconds,
        lag(event_date) over (
            partition by programme_no, unit_no, area_no order by event_date
        ) as previous_date
    from shifts
    group by programme_no, unit_no, area_no, event_date
),

spelled as (
    select
        *,
        sum(
            case
                when previous_date is null then 1
                when {{ days_between('previous_date', 'event_date') }} > 14 then 1
                else 0
            end
        ) over (
            partition by programme_no, unit_no, area_no order by event_date rows unbounded preceding
        ) as spell_number
    from shift_days
),

rostered as (
    select
        programme_no,
        unit_no,
        area_no,
        min(event_date) as operation_start_date,
        max(event_date) as operation_last_date,
        cast(sum(shift_count) as bigint) as shift_count,
        cast(sum(planned_seconds) as bigint) as planned_seconds,
        cast(sum(delivered_seconds) as bigint) as delivered_seconds
    from spelled
    group by programme_no, unit_no, area_no, spell_number
),

joined as (
    select
        'rostered' as operation_origin_code,
        '排班' as operation_origin_label,
        named.operation_no,
        named.version as operation_version,
        rostered.programme_no,
        coalesce(named.operation_name, '专项 ' || rostered.programme_no) as operation_name,
        coalesce(named.class_codes, '') as class_codes,
        rostered.unit_no,
        rostered.area_no,
        rostered.operation_start_date,
        rostered.operation_last_date,
        rostered.shift_count,
        rostered.planned_seconds,
        rostered.delivered_seconds,
        named.reason,
        named.user_id as decided_by,
        named.acted_at as decided_at
    from rostered
    left join named on rostered.programme_no = named.programme_no and named.name_rank = 1
    union all
    select
        'declared' as operation_origin_code,
        '领导登记' as operation_origin_label,
        declared.operation_no,
        declared.version as operation_version,
        declared.programme_no,
        declared.operation_name,
        declared.class_codes,
        declared.unit_no,
        declared.area_no,
        declared.start_date as operation_start_date,
        declared.last_date as operation_last_date,
        cast(0 as bigint) as shift_count,
        cast(0 as bigint) as planned_seconds,
        cast(0 as bigint) as delivered_seconds,
        declared.reason,
        declared.user_id as decided_by,
        declared.acted_at as decided_at
    from declared
    where not exists (select 1 from rostered where declared.programme_no = rostered.programme_no)
),

final as (
    select
        {{ surrogate_key([
            'joined.operation_origin_code', 'joined.operation_no', 'joined.programme_no', 'joined.unit_no',
            'joined.area_no', 'joined.operation_start_date'
        ]) }} as operation_place_id,
        units.unit_id,
        joined.*
    from joined
    left join units on joined.unit_no = units.unit_no
)

select * from final
