-- Grain: 一次档案借阅或查询. Key: archive_use_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'archive_uses') }}
),

renamed as (
    select
        archive_use_id,
        use_no,
        source_system,
        file_no,
        user_officer_no,
        unit_no,
        event_date,
        use_kind_raw,
        purpose_raw,
        linked_kind_raw,
        linked_no,
        requested_at,
        opened_at,
        logged_at,
        due_date,
        returned_date,
        is_hit,
        outcome_raw,
        outcome_cited_file_no,
        outcome_date,
        confirmed_by_officer_no,
        satisfaction_score,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
