-- Grain: unit × area × type of fraud × age band × gender × day of the case. Key: fraud_victim_count_id.
-- Counts of victims in cases that carry a label of a type of fraud which is a victimisation. A case with two
-- types counts under each; the type 'all' counts every victim once. A label that a person rejected does not
-- count. Bands are those of the population, so that a rate has the same groups above and below the line.
with labels as (
    select * from {{ ref('fct_case_labels') }}
),

kinds as (
    select * from {{ ref('dim_label') }}
),

persons as (
    select * from {{ ref('fct_case_persons') }}
),

age_bands as (
    select * from {{ ref('int_age_bands') }}
),

typed as (
    select distinct
        labels.case_id,
        labels.label_code,
        labels.label_zh
    from labels
    inner join kinds on labels.label_code = kinds.label_code
    where kinds.is_in_fraud_total and labels.review_state <> 'rejected'
),

types as (
    select
        case_id,
        label_code,
        label_zh
    from typed
    union all
    select distinct
        case_id,
        'all' as label_code,
        '全部类型' as label_zh
    from typed
),

counted as (
    select
        persons.unit_id,
        persons.unit_no,
        persons.area_no,
        types.label_code as fraud_type_code,
        types.label_zh as fraud_type_label,
        age_bands.age_band,
        coalesce(age_bands.age_band_label, '年龄不详') as age_band_label,
        persons.gender_code,
        coalesce(persons.gender_label, '未登记') as gender_label,
        persons.event_date,
        cast(count(distinct persons.case_person_id) as bigint) as victim_count
    from persons
    inner join types on persons.case_id = types.case_id
    left join age_bands
        on persons.age_years >= age_bands.from_years and persons.age_years < age_bands.to_years
    where persons.role_code = 'victim'
    group by
        persons.unit_id,
        persons.unit_no,
        persons.area_no,
        types.label_code,
        types.label_zh,
        age_bands.age_band,
        age_bands.age_band_label,
        persons.gender_code,
        persons.gender_label,
        persons.event_date
),

final as (
    select
        {{ surrogate_key([
            'unit_no', 'area_no', 'fraud_type_code', 'age_band', 'gender_code', 'gender_label', 'event_date'
        ]) }} as fraud_victim_count_id,
        counted.*
    from counted
)

select * from final
