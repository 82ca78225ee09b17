-- Grain: one catalogued archive file. Key: archive_item_id. Titles stay in landing.
-- Steps: year of the 档号, else of the file's making; where the file is on the run's day; whether its 密级 may
-- be shown (one not known may not); whether it is of a case with a sealed record.
with items as (
    select * from {{ ref('fct_archive_items') }}
),

sources as (
    select * from {{ ref('stg_archive_items') }}
),

file_nos as (
    select * from {{ ref('int_archive_file_nos') }}
),

held as (
    select * from {{ ref('int_archive_held') }}
),

levels as (
    select * from {{ ref('archive_secrecy_levels') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

sealed_cases as (
    select distinct cases.case_no
    from {{ ref('fct_case_persons') }} as persons
    inner join {{ ref('fct_cases') }} as cases on persons.case_id = cases.case_id
    where persons.is_sealed
),

final as (
    select
        items.archive_item_id,
        items.file_no,
        items.unit_id,
        items.unit_no,
        items.category_code,
        items.category_label,
        coalesce(file_nos.file_year, cast(extract(year from items.made_date) as bigint)) as file_year,
        items.medium_code,
        items.medium_label,
        items.secrecy_code,
        items.secrecy_label,
        coalesce(levels.is_secrecy_shown, false) as is_secrecy_shown,
        items.page_count,
        held.is_digital,
        case
            when held.archive_item_id is not null then '在馆'
            when items.destroyed_date <= run.as_of then '已销毁'
            when sources.transferred_date <= run.as_of then '已移交'
            else '未归档'
        end as holding_label,
        items.linked_no,
        sealed_cases.case_no is not null as has_sealed_record,
        items.event_date,
        {{ lineage('items') }}
    from items
    cross join run
    inner join sources on items.archive_item_id = sources.archive_item_id
    left join file_nos on items.archive_item_id = file_nos.archive_item_id
    left join held on items.archive_item_id = held.archive_item_id
    left join levels on items.secrecy_code = levels.secrecy_code
    left join sealed_cases on items.linked_no = sealed_cases.case_no
)

select * from final
