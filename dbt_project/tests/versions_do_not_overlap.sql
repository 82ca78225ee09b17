-- dim_area and dim_officer: at most one version of a number is valid on any day (half-open ends).
with versions as (
    select
        'area' as kind,
        area_no as version_no,
        area_id as version_id,
        coalesce(valid_from, date '0001-01-01') as from_date,
        coalesce(valid_to, date '9999-12-31') as to_date
    from {{ ref('dim_area') }}
    union all
    select
        'officer' as kind,
        officer_no as version_no,
        officer_id as version_id,
        coalesce(valid_from, date '0001-01-01') as from_date,
        coalesce(valid_to, date '9999-12-31') as to_date
    from {{ ref('dim_officer') }}
)

select
    earlier.kind,
    earlier.version_no
from versions as earlier
inner join versions as later
    on earlier.kind = later.kind
    and earlier.version_no = later.version_no
    and earlier.version_id <> later.version_id
    and earlier.from_date <= later.from_date
    and later.from_date < earlier.to_date
