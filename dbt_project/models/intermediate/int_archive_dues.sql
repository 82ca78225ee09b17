-- Grain: one finished case or dispute whose volume is due. Key: record_kind, record_id.
-- Steps: never counted from the archive itself: finished records whose kind falls under an archive
-- category; due day = end + days of the category; first filing, from that end on, of any file that names the
-- record: a file of before holds no closing documents and its day is told apart (early_filed_date); a
-- custody value mapped as ignored (another unit keeps the volume) excludes the record with the mapping's
-- reason.
with link_targets as (
    select * from {{ ref('int_link_targets') }}
),

due_rules as (
    select * from {{ ref('archive_due_rules') }}
),

deadlines as (
    select * from {{ ref('archive_deadlines') }}
),

cases as (
    select * from {{ ref('stg_cases') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

items as (
    select * from {{ ref('stg_archive_items') }}
),

filings as (
    select
        link_targets.record_kind,
        link_targets.record_id,
        min(case when items.archived_date >= link_targets.finished_date then items.archived_date end)
            as archived_date,
        min(case when items.archived_date >= link_targets.finished_date then items.file_no end) as file_no,
        min(case when items.archived_date < link_targets.finished_date then items.archived_date end)
            as early_filed_date
    from link_targets
    inner join items on link_targets.linked_no = items.linked_no
    group by link_targets.record_kind, link_targets.record_id
),

final as (
    select
        link_targets.record_kind,
        link_targets.record_id,
        link_targets.linked_no as record_no,
        link_targets.unit_no,
        link_targets.officer_no,
        due_rules.archive_category as category_code,
        link_targets.finished_date,
        {{ add_days('link_targets.finished_date', 'deadlines.deadline_days') }} as due_date,
        filings.archived_date,
        filings.early_filed_date,
        filings.file_no,
        coalesce(custody.outcome = 'ignored', false) as is_excluded,
        case
            when custody.outcome = 'ignored' then coalesce(custody.reason, '不由本单位保管')
        end as exclusion_reason,
        {{ lineage('link_targets') }}
    from link_targets
    inner join due_rules
        on link_targets.record_kind = due_rules.record_kind
        and coalesce(link_targets.nature_code, '~') = coalesce(due_rules.nature_code, '~')
    inner join deadlines on due_rules.archive_category = deadlines.archive_category
    left join filings
        on link_targets.record_kind = filings.record_kind
        and link_targets.record_id = filings.record_id
    left join cases on link_targets.record_id = cases.case_id
    left join mappings as custody
        on {{ mapping_matches(
            'custody', 'cases.custody_rule_raw', 'cases.source_system', 'cases.custody_rule_raw',
            'cases.event_date'
        ) }}
    where link_targets.finished_date is not null
)

select * from final
