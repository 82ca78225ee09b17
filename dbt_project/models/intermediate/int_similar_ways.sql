{{ config(materialized='table') }}
-- Grain: one pair of cases with similar ways of working. Key: first_case_id, second_case_id.
-- Steps: every two of a case's rarest labels make a block; within a block a case is compared with the next
-- ones in time only, so the work grows with the number of cases, not with its square; similarity = weight
-- of the common labels over weight of all labels of the two, in whole thousandths; a pair stays that is
-- among the most similar of one of its cases.
-- Sources: IDF-weighted Jaccard; sorted neighbourhood blocking, Hernandez and Stolfo 1995.
with ways as (
    select * from {{ ref('int_case_ways') }}
),

limits as (
    select
        max(case when limit_name = 'mo_similarity_permille' then limit_value end) as similarity_permille,
        max(case when limit_name = 'mo_shared_labels' then limit_value end) as shared_labels,
        max(case when limit_name = 'mo_shared_weight' then limit_value end) as shared_weight,
        max(case when limit_name = 'mo_links_per_case' then limit_value end) as links_per_case,
        max(case when limit_name = 'mo_blocking_labels' then limit_value end) as blocking_labels,
        max(case when limit_name = 'mo_neighbours' then limit_value end) as neighbours
    from {{ ref('case_link_limits') }}
),

rare_ways as (
    select ways.*
    from ways
    cross join limits
    where ways.label_rank <= limits.blocking_labels
),

blocks as (
    select
        ways.case_id,
        ways.label_code,
        other_ways.label_code as other_label_code,
        row_number() over (
            partition by ways.label_code, other_ways.label_code order by ways.event_date, ways.case_id
        ) as block_position
    from rare_ways as ways
    inner join rare_ways as other_ways
        on ways.case_id = other_ways.case_id and ways.label_code < other_ways.label_code
),

-- No block is longer than the whole, so its first positions count up to the number of neighbours.
steps as (
    select distinct blocks.block_position as step
    from blocks
    cross join limits
    where blocks.block_position <= limits.neighbours
),

reached as (
    select
        blocks.case_id as first_case_id,
        blocks.label_code,
        blocks.other_label_code,
        blocks.block_position + steps.step as block_position
    from blocks
    cross join steps
),

candidates as (
    select distinct
        reached.first_case_id,
        blocks.case_id as second_case_id
    from reached
    inner join blocks
        on reached.label_code = blocks.label_code
        and reached.other_label_code = blocks.other_label_code
        and reached.block_position = blocks.block_position
),

-- An outer join, because engines may begin a chain of inner joins with labels × labels, which is quadratic.
shared as (
    select
        candidates.first_case_id,
        candidates.second_case_id,
        count(second_ways.label_code) as shared_label_count,
        sum(case when second_ways.label_code is not null then first_ways.label_weight end) as shared_weight,
        max(first_ways.case_weight + second_ways.case_weight) as both_weights,
        max(abs({{ days_between('first_ways.event_date', 'second_ways.event_date') }})) as days_apart
    from candidates
    inner join ways as first_ways on candidates.first_case_id = first_ways.case_id
    left join ways as second_ways
        on candidates.second_case_id = second_ways.case_id
        and first_ways.label_code = second_ways.label_code
    group by candidates.first_case_id, candidates.second_case_id
),

compared as (
    select
        first_case_id,
        second_case_id,
        shared_label_count,
        shared_weight,
        days_apart,
        {{ whole_quotient('1000 * shared_weight', 'both_weights - shared_weight') }} as similarity_permille
    from shared
),

similar_pairs as (
    select compared.*
    from compared
    cross join limits
    where
        compared.similarity_permille >= limits.similarity_permille
        and compared.shared_label_count >= limits.shared_labels
        and compared.shared_weight >= limits.shared_weight
),

both_ways as (
    select
        first_case_id as case_id,
        second_case_id as other_case_id,
        first_case_id,
        second_case_id,
        similarity_permille,
        shared_weight,
        days_apart
    from similar_pairs
    union all
    select
        second_case_id as case_id,
        first_case_id as other_case_id,
        first_case_id,
        second_case_id,
        similarity_permille,
        shared_weight,
        days_apart
    from similar_pairs
),

ranked as (
    select
        first_case_id,
        second_case_id,
        row_number() over (
            partition by case_id
            order by similarity_permille desc, shared_weight desc, days_apart asc, other_case_id asc
        ) as similarity_rank
    from both_ways
),

best as (
    select distinct
        ranked.first_case_id,
        ranked.second_case_id
    from ranked
    cross join limits
    where ranked.similarity_rank <= limits.links_per_case
),

final as (
    select
        similar_pairs.first_case_id,
        similar_pairs.second_case_id,
        similar_pairs.similarity_permille,
        similar_pairs.shared_label_count
    from similar_pairs
    inner join best
        on similar_pairs.first_case_id = best.first_case_id
        and similar_pairs.second_case_id = best.second_case_id
)

select * from final
