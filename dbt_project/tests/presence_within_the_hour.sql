-- A crew cannot stand longer in a cell-hour than the hour lasts.
select presence_id
from {{ ref('fct_patrol_presence') }}
where presence_seconds not between 1 and 3600
