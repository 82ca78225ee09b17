-- Grain: one borrowing or query of an archive file. Key: archive_use_id.
-- Steps: codes mapped on the day of use; the file by 档号; the link is valid when its number exists; an
-- outcome is confirmed when it cites the file used, on or after the use and within the days of its link
-- kind, and is confirmed by another than the user, who is the officer responsible where one is known.
with uses as (
    select * from {{ ref('stg_archive_uses') }}
),

items as (
    select
        file_no,
        min(archive_item_id) as archive_item_id
    from {{ ref('stg_archive_items') }}
    group by file_no
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

windows as (
    select * from {{ ref('archive_outcome_windows') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

final as (
    select
        uses.archive_use_id,
        uses.use_no,
        items.archive_item_id,
        uses.file_no,
        uses.user_officer_no,
        units.unit_id,
        coalesce(uses.unit_no, officers.unit_no) as unit_no,
        officers.area_no,
        uses.event_date,
        {{ code_and_label('use_kind', 'uses.use_kind_raw', 'use_kind') }},
        {{ code_and_label('purpose', 'uses.purpose_raw', 'purpose') }},
        linked_kind.code as linked_kind_code,
        {{ mapping_label('linked_kind', 'uses.linked_kind_raw') }} as linked_kind_label,
        uses.linked_no,
        case when uses.linked_no is not null then link_targets.record_id is not null end as is_link_valid,
        uses.opened_at is not null as is_opened,
        uses.is_hit,
        uses.due_date,
        uses.returned_date,
        case
            when uses.due_date is null then null
            when uses.returned_date is not null then uses.returned_date <= uses.due_date
            when uses.due_date < run.as_of then false
        end as is_returned_in_time,
        uses.outcome_date,
        coalesce(
            link_targets.record_id is not null
            and uses.outcome_cited_file_no = uses.file_no
            and uses.outcome_date >= uses.event_date
            and {{ days_between('uses.event_date', 'uses.outcome_date') }} <= windows.window_days
            and uses.confirmed_by_officer_no <> uses.user_officer_no
            and uses.confirmed_by_officer_no
            = coalesce(link_targets.officer_no, uses.confirmed_by_officer_no),
            false
        ) as has_confirmed_outcome,
        uses.satisfaction_score,
        {{ lineage('uses') }}
    from uses
    cross join run
    left join items on uses.file_no = items.file_no
    left join link_targets on uses.linked_no = link_targets.linked_no
    left join windows on link_targets.record_kind = windows.link_kind
    left join officers
        on uses.user_officer_no = officers.officer_no and {{ valid_on('officers', 'uses.event_date') }}
    left join units on coalesce(uses.unit_no, officers.unit_no) = units.unit_no
    left join mappings as use_kind
        on {{ mapping_matches(
            'use_kind', 'archive_uses.use_kind_raw', 'uses.source_system', 'uses.use_kind_raw',
            'uses.event_date'
        ) }}
    left join mappings as purpose
        on {{ mapping_matches(
            'purpose', 'archive_uses.purpose_raw', 'uses.source_system', 'uses.purpose_raw',
            'uses.event_date'
        ) }}
    left join mappings as linked_kind
        on {{ mapping_matches(
            'linked_kind', 'archive_uses.linked_kind_raw', 'uses.source_system', 'uses.linked_kind_raw',
            'uses.event_date'
        ) }}
)

select * from final
