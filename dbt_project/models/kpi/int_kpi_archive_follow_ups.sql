-- Grain: unit that holds files × unit that used them × quarter of the assessment period (KPI
-- archive_followed_up). Key: period_start, record_id.
-- Steps: quarters of three months from the period's first day that are over and within it (a month has
-- none); units that opened or hit files of a unit in one (purposes mapped as no use left out); followed up
-- when a visit fell between the first such use and the quarter's end. The unit's own use and uses without a
-- unit are listed as excluded. Quarters before the first visit on record are not computed. The source row
-- is the first such visit's.
with uses as (
    select * from {{ ref('fct_archive_uses') }}
),

items as (
    select * from {{ ref('fct_archive_items') }}
),

follow_ups as (
    select * from {{ ref('fct_archive_follow_ups') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

periods as (
    select * from {{ ref('int_assessment_periods') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

recorded as (
    select min(event_date) as first_date
    from follow_ups
),

quarters as (
    {% for quarter in range(4) -%}
    {%- if not loop.first %}
    union all
    {% endif -%}
    select
        period_start,
        period_end,
        {{ quarter + 1 }} as quarter_number,
        {{ add_months('period_start', 3 * quarter) }} as quarter_start,
        {{ add_days(add_months('period_start', 3 * quarter + 3), -1) }} as quarter_end
    from periods
    {%- endfor %}
),

used as (
    select
        quarters.period_start,
        quarters.period_end,
        quarters.quarter_number,
        quarters.quarter_end,
        items.unit_no,
        uses.unit_no as using_unit_no,
        min(uses.event_date) as first_use_date,
        count(*) as use_count
    from uses
    inner join items on uses.archive_item_id = items.archive_item_id
    inner join quarters on uses.event_date between quarters.quarter_start and quarters.quarter_end
    cross join run
    inner join recorded on quarters.quarter_end >= recorded.first_date
    where
        quarters.quarter_end <= run.as_of
        and quarters.quarter_end <= quarters.period_end
        and (uses.is_opened or coalesce(uses.is_hit, false))
        and coalesce(uses.purpose_label, '') <> '不计'
    group by
        quarters.period_start,
        quarters.period_end,
        quarters.quarter_number,
        quarters.quarter_end,
        items.unit_no,
        uses.unit_no
),

visited as (
    select
        used.period_start,
        used.quarter_number,
        follow_ups.*,
        row_number() over (
            partition by
                used.period_start, used.quarter_number, follow_ups.unit_no, follow_ups.using_unit_no
            order by follow_ups.event_date, follow_ups.archive_follow_up_id
        ) as visit_rank
    from used
    inner join follow_ups
        on used.unit_no = follow_ups.unit_no
        and used.using_unit_no = follow_ups.using_unit_no
        and follow_ups.event_date between used.first_use_date and used.quarter_end
),

judged as (
    select
        used.*,
        case
            when used.using_unit_no is null then '未登记使用单位'
            when used.using_unit_no = used.unit_no then '本单位自用，不需回访'
        end as exclusion_reason,
        coalesce(using_units.unit_name, used.using_unit_no, '未登记') as using_unit_name,
        visited.event_date as visited_date,
        {{ lineage('visited') }}
    from used
    left join units as using_units on used.using_unit_no = using_units.unit_no
    left join visited
        on used.period_start = visited.period_start
        and used.quarter_number = visited.quarter_number
        and used.unit_no = visited.unit_no
        and used.using_unit_no = visited.using_unit_no
        and visited.visit_rank = 1
),

final as (
    select
        'archive_followed_up' as kpi_code,
        period_start,
        period_end,
        unit_no,
        cast(null as varchar) as officer_no,
        'using_unit_quarter' as record_kind,
        {{ surrogate_key(['unit_no', 'using_unit_no', 'quarter_number']) }} as record_id,
        using_unit_name || ' 第' || cast(quarter_number as varchar) || '季' as record_no,
        cast(null as varchar) as category_code,
        quarter_end as event_date,
        {{ as_count('exclusion_reason is null') }} as in_denominator,
        {{ as_count('exclusion_reason is null and visited_date is not null') }} as in_numerator,
        {{ as_count('exclusion_reason is null') }} as denominator_value,
        {{ as_count('exclusion_reason is null and visited_date is not null') }} as numerator_value,
        exclusion_reason is not null as is_excluded,
        exclusion_reason,
        '利用 ' || cast(use_count as varchar) || ' 次，首次 ' || {{ date_text('first_use_date') }}
        || '；回访 ' || {{ date_text('visited_date') }} as evidence,
        {{ lineage('judged') }}
    from judged
)

select * from final
