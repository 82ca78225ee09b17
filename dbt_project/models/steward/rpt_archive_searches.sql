-- Grain: unit × month × purpose × kind of link × what was searched by of searches with a known result.
-- Key: archive_search_count_id.
-- Steps: uses that say whether they were a hit (those mapped as no use left out) and searches registered by
-- this product, by the unit of the searcher; those without a hit apart, and of these the ones that named a
-- 档号. The archive system's log does not say what was searched by: query_kinds is empty.
with uses as (
    select
        unit_no,
        event_date,
        purpose_label,
        linked_kind_label,
        cast(null as varchar) as query_kinds,
        is_hit,
        file_no is not null as is_file_no_named
    from {{ ref('fct_archive_uses') }}
    where is_hit is not null and coalesce(purpose_label, '') <> '不计'
),

registered as (
    select * from {{ source('landed', 'archive_searches') }}
),

purposes as (
    select * from {{ ref('int_dictionary_codes') }}
    where dictionary = 'archive_use_purpose'
),

units as (
    select * from {{ ref('dim_unit') }}
),

searches as (
    select * from uses
    union all
    select
        registered.unit_no,
        registered.event_date,
        purposes.name_zh as purpose_label,
        cast(null as varchar) as linked_kind_label,
        registered.query_kinds,
        registered.is_hit,
        {{ list_holds('registered.query_kinds', "'file_no'") }} as is_file_no_named
    from registered
    left join purposes on registered.purpose_code = purposes.code
),

dated as (
    select
        *,
        {{ month_start('event_date') }} as month_start
    from searches
),

counted as (
    select
        unit_no,
        month_start,
        purpose_label,
        linked_kind_label,
        query_kinds,
        cast(count(*) as bigint) as search_count,
        cast(sum({{ as_count('not is_hit') }}) as bigint) as no_hit_count,
        cast(sum({{ as_count('not is_hit and is_file_no_named') }}) as bigint) as no_hit_file_no_count
    from dated
    group by unit_no, month_start, purpose_label, linked_kind_label, query_kinds
),

final as (
    select
        {{ surrogate_key([
            'counted.unit_no', 'counted.month_start', 'counted.purpose_label', 'counted.linked_kind_label',
            'counted.query_kinds'
        ]) }} as archive_search_count_id,
        units.unit_id,
        counted.*
    from counted
    left join units on counted.unit_no = units.unit_no
)

select * from final
