-- Grain: one borrowing or query of an archive file. Key: archive_use_id.
-- Steps: codes mapped on the day of use; the unit is that of the user's posting on that day, the log's own
-- only of a user without one (an account may keep the old unit after a transfer); the file by 档号; the
-- link is valid when its number exists; an outcome is confirmed when it cites the file used, on or after
-- the use and within the days of its link kind, and is confirmed by another than the user, who is the
-- officer responsible where one is known. The verdict names the first condition that fails
-- (archive_effect_verdicts).
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

verdicts as (
    select * from {{ ref('archive_effect_verdicts') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

judged as (
    select
        uses.archive_use_id,
        uses.use_no,
        items.archive_item_id,
        uses.file_no,
        uses.user_officer_no,
        units.unit_id,
        coalesce(officers.unit_no, uses.unit_no) as unit_no,
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
        case
            when uses.linked_no is null then 'unlinked'
            when link_targets.record_id is null then 'invalid_link'
            when purpose.code = 'lookup' then 'lookup_only'
            when uses.outcome_date is null or uses.outcome_cited_file_no is null then 'no_outcome'
            when uses.file_no is null or uses.outcome_cited_file_no <> uses.file_no then 'other_file'
            when uses.outcome_date < uses.event_date then 'before_use'
            when
                windows.window_days is null
                or {{ days_between('uses.event_date', 'uses.outcome_date') }} > windows.window_days
                then 'too_late'
            when uses.confirmed_by_officer_no is null or uses.user_officer_no is null then 'unconfirmed'
            when uses.confirmed_by_officer_no = uses.user_officer_no then 'own_confirmation'
            when uses.confirmed_by_officer_no <> link_targets.officer_no then 'other_confirmer'
            else 'confirmed'
        end as effect_verdict_code,
        uses.satisfaction_score,
        {{ lineage('uses') }}
    from uses
    cross join run
    left join items on uses.file_no = items.file_no
    left join link_targets on uses.linked_no = link_targets.linked_no
    left join windows on link_targets.record_kind = windows.link_kind
    left join officers
        on uses.user_officer_no = officers.officer_no and {{ valid_on('officers', 'uses.event_date') }}
    left join units on coalesce(officers.unit_no, uses.unit_no) = units.unit_no
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
),

final as (
    select
        judged.archive_use_id,
        judged.use_no,
        judged.archive_item_id,
        judged.file_no,
        judged.user_officer_no,
        judged.unit_id,
        judged.unit_no,
        judged.area_no,
        judged.event_date,
        judged.use_kind_code,
        judged.use_kind_label,
        judged.purpose_code,
        judged.purpose_label,
        judged.linked_kind_code,
        judged.linked_kind_label,
        judged.linked_no,
        judged.is_link_valid,
        judged.is_opened,
        judged.is_hit,
        judged.due_date,
        judged.returned_date,
        judged.is_returned_in_time,
        judged.outcome_date,
        judged.effect_verdict_code,
        verdicts.effect_verdict_label,
        judged.effect_verdict_code = 'confirmed' as has_confirmed_outcome,
        judged.satisfaction_score,
        {{ lineage('judged') }}
    from judged
    left join verdicts on judged.effect_verdict_code = verdicts.effect_verdict_code
)

select * from final
