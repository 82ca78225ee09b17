-- Grain: one archive file (卷、件). Key: archive_item_id.
-- Steps: classes mapped on the archiving day; due day = the linked record's end (else the file's making)
-- plus the days of its category; late days count to archiving, else to the run's day; complete against the
-- mandatory documents of its category, NULL where nothing was checked. An overdue open file is not in
-- time.
with items as (
    select
        *,
        coalesce(archived_date, made_date, date '1900-01-01') as event_date
    from {{ ref('stg_archive_items') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

officers as (
    select * from {{ ref('dim_officer') }}
),

link_targets as (
    select * from {{ ref('int_link_targets') }}
),

deadlines as (
    select * from {{ ref('archive_deadlines') }}
),

documents as (
    select * from {{ ref('int_archive_documents') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

dated as (
    select
        items.*,
        run.as_of,
        link_targets.record_id as linked_record_id,
        category.code as category_code,
        {{ mapping_label('category', 'items.category_raw') }} as category_label,
        {{ add_days(
            'coalesce(link_targets.finished_date, items.made_date)', 'deadlines.deadline_days'
        ) }} as due_date,
        documents.missing_document_count
    from items
    cross join run
    left join link_targets on items.linked_no = link_targets.linked_no
    left join mappings as category
        on {{ mapping_matches(
            'category', 'archive_items.category_raw', 'items.source_system', 'items.category_raw',
            'items.event_date'
        ) }}
    left join deadlines
        on category.code = deadlines.archive_category and {{ valid_on('deadlines', 'items.event_date') }}
    left join documents on items.archive_item_id = documents.archive_item_id
),

final as (
    select
        dated.archive_item_id,
        dated.file_no,
        units.unit_id,
        coalesce(dated.unit_no, officers.unit_no) as unit_no,
        officers.area_no,
        dated.officer_no,
        dated.category_code,
        dated.category_label,
        {{ code_and_label('retention', 'dated.retention_raw', 'retention') }},
        {{ code_and_label('secrecy', 'dated.secrecy_raw', 'secrecy') }},
        {{ code_and_label('medium', 'dated.medium_raw', 'medium') }},
        dated.page_count,
        dated.digitised_page_count,
        dated.has_checksum,
        dated.made_date,
        dated.due_date,
        dated.archived_date,
        dated.destroyed_date,
        dated.event_date,
        case
            when dated.archived_date is not null then dated.archived_date <= dated.due_date
            when dated.due_date < dated.as_of then false
        end as is_archived_in_time,
        {{ days_between(
            'dated.due_date', 'coalesce(dated.archived_date, greatest(dated.as_of, dated.due_date))'
        ) }}
            as archive_delay_days,
        linked_kind.code as linked_kind_code,
        {{ mapping_label('linked_kind', 'dated.linked_kind_raw') }} as linked_kind_label,
        dated.linked_no,
        dated.linked_record_id is not null as is_link_valid,
        dated.missing_document_count,
        dated.missing_document_count = 0 as is_complete,
        {{ lineage('dated') }}
    from dated
    left join officers
        on dated.officer_no = officers.officer_no and {{ valid_on('officers', 'dated.event_date') }}
    left join units on coalesce(dated.unit_no, officers.unit_no) = units.unit_no
    left join mappings as retention
        on {{ mapping_matches(
            'retention', 'archive_items.retention_raw', 'dated.source_system', 'dated.retention_raw',
            'dated.event_date'
        ) }}
    left join mappings as secrecy
        on {{ mapping_matches(
            'secrecy', 'archive_items.secrecy_raw', 'dated.source_system', 'dated.secrecy_raw',
            'dated.event_date'
        ) }}
    left join mappings as medium
        on {{ mapping_matches(
            'medium', 'archive_items.medium_raw', 'dated.source_system', 'dated.medium_raw',
            'dated.event_date'
        ) }}
    left join mappings as linked_kind
        on {{ mapping_matches(
            'linked_kind', 'archive_items.linked_kind_raw', 'dated.source_system', 'dated.linked_kind_raw',
            'dated.event_date'
        ) }}
)

select * from final
