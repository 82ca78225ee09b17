-- Grain: one run of numbers between two files of a series that no file has. Key: archive_gap_id.
-- Steps: every catalogued 档号 that reads, destroyed and transferred files too, in its series (fonds, class,
-- year); numbers before the first file count from 1. A run longer than the limit of the pattern is a jump:
-- the numbering may have begun anew. What follows the last file cannot be known.
with file_nos as (
    select * from {{ ref('int_archive_file_nos') }}
    where is_file_no_read
),

items as (
    select * from {{ ref('fct_archive_items') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

numbers as (
    select
        fonds_no,
        file_class_no,
        file_year,
        file_serial,
        min(archive_item_id) as archive_item_id,
        min(file_no) as next_file_no,
        min(longest_gap) as longest_gap
    from file_nos
    group by fonds_no, file_class_no, file_year, file_serial
),

neighbours as (
    select
        *,
        lag(next_file_no) over (
            partition by fonds_no, file_class_no, file_year order by file_serial
        ) as previous_file_no,
        coalesce(
            lag(file_serial) over (partition by fonds_no, file_class_no, file_year order by file_serial), 0
        ) as previous_serial
    from numbers
),

final as (
    select
        {{ surrogate_key([
            'neighbours.fonds_no', 'neighbours.file_class_no', 'neighbours.file_year', 'neighbours.file_serial'
        ]) }} as archive_gap_id,
        items.unit_id,
        items.unit_no,
        items.category_code,
        items.category_label,
        neighbours.fonds_no,
        neighbours.file_class_no,
        neighbours.file_year,
        neighbours.previous_serial + 1 as first_missing_serial,
        neighbours.file_serial - 1 as last_missing_serial,
        neighbours.file_serial - neighbours.previous_serial - 1 as missing_number_count,
        neighbours.file_serial - neighbours.previous_serial - 1 > neighbours.longest_gap as is_number_jump,
        neighbours.previous_file_no,
        neighbours.next_file_no,
        run.as_of as event_date,
        {{ lineage('items') }}
    from neighbours
    cross join run
    inner join items on neighbours.archive_item_id = items.archive_item_id
    where neighbours.file_serial > neighbours.previous_serial + 1
)

select * from final
