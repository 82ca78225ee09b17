-- Grain: unit × area × nature × class × stage × day of that stage. Key: case_count_id.
-- Steps: one case counts once a stage it has reached, on the day of that stage (event_date); days after the
-- run's day are not yet counted. The natures stay apart.
with cases as (
    select * from {{ ref('fct_cases') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

stages as (
    select
        cases.*,
        'accepted' as stage_code,
        '受案' as stage_label,
        cases.accepted_date as stage_date
    from cases
    where cases.accepted_date is not null
    union all
    select
        cases.*,
        'filed' as stage_code,
        '立案' as stage_label,
        cases.filed_date as stage_date
    from cases
    where cases.filed_date is not null
    union all
    select
        cases.*,
        'solved' as stage_code,
        '破案' as stage_label,
        cases.solved_date as stage_date
    from cases
    where cases.solved_date is not null
    union all
    select
        cases.*,
        'transferred' as stage_code,
        '移送起诉' as stage_label,
        cases.transferred_date as stage_date
    from cases
    where cases.transferred_date is not null
    union all
    select
        cases.*,
        'terminated' as stage_code,
        '终止' as stage_label,
        cases.terminated_date as stage_date
    from cases
    where cases.terminated_date is not null
    union all
    select
        cases.*,
        'punished' as stage_code,
        '处罚或不予处罚' as stage_label,
        cases.punished_date as stage_date
    from cases
    where cases.punished_date is not null
    union all
    select
        cases.*,
        'mediated' as stage_code,
        '调解' as stage_label,
        cases.mediated_date as stage_date
    from cases
    where cases.mediated_date is not null
    union all
    select
        cases.*,
        'closed' as stage_code,
        '结案' as stage_label,
        cases.closed_date as stage_date
    from cases
    where cases.closed_date is not null
),

counted as (
    select
        stages.unit_id,
        stages.unit_no,
        stages.area_no,
        stages.nature_code,
        coalesce(stages.nature_label, '未登记') as nature_label,
        stages.class_level1_code,
        stages.class_level1_label,
        stages.class_code,
        coalesce(stages.class_label, '未登记') as class_label,
        stages.stage_code,
        stages.stage_label,
        stages.stage_date as event_date,
        cast(count(*) as bigint) as case_count,
        cast(sum(case when stages.class_outcome = 'unmapped' then 1 else 0 end) as bigint) as unmapped_count
    from stages
    cross join run
    where stages.stage_date <= run.as_of
    group by
        stages.unit_id,
        stages.unit_no,
        stages.area_no,
        stages.nature_code,
        stages.nature_label,
        stages.class_level1_code,
        stages.class_level1_label,
        stages.class_code,
        stages.class_label,
        stages.stage_code,
        stages.stage_label,
        stages.stage_date
),

final as (
    select
        {{ surrogate_key([
            'unit_no', 'area_no', 'nature_code', 'nature_label', 'class_code', 'class_label', 'stage_code', 'event_date'
        ]) }} as case_count_id,
        counted.*
    from counted
)

select * from final
