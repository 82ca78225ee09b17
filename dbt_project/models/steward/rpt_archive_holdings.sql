-- Grain: unit × category × medium of archive files on hand on the run's day. Key: archive_holding_id.
-- Steps: files on hand counted with their pages, copies and use; a category or medium without a code is
-- kept by its label.
with held as (
    select * from {{ ref('int_archive_held') }}
),

counted as (
    select
        unit_no,
        category_code,
        category_label,
        medium_code,
        medium_label,
        as_of as event_date,
        max(unit_id) as unit_id,
        cast(count(*) as bigint) as archive_file_count,
        cast(sum(page_count) as bigint) as page_count,
        cast(sum(digitised_page_count) as bigint) as digitised_page_count,
        cast(sum({{ as_count('not is_digital') }}) as bigint) as not_digital_file_count,
        cast(sum(year_use_count) as bigint) as year_use_count,
        cast(sum(case when is_digital then 0 else year_use_count end) as bigint) as not_digital_use_count,
        cast(sum({{ as_count('year_use_count > 0') }}) as bigint) as used_file_count,
        cast(sum({{ as_count('last_use_date is null') }}) as bigint) as never_used_file_count,
        min(archived_date) as first_archived_date,
        max(last_use_date) as last_use_date,
        cast(sum({{ as_count('not is_file_no_read') }}) as bigint) as unread_file_no_count,
        cast(sum({{ as_count('is_retention_known and retention_years is null') }}) as bigint)
            as permanent_file_count,
        cast(sum({{ as_count('not is_retention_known or made_date is null') }}) as bigint)
            as unknown_retention_count,
        min(retention_due_date) as first_retention_due_date
    from held
    group by unit_no, category_code, category_label, medium_code, medium_label, as_of
),

final as (
    select
        {{ surrogate_key(['unit_no', 'category_code', 'category_label', 'medium_code', 'medium_label']) }}
            as archive_holding_id,
        *
    from counted
)

select * from final
