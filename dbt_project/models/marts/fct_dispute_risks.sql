-- Grain: one dispute (矛盾纠纷). Key: dispute_id. Where it stands against its limit, why it is on the escalation
-- list, and what came of it. Rules are those of the seed dispute_rules; nothing here is a score of a person.
-- Steps: the limit runs from registration; an earlier or later dispute call is one on another day that shares
-- the building or the phone of the call the dispute began with; a criminal case counts when its call shares
-- them or is that call; an outcome is followed once its days are over, with something to be found by.
with disputes as (
    select * from {{ ref('fct_disputes') }}
),

ties as (
    select * from {{ ref('int_incident_ties') }}
),

cases as (
    select * from {{ ref('fct_cases') }}
),

labels as (
    select * from {{ ref('fct_case_labels') }}
),

escalation_labels as (
    select * from {{ ref('dispute_escalation_labels') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

rules as (
    select
        max(case when rule_name = 'mediation_days' then rule_value end) as mediation_days,
        max(case when rule_name = 'mediation_days' then legal_reference end) as legal_reference,
        max(case when rule_name = 'warn_days' then rule_value end) as warn_days,
        max(case when rule_name = 'earlier_days' then rule_value end) as earlier_days,
        max(case when rule_name = 'recurrence_days' then rule_value end) as recurrence_days,
        max(case when rule_name = 'turned_days' then rule_value end) as turned_days
    from {{ ref('dispute_rules') }}
),

tied as (
    select
        disputes.dispute_id,
        disputes.incident_id,
        disputes.event_date,
        ties.tie_key
    from disputes
    inner join ties on disputes.incident_id = ties.incident_id
),

calls as (
    select
        tied.dispute_id,
        cast(count(distinct case
            when ties.event_date < tied.event_date then ties.incident_id
        end) as bigint) as earlier_dispute_count,
        max(case
            when
                ties.event_date > tied.event_date
                and ties.event_date <= {{ add_days('tied.event_date', 'rules.recurrence_days') }}
                then 1
            else 0
        end) as recurred
    from tied
    cross join rules
    cross join run
    inner join ties
        on tied.tie_key = ties.tie_key
        and tied.incident_id <> ties.incident_id
    where
        ties.is_dispute
        and ties.event_date < run.as_of
        and ties.event_date >= {{ add_days('tied.event_date', '-rules.earlier_days') }}
    group by tied.dispute_id
),

tied_cases as (
    select
        tied.dispute_id,
        tied.event_date,
        cases.case_id,
        coalesce(cases.filed_date, cases.event_date) as case_date
    from tied
    inner join ties on tied.tie_key = ties.tie_key
    inner join cases on ties.incident_id = cases.incident_id
    where cases.nature_code = 'criminal'
    union
    select
        disputes.dispute_id,
        disputes.event_date,
        cases.case_id,
        coalesce(cases.filed_date, cases.event_date) as case_date
    from disputes
    inner join cases on disputes.incident_id = cases.incident_id
    where cases.nature_code = 'criminal'
),

turned as (
    select distinct tied_cases.dispute_id
    from tied_cases
    cross join rules
    cross join run
    where
        tied_cases.case_date >= tied_cases.event_date
        and tied_cases.case_date <= {{ add_days('tied_cases.event_date', 'rules.turned_days') }}
        and tied_cases.case_date < run.as_of
),

labelled as (
    select
        disputes.dispute_id,
        min(labels.label_zh) as escalation_label
    from disputes
    inner join cases on disputes.incident_id = cases.incident_id
    inner join labels on cases.case_id = labels.case_id
    inner join escalation_labels on labels.label_code = escalation_labels.label_code
    where coalesce(labels.review_state, 'unreviewed') <> 'rejected'
    group by disputes.dispute_id
),

findable as (
    select distinct dispute_id from tied
),

dated as (
    select
        disputes.*,
        rules.warn_days,
        rules.legal_reference,
        case when disputes.is_open then {{ add_days('disputes.registered_date', 'rules.mediation_days') }} end
            as due_date,
        coalesce(calls.earlier_dispute_count, 0) as earlier_dispute_count,
        labelled.escalation_label,
        findable.dispute_id is not null
        and {{ add_days('disputes.event_date', 'rules.recurrence_days') }} < run.as_of
            as is_recurrence_followed,
        coalesce(calls.recurred = 1, false) as has_recurred,
        findable.dispute_id is not null
        and {{ add_days('disputes.event_date', 'rules.turned_days') }} < run.as_of as is_turn_followed,
        turned.dispute_id is not null as has_turned_criminal,
        run.as_of
    from disputes
    cross join rules
    cross join run
    left join calls on disputes.dispute_id = calls.dispute_id
    left join turned on disputes.dispute_id = turned.dispute_id
    left join labelled on disputes.dispute_id = labelled.dispute_id
    left join findable on disputes.dispute_id = findable.dispute_id
),

final as (
    select
        dispute_id,
        dispute_no,
        unit_id,
        unit_no,
        area_no,
        officer_no,
        event_date,
        registered_date,
        dispute_kind_code,
        coalesce(dispute_kind_label, '未登记') as dispute_kind_label,
        risk_level_label,
        mediation_count,
        is_open,
        case
            when not is_open then 'closed'
            when coalesce(mediation_count, 0) = 0 then 'registered'
            else 'mediating'
        end as dispute_stage_code,
        case
            when not is_open then coalesce(dispute_outcome_label, '已办结')
            when coalesce(mediation_count, 0) = 0 then '已登记，未调解'
            else '调解中'
        end as dispute_stage_label,
        due_date,
        {{ days_between('as_of', 'due_date') }} as days_left,
        case
            when due_date is null then null
            when due_date < as_of then 'overdue'
            when {{ days_between('as_of', 'due_date') }} <= warn_days then 'risky'
            else 'running'
        end as limit_state_code,
        case
            when due_date is null then null
            when due_date < as_of then '已逾期'
            when {{ days_between('as_of', 'due_date') }} <= warn_days then '临近期限'
            else '期限内'
        end as limit_state_label,
        legal_reference,
        earlier_dispute_count,
        escalation_label,
        is_open
        and (
            earlier_dispute_count > 0
            or escalation_label is not null
            or coalesce(due_date < as_of, false)
        ) as is_escalated,
        is_recurrence_followed,
        is_recurrence_followed and has_recurred as has_recurred,
        is_turn_followed,
        is_turn_followed and has_turned_criminal as has_turned_criminal,
        {{ lineage('dated') }}
    from dated
)

select * from final
