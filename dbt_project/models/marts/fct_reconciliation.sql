-- Grain: one batch of one source table. Key: reconciliation_id. Tombstones stand apart from the balance.
with books as (
    select * from {{ source('landed', 'books') }}
),

final as (
    select
        {{ surrogate_key(['source_system', 'source_table', 'batch_id']) }} as reconciliation_id,
        source_system,
        source_table,
        batch_id,
        rows_read,
        rows_accepted,
        rows_quarantined,
        rows_superseded,
        rows_repeated,
        rows_tombstoned,
        rows_waived,
        rows_corrected,
        rows_read - rows_accepted - rows_quarantined - rows_superseded - rows_repeated as rows_unexplained,
        rows_read = rows_accepted + rows_quarantined + rows_superseded + rows_repeated as is_balanced,
        landed_as_of as landed_date,
        watermark_from,
        watermark_to,
        content_sha256
    from books
)

select * from final
