-- Grain: one age band. Key: age_band. from_years inclusive, to_years exclusive, the last one open (999).
with bands as (
    select * from {{ ref('age_bands') }}
),

dictionary_codes as (
    select * from {{ ref('int_dictionary_codes') }} where dictionary = 'age_band'
),

final as (
    select
        bands.code as age_band,
        dictionary_codes.name_zh as age_band_label,
        bands.from_years,
        coalesce(bands.to_years, 999) as to_years
    from bands
    left join dictionary_codes on bands.code = dictionary_codes.code
)

select * from final
