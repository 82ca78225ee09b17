-- Grain: unit × area × kind of base record × residence type × recording officer × band of days since the
-- last verification. Key: base_freshness_id. As of the run's day (event_date).
-- Steps: records of 一标三实 open on that day; last verified is the later of the date the record carries and
-- the last logged check that met it (neither refused nor not found); not found where the latest logged check
-- says so and the record was not verified after it. A date after the run's day is no date.
with residents as (
    select * from {{ ref('stg_residents') }}
),

houses as (
    select * from {{ ref('stg_houses') }}
),

addresses as (
    select * from {{ ref('stg_addresses') }}
),

places as (
    select * from {{ ref('stg_places') }}
),

checks as (
    select * from {{ ref('fct_base_record_checks') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

kinds as (
    select
        code,
        name_zh
    from {{ ref('int_dictionary_codes') }}
    where dictionary = 'record_kind'
),

bands as (
    select * from {{ ref('verification_bands') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

records as (
    select
        'resident' as record_kind_code,
        residents.resident_no as record_no,
        residents.source_system,
        residents.unit_no,
        residents.area_no,
        residents.recorded_by_officer_no as officer_no,
        residents.verified_date,
        residents.residence_type_raw
    from residents
    cross join run
    where
        coalesce(residents.registered_date, date '0001-01-01') <= run.as_of
        and run.as_of < coalesce(residents.left_date, date '9999-12-31')
    union all
    select
        'house' as record_kind_code,
        house_reg_no as record_no,
        source_system,
        unit_no,
        area_no,
        recorded_by_officer_no as officer_no,
        verified_date,
        cast(null as varchar) as residence_type_raw
    from houses
    union all
    select
        'address' as record_kind_code,
        address_no as record_no,
        source_system,
        unit_no,
        area_no,
        recorded_by_officer_no as officer_no,
        verified_date,
        cast(null as varchar) as residence_type_raw
    from addresses
    union all
    select
        'place' as record_kind_code,
        places.place_no as record_no,
        places.source_system,
        places.unit_no,
        places.area_no,
        places.recorded_by_officer_no as officer_no,
        places.verified_date,
        cast(null as varchar) as residence_type_raw
    from places
    cross join run
    where
        coalesce(places.valid_from, date '0001-01-01') <= run.as_of
        and run.as_of < coalesce(places.valid_to, date '9999-12-31')
),

past_checks as (
    select
        checks.record_kind_code,
        checks.record_no,
        checks._source_system,
        checks.checked_date,
        coalesce(checks.check_result_code, '') as check_result_code,
        row_number() over (
            partition by checks.record_kind_code, checks.record_no, checks._source_system
            order by checks.checked_date desc, checks.base_check_id desc
        ) as recency_rank
    from checks
    cross join run
    where checks.checked_date <= run.as_of
),

logged as (
    select
        record_kind_code,
        record_no,
        _source_system,
        max(
            case when check_result_code not in ('refused', 'not_found') then checked_date end
        ) as met_date,
        max(
            case when recency_rank = 1 and check_result_code = 'not_found' then checked_date end
        ) as not_found_date
    from past_checks
    group by
        record_kind_code,
        record_no,
        _source_system
),

dated as (
    select
        records.record_kind_code,
        records.source_system,
        records.unit_no,
        records.area_no,
        records.officer_no,
        records.residence_type_raw,
        case
            when records.verified_date > run.as_of then logged.met_date
            when logged.met_date > records.verified_date or records.verified_date is null then logged.met_date
            else records.verified_date
        end as last_verified_date,
        logged.not_found_date
    from records
    cross join run
    left join logged
        on records.record_kind_code = logged.record_kind_code
        and records.record_no = logged.record_no
        and records.source_system = logged._source_system
),

banded as (
    select
        dated.unit_no,
        dated.area_no,
        dated.record_kind_code,
        kinds.name_zh as record_kind_label,
        {{ code_and_label('residence_type', 'dated.residence_type_raw', 'residence_type') }},
        dated.officer_no,
        bands.verification_band_code,
        bands.verification_band_label,
        bands.band_rank,
        bands.is_stale,
        run.as_of as event_date,
        {{ as_count(
            'dated.not_found_date is not null'
            ' and (dated.last_verified_date is null or dated.last_verified_date <= dated.not_found_date)'
        ) }} as not_found
    from dated
    cross join run
    left join kinds on dated.record_kind_code = kinds.code
    left join mappings as residence_type
        on {{ mapping_matches(
            'residence_type', 'residents.residence_type_raw', 'dated.source_system',
            'dated.residence_type_raw', 'run.as_of'
        ) }}
    inner join bands
        on (
            dated.last_verified_date is not null
            and bands.from_days <= {{ days_between('dated.last_verified_date', 'run.as_of') }}
            and {{ days_between('dated.last_verified_date', 'run.as_of') }}
            <= coalesce(bands.upto_days, 999999)
        )
        or (dated.last_verified_date is null and bands.from_days is null)
),

counted as (
    select
        unit_no,
        area_no,
        record_kind_code,
        record_kind_label,
        residence_type_code,
        residence_type_label,
        officer_no,
        verification_band_code,
        verification_band_label,
        band_rank,
        is_stale,
        event_date,
        cast(count(*) as bigint) as base_record_count,
        cast(sum(not_found) as bigint) as not_found_count
    from banded
    group by
        unit_no,
        area_no,
        record_kind_code,
        record_kind_label,
        residence_type_code,
        residence_type_label,
        officer_no,
        verification_band_code,
        verification_band_label,
        band_rank,
        is_stale,
        event_date
),

final as (
    select
        {{ surrogate_key([
            'counted.unit_no', 'counted.area_no', 'counted.record_kind_code', 'counted.residence_type_code',
            'counted.residence_type_label', 'counted.officer_no', 'counted.verification_band_code'
        ]) }} as base_freshness_id,
        units.unit_id,
        counted.*
    from counted
    left join units on counted.unit_no = units.unit_no
)

select * from final
