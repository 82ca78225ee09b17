-- Grain: one archive file. Key: archive_item_id.
-- Steps: the 档号 taken apart by the pattern of its source (else the default one); it reads when every part
-- is there and year and number are digits. A file of which only a part reads has none of them.
with items as (
    select * from {{ ref('stg_archive_items') }}
),

patterns as (
    select * from {{ ref('archive_file_no_patterns') }}
),

fitting as (
    select
        items.archive_item_id,
        items.file_no,
        items.unit_no,
        coalesce(own.separator, others.separator) as separator,
        coalesce(own.part_count, others.part_count) as part_count,
        coalesce(own.fonds_part, others.fonds_part) as fonds_part,
        coalesce(own.class_part, others.class_part) as class_part,
        coalesce(own.year_part, others.year_part) as year_part,
        coalesce(own.serial_part, others.serial_part) as serial_part,
        coalesce(own.longest_gap, others.longest_gap) as longest_gap
    from items
    left join patterns as own on items.source_system = own.source_system
    left join patterns as others on others.source_system = 'default'
),

parts as (
    select
        archive_item_id,
        file_no,
        unit_no,
        longest_gap,
        {{ file_no_part('file_no', 'fitting', 'fonds_part') }} as fonds_no,
        {{ file_no_part('file_no', 'fitting', 'class_part') }} as file_class_no,
        {{ file_no_part('file_no', 'fitting', 'year_part') }} as year_text,
        {{ file_no_part('file_no', 'fitting', 'serial_part') }} as serial_text
    from fitting
),

judged as (
    select
        *,
        fonds_no <> '' and file_class_no <> ''
        and {{ is_digits('year_text') }} and {{ is_digits('serial_text') }} as is_file_no_read
    from parts
),

final as (
    select
        archive_item_id,
        file_no,
        unit_no,
        longest_gap,
        is_file_no_read,
        case when is_file_no_read then fonds_no end as fonds_no,
        case when is_file_no_read then file_class_no end as file_class_no,
        case when is_file_no_read then cast(year_text as bigint) end as file_year,
        case when is_file_no_read then cast(serial_text as bigint) end as file_serial
    from judged
)

select * from final
