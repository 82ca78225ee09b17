{{ config(materialized='table') }}
-- Grain: one piece of a street segment (街段) × one bucket within reach of it. Key: street_segment_id,
-- piece_no, bucket_x, bucket_y.
-- Steps: buckets of the box around the piece, widened by the tolerance; those stay whose middle is within
-- the tolerance and half a diagonal (708), so that none is missing that holds a point within reach.
with pieces as (
    select
        *,
        cast(ceil({{ street_tolerance() }} / nullif(east_weight, 0)) as bigint) as reach_x
    from {{ ref('int_street_pieces') }}
),

boxes as (
    select
        *,
        {{ street_bucket('(least(started_x, ended_x) - reach_x)') }} as west_bucket,
        {{ street_bucket('(greatest(started_x, ended_x) + reach_x)') }} as east_bucket,
        {{ street_bucket('(least(started_y, ended_y) - ' ~ street_tolerance() ~ ')') }} as south_bucket,
        {{ street_bucket('(greatest(started_y, ended_y) + ' ~ street_tolerance() ~ ')') }} as north_bucket
    from pieces
),

-- A piece reaches over 250 buckets at most, and 269 millionths on each side, six times as many at 80° north.
numbers as (
    {{ whole_numbers(0, 260) }}
),

buckets as (
    select
        boxes.*,
        boxes.west_bucket + 1000 * across.number as bucket_x,
        boxes.south_bucket + 1000 * up.number as bucket_y
    from boxes
    inner join numbers as across on boxes.west_bucket + 1000 * across.number <= boxes.east_bucket
    inner join numbers as up on boxes.south_bucket + 1000 * up.number <= boxes.north_bucket
),

judged as (
    select
        *,
        bucket_x - 180000000 + 500 as middle_x,
        bucket_y - 180000000 + 500 as middle_y
    from buckets
),

nearest as (
    select
        *,
        {{ nearest_on_piece('middle_x', 'middle_y') }} as nearest_place
    from judged
),

final as (
    select
        street_segment_id,
        segment_number,
        piece_no,
        started_x,
        started_y,
        east_weight,
        way_east,
        way_north,
        way_squared,
        bucket_x,
        bucket_y
    from nearest
    where
        {{ squared_from_piece('middle_x', 'middle_y', 'nearest_place') }}
        <= ({{ street_tolerance() }} + 708) * ({{ street_tolerance() }} + 708)
)

select * from final
