-- Grain: one archive file on hand that is not wholly digital and was used in the last 12 months.
-- Key: archive_digitising_id.
-- Steps: files on hand of the run's day with a use and without a copy of every page.
with held as (
    select * from {{ ref('int_archive_held') }}
),

final as (
    select
        {{ surrogate_key(['archive_item_id', 'as_of']) }} as archive_digitising_id,
        archive_item_id,
        file_no,
        unit_id,
        unit_no,
        category_code,
        category_label,
        medium_code,
        medium_label,
        page_count,
        digitised_page_count,
        year_use_count,
        year_user_count,
        last_use_date,
        as_of as event_date,
        {{ lineage('held') }}
    from held
    where not is_digital and year_use_count > 0
)

select * from final
