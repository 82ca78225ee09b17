-- Grain: community × unit × area × month × residence type × age band × gender. Key: population_month_id.
-- Steps: 36 months up to the run's day; a registration counts in a month when it is open on the month's
-- last day (the run's day in the running month); age on that day; codes mapped on the run's day.
with residents as (
    select * from {{ ref('stg_residents') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

age_bands as (
    select * from {{ ref('int_age_bands') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

months as (
    select
        dates.month_start,
        max(dates.date_day) as snapshot_date
    from dates
    cross join run
    where
        dates.date_day <= run.as_of
        and dates.date_day >= {{ month_start("run.as_of - interval '35' month") }}
    group by dates.month_start
),

coded as (
    select
        residents.community_no,
        residents.area_no,
        residents.unit_no,
        coalesce(residents.registered_date, date '0001-01-01') as registered_date,
        coalesce(residents.left_date, date '9999-12-31') as left_date,
        residents.birth_date,
        {{ code_and_label('residence_type', 'residents.residence_type_raw', 'residence_type') }},
        {{ code_and_label('gender', 'residents.gender_raw', 'gender') }}
    from residents
    cross join run
    left join mappings as residence_type
        on {{ mapping_matches(
            'residence_type', 'residents.residence_type_raw', 'residents.source_system',
            'residents.residence_type_raw', 'run.as_of'
        ) }}
    left join mappings as gender
        on {{ mapping_matches(
            'gender', 'residents.gender_raw', 'residents.source_system', 'residents.gender_raw',
            'run.as_of'
        ) }}
),

counted as (
    select
        coded.community_no,
        coded.area_no,
        coded.unit_no,
        months.month_start,
        coded.residence_type_code,
        coded.residence_type_label,
        {{ completed_years('coded.birth_date', 'months.snapshot_date') }} as age_years,
        coded.gender_code,
        coded.gender_label,
        count(*) as resident_count
    from coded
    inner join months
        on coded.registered_date <= months.snapshot_date
        and months.snapshot_date < coded.left_date
    group by
        coded.community_no,
        coded.area_no,
        coded.unit_no,
        months.month_start,
        coded.residence_type_code,
        coded.residence_type_label,
        {{ completed_years('coded.birth_date', 'months.snapshot_date') }},
        coded.gender_code,
        coded.gender_label
),

banded as (
    select
        counted.community_no,
        counted.area_no,
        counted.unit_no,
        counted.month_start,
        counted.residence_type_code,
        counted.residence_type_label,
        age_bands.age_band,
        age_bands.age_band_label,
        counted.gender_code,
        counted.gender_label,
        cast(sum(counted.resident_count) as bigint) as resident_count
    from counted
    left join age_bands
        on age_bands.from_years <= counted.age_years
        and counted.age_years < age_bands.to_years
    group by
        counted.community_no,
        counted.area_no,
        counted.unit_no,
        counted.month_start,
        counted.residence_type_code,
        counted.residence_type_label,
        age_bands.age_band,
        age_bands.age_band_label,
        counted.gender_code,
        counted.gender_label
),

final as (
    select
        {{ surrogate_key([
            'banded.community_no', 'banded.area_no', 'banded.unit_no', 'banded.month_start',
            'banded.residence_type_code', 'banded.residence_type_label', 'banded.age_band',
            'banded.gender_code', 'banded.gender_label'
        ]) }} as population_month_id,
        banded.community_no,
        banded.area_no,
        units.unit_id,
        banded.unit_no,
        banded.month_start,
        banded.month_start as event_date,
        banded.residence_type_code,
        banded.residence_type_label,
        banded.age_band,
        banded.age_band_label,
        banded.gender_code,
        banded.gender_label,
        banded.resident_count
    from banded
    left join units on banded.unit_no = units.unit_no
)

select * from final
