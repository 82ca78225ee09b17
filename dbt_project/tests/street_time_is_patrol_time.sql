-- Where there are street segments, every second of every device stands in both cuts: by cell and by segment.
{{ differs_from_cells(ref('fct_patrol_street_presence'), ref('dim_street_segment')) }}
