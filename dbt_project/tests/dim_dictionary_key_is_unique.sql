-- dim_dictionary: one row a (dictionary, code).
select
    dictionary,
    code
from {{ ref('dim_dictionary') }}
group by dictionary, code
having count(*) > 1
