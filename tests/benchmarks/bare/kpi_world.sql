-- What a benchmark of KPIs counts: twelve units, officers, cases that files and uses are linked to, files, and uses over
-- 24 months; a third are loans, half are linked to a case, a twentieth has an outcome that the case's officer confirmed.
insert into landed.code_mappings by name
select
    row_number() over () as mapping_id,
    mapped.*
from read_csv('{mappings}', all_varchar = true) as mapped;
insert into landed.units (unit_id, unit_no, unit_name, source_system)
select
    'S' || number,
    'S' || number,
    '第' || number || '派出所',
    'organisation'
from range(1, 13) as units (number);
insert into landed.officers (officer_id, officer_no, source_system, unit_no)
select
    'P' || number,
    'P' || number,
    'organisation',
    'S' || (number % 12 + 1)
from range({officers}) as officers (number);
insert into landed.cases (case_id, case_no, source_system, unit_no, lead_officer_no, event_date, closed_date)
select
    'A' || number,
    'A' || number,
    'case',
    'S' || (number % 12 + 1),
    'P' || (number % {officers}),
    date '2024-01-01' + cast(number % 700 as integer),
    date '2024-02-01' + cast(number % 700 as integer)
from range({uses} // 10) as cases (number);
insert into landed.archive_items (
    archive_item_id, file_no, source_system, unit_no, officer_no, linked_no, category_raw, medium_raw, made_date,
    archived_date, page_count, digitised_page_count, has_checksum
)
select
    'F' || number,
    'F' || number,
    'archive',
    'S' || (number % 12 + 1),
    'P' || (number % {officers}),
    'A' || (number % ({uses} // 10)),
    ['侦查卷', '治安案卷', '调解卷', '接处警档案', '矛盾纠纷档案'][number % 5 + 1],
    ['纸质', '纸质', '纸质', '电子'][number % 4 + 1],
    date '2024-02-01' + cast(number % 700 as integer),
    date '2024-03-01' + cast(number % 700 as integer),
    40,
    number % 50,
    number % 3 > 0
from range({uses} // 5) as items (number);
insert into landed.archive_uses (
    archive_use_id, use_no, source_system, file_no, user_officer_no, unit_no, event_date, use_kind_raw, purpose_raw,
    linked_kind_raw, linked_no, requested_at,
    opened_at, due_date, returned_date, is_hit, outcome_cited_file_no, outcome_date, confirmed_by_officer_no,
    satisfaction_score, _source_system, _source_table, _source_key, _source_file, _source_line
)
select
    'U' || number,
    'U' || number,
    'archive',
    'F' || (number * 7 % ({uses} // 5)),
    'P' || (number * 11 % {officers}),
    'S' || (number * 11 % {officers} % 12 + 1),
    date '2024-07-01' + cast(number % 730 as integer),
    ['借阅', '阅览', '查询'][number % 3 + 1],
    ['办案', '处警参考', '研判分析', '执法检查', '其他'][number % 5 + 1],
    case when number % 2 = 0 then '案件' end,
    case when number % 2 = 0 then 'A' || (number % ({uses} // 10)) end,
    timezone('Asia/Shanghai', date '2024-07-01' + cast(number % 730 as integer) + interval '9 hours'),
    case
        when number % 8 > 0
            then timezone('Asia/Shanghai', date '2024-07-01' + cast(number % 730 as integer) + interval '10 hours')
    end,
    case when number % 3 = 0 then date '2024-07-16' + cast(number % 730 as integer) end,
    case when number % 3 = 0 then date '2024-07-10' + cast(number % 730 + number % 10 as integer) end,
    number % 9 > 0,
    case when number % 10 = 0 then 'F' || (number * 7 % ({uses} // 5)) end,
    case when number % 10 = 0 then date '2024-07-05' + cast(number % 730 as integer) end,
    case when number % 20 = 0 then 'P' || (number % ({uses} // 10) % {officers}) end,
    case when number % 4 > 0 then number % 5 + 1 end,
    'archive',
    'archive.da_jylog',
    'U' || number,
    'da_jylog.csv',
    number
from range({uses}) as uses (number);
update landed.units set _source_system = source_system, _source_table = 'organisation.jg_dwxx', _source_key = unit_id;
update landed.officers set _source_system = source_system, _source_table = 'organisation.jg_ryxx', _source_key = officer_id;
update landed.cases set _source_system = source_system, _source_table = 'case.aj_ajxx', _source_key = case_id;
update landed.archive_items
set
    _source_system = source_system,
    _source_table = 'archive.da_daml',
    _source_key = archive_item_id,
    _source_file = 'da_daml.xlsx',
    _source_line = page_count;
update landed.code_mappings set _source_system = '_profile', _source_table = 'code_mappings', _source_key = mapping_id;
