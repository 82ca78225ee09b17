{{ config(materialized='table') }}
-- Grain: one case for which the archive held files of related earlier cases. Key: case_relevant_files_id.
-- Steps: related by a clue or a way of working (fct_case_links) and neither case with a sealed record; the
-- file was archived and not destroyed before the case's work ended, or the run's day for one that is open; a
-- file is used when a use registered under the case's number opened it by then. Which case a file is of stays
-- out of it: the pair is disclosed only for a case in hand.
with links as (
    select * from {{ ref('fct_case_links') }}
),

cases as (
    select * from {{ ref('fct_cases') }}
),

targets as (
    select * from {{ ref('int_link_targets') }}
    where record_kind = 'case'
),

items as (
    select * from {{ ref('fct_archive_items') }}
    where archived_date is not null
),

uses as (
    select * from {{ ref('fct_archive_uses') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

pairs as (
    select distinct
        second_case_id as case_id,
        first_case_no as related_case_no
    from links
    where not has_sealed_record
),

lasting as (
    select
        cases.case_id,
        cases.case_no,
        targets.finished_date,
        coalesce(targets.finished_date, run.as_of) as until_date
    from cases
    cross join run
    left join targets on cases.case_no = targets.linked_no
),

relevant as (
    select distinct
        lasting.case_id,
        lasting.case_no,
        lasting.finished_date,
        lasting.until_date,
        items.file_no
    from pairs
    inner join lasting on pairs.case_id = lasting.case_id
    inner join items
        on pairs.related_case_no = items.linked_no
        and items.archived_date <= lasting.until_date
        and coalesce(items.destroyed_date, date '9999-12-31') > lasting.until_date
),

opened as (
    select distinct
        relevant.case_id,
        relevant.file_no
    from relevant
    inner join uses
        on relevant.case_no = uses.linked_no
        and relevant.file_no = uses.file_no
        and uses.is_opened
        and uses.event_date <= relevant.until_date
),

counted as (
    select
        relevant.case_id,
        relevant.finished_date,
        count(*) as relevant_file_count,
        count(opened.file_no) as opened_file_count
    from relevant
    left join opened on relevant.case_id = opened.case_id and relevant.file_no = opened.file_no
    group by relevant.case_id, relevant.finished_date
),

final as (
    select
        {{ surrogate_key(['counted.case_id']) }} as case_relevant_files_id,
        cases.case_id,
        cases.case_no,
        cases.unit_id,
        cases.unit_no,
        cases.area_no,
        cases.lead_officer_no,
        cases.nature_code,
        cases.nature_label,
        cases.class_code,
        cases.class_label,
        cases.event_date,
        counted.finished_date as work_finished_date,
        coalesce(cases.solved_date, cases.punished_date, cases.mediated_date) is not null as is_resolved,
        counted.relevant_file_count,
        counted.opened_file_count,
        {{ lineage('cases') }}
    from counted
    inner join cases on counted.case_id = cases.case_id
)

select * from final
