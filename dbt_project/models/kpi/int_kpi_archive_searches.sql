-- Grain: search of the catalogue registered by this product × assessment period. Key: kpi_code, record_id.
-- KPI archive_search_without_hit: searches without a hit over searches, by the searcher.
-- Steps: every registered search by its local day; a search that only found files whose 密级 is not shown is
-- a hit.
with searches as (
    select * from {{ source('landed', 'archive_searches') }}
),

periods as (
    select * from {{ ref('int_assessment_periods') }}
),

final as (
    select
        'archive_search_without_hit' as kpi_code,
        periods.period_start,
        periods.period_end,
        searches.unit_no,
        searches.officer_no,
        'archive_search' as record_kind,
        cast(searches.search_no as varchar) as record_id,
        '检索' || cast(searches.search_no as varchar) as record_no,
        cast(null as varchar) as category_code,
        searches.event_date,
        1 as in_denominator,
        {{ as_count('not searches.is_hit') }} as in_numerator,
        1 as denominator_value,
        {{ as_count('not searches.is_hit') }} as numerator_value,
        false as is_excluded,
        cast(null as varchar) as exclusion_reason,
        case
            when searches.is_hit then '本系统检索，命中 ' || cast(searches.hit_count as varchar) || ' 件'
            else '本系统检索，未命中'
        end || '；关联编号 ' || coalesce(searches.linked_no, '—') as evidence,
        '_workbench' as _source_system,
        'archive_searches' as _source_table,
        cast(searches.search_no as varchar) as _source_key,
        cast(null as varchar) as _source_batch_id,
        cast(null as varchar) as _source_file,
        cast(null as bigint) as _source_line
    from searches
    inner join periods on searches.event_date between periods.period_start and periods.period_end
)

select * from final
