-- The question 态势·类别×地区 put to the published file directly: no rights, scope, masks or audit.
select
    class_level1_label,
    class_label,
    unit_no,
    area_no,
    sum(record_count) filter (where event_date >= $start and event_date < $end) as current_count,
    sum(record_count) filter (where event_date >= $before_start and event_date < $before_end) as before_count
from rpt_incident_counts
where
    (class_code is null or class_code not in ('J10000', 'J10100', 'J10200', 'J10300')) and class_outcome <> 'ignored'
    and ((event_date >= $start and event_date < $end)
    or (event_date >= $before_start and event_date < $before_end))
group by class_level1_label, class_label, unit_no, area_no
having sum(record_count) <> 0
order by class_level1_label, class_label, unit_no, area_no
