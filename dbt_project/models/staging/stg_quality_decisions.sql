-- Grain: 对一个质量问题的一次处理. Key: decision_id.
-- Steps: columns of the landed entity that a model reads; no joins.
with landed as (
    select * from {{ source('landed', 'quality_decisions') }}
),

renamed as (
    select
        decision_id,
        issue_id,
        check_id,
        decision_version,
        spell_no,
        run_no,
        action_code,
        state_code,
        assigned_to,
        due_date,
        reason,
        decided_by,
        decided_at
    from landed
)

select * from renamed
