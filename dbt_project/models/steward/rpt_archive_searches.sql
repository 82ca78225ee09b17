-- Grain: unit × month × purpose × kind of link of uses with a registered result.
-- Key: archive_search_count_id.
-- Steps: uses that say whether they were a hit, by the unit of the user; without a hit apart, and of these
-- the ones that named a 档号; uses mapped as no use are left out.
with uses as (
    select
        *,
        {{ month_start('event_date') }} as month_start
    from {{ ref('fct_archive_uses') }}
    where is_hit is not null and coalesce(purpose_label, '') <> '不计'
),

counted as (
    select
        unit_no,
        month_start,
        purpose_label,
        linked_kind_label,
        max(unit_id) as unit_id,
        cast(count(*) as bigint) as search_count,
        cast(sum({{ as_count('not is_hit') }}) as bigint) as no_hit_count,
        cast(sum({{ as_count('not is_hit and file_no is not null') }}) as bigint) as no_hit_file_no_count
    from uses
    group by unit_no, month_start, purpose_label, linked_kind_label
),

final as (
    select
        {{ surrogate_key(['unit_no', 'month_start', 'purpose_label', 'linked_kind_label']) }}
            as archive_search_count_id,
        *
    from counted
)

select * from final
