{{ config(materialized='table') }}
-- Grain: one straight piece of one street segment (街段). Key: street_segment_id, piece_no.
-- Steps: the corners of the centre line (WKT) in millionths of a degree, each joined to the next of its part.
-- A segment without a line has no piece, nor has one of more than 100 parts, 1,000 corners or 250 buckets (25
-- km) between two corners: never half of one. segment_number: place of the segment by its key, for the least
-- number of two as near.
with segments as (
    select
        street_segment_id,
        centre_line_wkt,
        row_number() over (order by street_segment_id) as segment_number
    from {{ ref('stg_street_segments') }}
    where
        centre_line_wkt like '%LINESTRING%(%'
        and {{ count_of('(', 'centre_line_wkt') }} <= 100
        and {{ count_of(',', 'centre_line_wkt') }} < 1000
),

numbers as (
    {{ whole_numbers(1, 1000) }}
),

parts as (
    select
        segments.street_segment_id,
        segments.segment_number,
        numbers.number as part_no,
        replace(
            {{ text_part('segments.centre_line_wkt', '),', 'numbers.number') }}, 'MULTILINESTRING', ''
        ) as part_text
    from segments
    inner join numbers
        on numbers.number <= 100
        and {{ text_part('segments.centre_line_wkt', '),', 'numbers.number') }} <> ''
),

bare as (
    select
        street_segment_id,
        segment_number,
        part_no,
        replace(
            replace(replace(replace(part_text, 'LINESTRING', ''), 'Z', ''), '(', ''), ')', ''
        ) as corners_text
    from parts
),

corners as (
    select
        bare.street_segment_id,
        bare.segment_number,
        bare.part_no,
        numbers.number as corner_no,
        {{ text_part('bare.corners_text', ',', 'numbers.number') }} as corner_text
    from bare
    inner join numbers on numbers.number <= {{ count_of(',', 'bare.corners_text') }} + 1
),

placed as (
    select
        street_segment_id,
        segment_number,
        part_no,
        corner_no,
        {{ millionths_in('corner_text', 1) }} as x,
        {{ millionths_in('corner_text', 2) }} as y
    from corners
),

joined as (
    select
        *,
        lead(x) over along as next_x,
        lead(y) over along as next_y
    from placed
    window along as (partition by street_segment_id, part_no order by corner_no)
),

measured as (
    select
        *,
        max(greatest(abs(next_x - x), abs(next_y - y))) over (partition by street_segment_id) as longest
    from joined
    where next_x is not null
),

weighed as (
    select
        *,
        row_number() over (partition by street_segment_id order by part_no, corner_no) as piece_no,
        4492 / nullif(cast({{ cell_column_width(cell_row('y')) }} as double), 0) as east_weight
    from measured
    where longest <= 250000
),

final as (
    select
        street_segment_id,
        segment_number,
        piece_no,
        x as started_x,
        y as started_y,
        next_x as ended_x,
        next_y as ended_y,
        east_weight,
        (next_x - x) * east_weight as way_east,
        cast(next_y - y as double) as way_north,
        (next_x - x) * east_weight * (next_x - x) * east_weight
        + cast((next_y - y) * (next_y - y) as double) as way_squared
    from weighed
)

select * from final
