{{ config(tags=['history']) }}
-- Grain: publication × metric × unit × month. Key: published_figure_id. Figures as they were published.
-- Steps: of runs that prepared one publication, the last one is what readers got.
with figures as (
    select * from {{ source('landed', 'published_figures') }}
),

latest as (
    select
        generation,
        max(run_no) as run_no
    from figures
    group by generation
),

final as (
    select
        {{ surrogate_key([
            'figures.generation', 'figures.metric_code', 'figures.unit_no', 'figures.month_start'
        ]) }} as published_figure_id,
        figures.generation,
        figures.generation_from,
        figures.published_as_of,
        figures.metric_code,
        figures.metric_version,
        figures.definition_digest,
        figures.unit_no,
        figures.month_start,
        figures.figure_count
    from figures
    inner join latest on figures.generation = latest.generation and figures.run_no = latest.run_no
)

select * from final
