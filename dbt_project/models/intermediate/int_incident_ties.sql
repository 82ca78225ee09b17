{{ config(materialized='table') }}
-- Grain: one incident × one thing that ties it to others: the building, the phone. Key: incident_id, tie_key.
-- For joins that end in counts only: a tie is never published, nor is the incident it leads to. Incidents are
-- dispute calls, those a dispute began with and those of cases; a phone of more of them than the seed
-- dispute_rules allows is a public one and ties nothing.
with incidents as (
    select * from {{ ref('fct_incidents') }} where record_count > 0
),

calls as (
    select * from {{ ref('stg_incidents') }}
),

addresses as (
    select * from {{ source('derived', 'incident_addresses') }}
),

places as (
    select * from {{ ref('int_address_places') }}
),

flags as (
    select * from {{ ref('incident_class_flags') }}
),

rules as (
    select max(case when rule_name = 'public_phone_calls' then rule_value end) as public_phone_calls
    from {{ ref('dispute_rules') }}
),

begun as (
    select incident_id from {{ ref('fct_disputes') }}
    where incident_id is not null
    union
    select incident_id from {{ ref('fct_cases') }}
    where incident_id is not null
),

relevant as (
    select
        incidents.incident_id,
        incidents.event_date,
        coalesce(flags.is_dispute, false) as is_dispute
    from incidents
    left join flags on incidents.class_code = flags.code
    left join begun on incidents.incident_id = begun.incident_id
    where flags.is_dispute or begun.incident_id is not null
),

ties as (
    select
        addresses.incident_id,
        'building ' || places.building_address_no as tie_key
    from addresses
    inner join places on addresses.building_address_no = places.address_no
    union all
    select
        incident_id,
        'phone ' || caller_id as tie_key
    from calls
    where caller_id is not null
),

counted as (
    select
        relevant.incident_id,
        ties.tie_key,
        relevant.event_date,
        relevant.is_dispute,
        count(*) over (partition by ties.tie_key) as tied_count
    from relevant
    inner join ties on relevant.incident_id = ties.incident_id
),

final as (
    select
        counted.incident_id,
        counted.tie_key,
        counted.event_date,
        counted.is_dispute
    from counted
    cross join rules
    where counted.tie_key like 'building %' or counted.tied_count <= rules.public_phone_calls
)

select * from final
