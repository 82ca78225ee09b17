-- Grain: one archive use drawn for blind second coding. Key: archive_recoding_id.
-- Steps: of each unit and whole month before the run's day, as many uses as archive_recoding_rules says, in
-- the order of a hash of month and use, which nobody chooses and which is the same in every run; uses
-- without a purpose or with one not mapped have no code to check. The latest second coding of each, and
-- what it means for the KPI: looking a file up and what is no use earn nothing (archive_effective,
-- archive_used), so a code that counts in one coding only over- or understates.
with uses as (
    select * from {{ ref('fct_archive_uses') }}
),

items as (
    select * from {{ ref('fct_archive_items') }}
),

cases as (
    select
        case_no,
        min(class_label) as class_label
    from {{ ref('fct_cases') }}
    group by case_no
),

rules as (
    select * from {{ ref('archive_recoding_rules') }}
),

results as (
    select * from {{ ref('archive_recoding_results') }}
),

dictionary as (
    select * from {{ ref('dim_dictionary') }} where dictionary = 'archive_use_purpose'
),

run as (
    select * from {{ source('control', 'run') }}
),

codings as (
    select
        *,
        row_number() over (partition by archive_use_id order by version desc, row_no desc) as version_rank
    from {{ source('landed', 'archive_recodings') }}
),

numbered as (
    select
        uses.*,
        {{ month_start('uses.event_date') }} as month_start,
        count(*) over (partition by uses.unit_no, {{ month_start('uses.event_date') }}) as month_use_count,
        row_number() over (
            partition by uses.unit_no, {{ month_start('uses.event_date') }}
            order by {{ surrogate_key(["'recoding'", 'uses.archive_use_id']) }}
        ) as sample_rank
    from uses
    cross join run
    where
        {{ next_month_start(month_start('uses.event_date')) }} <= run.as_of
        and (uses.purpose_code is not null or uses.purpose_label = '不计')
),

drawn as (
    select
        numbered.*,
        coalesce(numbered.purpose_code, 'no_use') as first_code,
        codings.purpose_code as second_code,
        codings.version as recoding_version,
        coalesce(numbered.purpose_code, 'no_use') in ('lookup', 'no_use') as is_first_worthless,
        codings.purpose_code in ('lookup', 'no_use') as is_second_worthless,
        codings.user_id as recoded_by,
        codings.acted_at as recoded_at
    from numbered
    inner join rules on rules.rule_code = 'sample_size' and numbered.sample_rank <= rules.limit_value
    left join codings on numbered.archive_use_id = codings.archive_use_id and codings.version_rank = 1
),

judged as (
    select
        *,
        case
            when second_code is null then 'waiting'
            when second_code = 'unclear' then 'unclear'
            when second_code = first_code then 'agreed'
            when is_second_worthless and not is_first_worthless then 'overstated'
            when is_first_worthless and not is_second_worthless then 'understated'
            else 'changed'
        end as recoding_result_code
    from drawn
),

final as (
    select
        {{ surrogate_key(["'recoding'", 'judged.archive_use_id']) }} as archive_recoding_id,
        judged.archive_use_id,
        judged.use_no,
        judged.unit_id,
        judged.unit_no,
        judged.month_start,
        cast(judged.sample_rank as bigint) as sample_rank,
        cast(judged.month_use_count as bigint) as month_use_count,
        judged.event_date,
        judged.user_officer_no,
        judged.use_kind_label,
        judged.file_no,
        items.category_label,
        judged.linked_no,
        judged.linked_kind_label,
        cases.class_label as linked_class_label,
        judged.is_link_valid,
        judged.is_opened,
        judged.first_code as purpose_code,
        judged.purpose_label,
        judged.second_code as recoded_purpose_code,
        coalesce(dictionary.name_zh, case when judged.second_code = 'no_use' then '不计' end)
            as recoded_purpose_label,
        judged.recoding_result_code,
        results.recoding_result_label,
        judged.recoding_version,
        judged.recoded_by,
        judged.recoded_at,
        {{ lineage('judged') }}
    from judged
    left join items on judged.archive_item_id = items.archive_item_id
    left join cases on judged.linked_no = cases.case_no
    left join dictionary on judged.second_code = dictionary.code
    left join results on judged.recoding_result_code = results.recoding_result_code
)

select * from final
