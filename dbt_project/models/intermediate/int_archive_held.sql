{{ config(materialized='table') }}
-- Grain: one archive file on hand on the run's day. Key: archive_item_id.
-- Steps: filed up to that day, neither destroyed nor transferred up to it; digital by its medium or when
-- every page has a copy; uses (opened or hit, those mapped as no use left out) of the 365 days up to the
-- run's day; retention counts full years from the first of January after the file was made.
with items as (
    select * from {{ ref('fct_archive_items') }}
),

sources as (
    select * from {{ ref('stg_archive_items') }}
),

file_nos as (
    select * from {{ ref('int_archive_file_nos') }}
),

media as (
    select * from {{ ref('archive_media') }}
),

retention as (
    select * from {{ ref('archive_retention_years') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

uses as (
    select
        facts.archive_item_id,
        max(facts.event_date) as last_use_date,
        cast(sum(case when facts.event_date > {{ add_days('run.as_of', -365) }} then 1 else 0 end) as bigint)
            as year_use_count,
        cast(count(distinct case
            when facts.event_date > {{ add_days('run.as_of', -365) }} then facts.user_officer_no
        end) as bigint) as year_user_count
    from {{ ref('fct_archive_uses') }} as facts
    cross join run
    where
        facts.archive_item_id is not null
        and facts.event_date <= run.as_of
        and (facts.is_opened or coalesce(facts.is_hit, false))
        and coalesce(facts.purpose_label, '') <> '不计'
    group by facts.archive_item_id
),

final as (
    select
        items.archive_item_id,
        items.file_no,
        items.unit_id,
        items.unit_no,
        items.category_code,
        items.category_label,
        items.medium_code,
        items.medium_label,
        items.retention_code,
        items.retention_label,
        coalesce(items.page_count, 0) as page_count,
        case
            when coalesce(media.is_digital, false) then coalesce(items.page_count, 0)
            else least(coalesce(items.digitised_page_count, 0), coalesce(items.page_count, 0))
        end as digitised_page_count,
        coalesce(media.is_digital, false)
        or coalesce(
            items.page_count > 0 and coalesce(items.digitised_page_count, 0) >= items.page_count, false
        ) as is_digital,
        items.made_date,
        items.archived_date,
        coalesce(file_nos.is_file_no_read, false) as is_file_no_read,
        uses.last_use_date,
        coalesce(uses.year_use_count, 0) as year_use_count,
        coalesce(uses.year_user_count, 0) as year_user_count,
        retention.retention_code is not null as is_retention_known,
        retention.retention_years,
        cast(
            cast(extract(year from items.made_date) + 1 + retention.retention_years as varchar)
            || '-01-01' as date
        ) as retention_due_date,
        run.as_of,
        {{ lineage('items') }}
    from items
    cross join run
    inner join sources on items.archive_item_id = sources.archive_item_id
    left join file_nos on items.archive_item_id = file_nos.archive_item_id
    left join media on items.medium_code = media.medium_code
    left join retention on items.retention_code = retention.retention_code
    left join uses on items.archive_item_id = uses.archive_item_id
    where
        items.archived_date <= run.as_of
        and coalesce(items.destroyed_date > run.as_of, true)
        and coalesce(sources.transferred_date > run.as_of, true)
)

select * from final
