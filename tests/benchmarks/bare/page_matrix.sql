-- The question 态势·类别×地区 put to the published file directly: no rights, scope, masks or audit.
select
    class_level1_label,
    class_label,
    unit_no,
    area_no,
    sum(effective_count) filter (where event_date >= $start and event_date < $end) as current_count,
    sum(effective_count) filter (where event_date >= $before_start and event_date < $before_end) as before_count
from rpt_incident_counts
where
    (event_date >= $start and event_date < $end)
    or (event_date >= $before_start and event_date < $before_end)
group by class_level1_label, class_label, unit_no, area_no
having sum(effective_count) <> 0
order by class_level1_label, class_label, unit_no, area_no
