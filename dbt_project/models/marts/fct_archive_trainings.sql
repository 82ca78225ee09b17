-- Grain: one officer's attendance at one training on archives. Key: archive_training_id.
-- Steps: the unit as registered, else that of the officer's posting on the day.
with trainings as (
    select * from {{ ref('stg_archive_trainings') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

officers as (
    select * from {{ ref('dim_officer') }}
),

final as (
    select
        trainings.archive_training_id,
        trainings.training_no,
        trainings.training_name,
        trainings.officer_no,
        units.unit_id,
        coalesce(trainings.unit_no, officers.unit_no) as unit_no,
        trainings.event_date,
        trainings.training_hours,
        {{ lineage('trainings') }}
    from trainings
    left join officers
        on trainings.officer_no = officers.officer_no and {{ valid_on('officers', 'trainings.event_date') }}
    left join units on coalesce(trainings.unit_no, officers.unit_no) = units.unit_no
)

select * from final
