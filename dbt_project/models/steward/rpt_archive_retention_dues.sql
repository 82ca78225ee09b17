-- Grain: one archive file on hand whose retention ended or ends within a year of the run's day.
-- Key: archive_retention_due_id.
-- Steps: files on hand, those kept for ever left out; the due day is the first day after the retention.
with held as (
    select * from {{ ref('int_archive_held') }}
),

final as (
    select
        {{ surrogate_key(['archive_item_id', 'as_of']) }} as archive_retention_due_id,
        archive_item_id,
        file_no,
        unit_id,
        unit_no,
        category_code,
        category_label,
        retention_code,
        retention_label,
        retention_years,
        page_count,
        made_date,
        retention_due_date,
        retention_due_date <= as_of as is_retention_over,
        as_of as event_date,
        {{ lineage('held') }}
    from held
    where retention_due_date <= {{ add_days('as_of', 365) }}
)

select * from final
