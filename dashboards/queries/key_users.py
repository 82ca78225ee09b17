"""Questions of the section 重点利用对象 on 利用成效: who uses which files for what, and who was asked about it."""

from __future__ import annotations

from datetime import date

from jingcang.access import Query

MOST_FILES = 20
"""Files used most that are listed."""
FEWEST_USES = 2
"""A file used once is not used often."""

_FILTERS = {"start": date, "end": date, "units": list}
_USED = """
    where uses.event_date between $start and $end and (len($units) = 0 or list_contains($units, uses.unit_no))
        and (uses.is_opened or coalesce(uses.is_hit, false)) and coalesce(uses.purpose_label, '') <> '不计'
"""
"""Opened or hit; purposes mapped as no use left out, as on 馆藏与数字化."""

GROUPS = Query(
    "重点利用对象·单位、目的和门类",
    f"""
    select uses.unit_no, coalesce(uses.purpose_label, '未登记') as purpose_label,
        coalesce(items.category_label, '目录中查不到') as category_label,
        count(*) as use_count
    from {{fct_archive_uses}} as uses
    left join {{fct_archive_items}} as items on uses.archive_item_id = items.archive_item_id
    {_USED}
    group by 1, 2, 3
    order by 1, 2, 3
    """,
    _FILTERS,
)

USERS = Query(
    "重点利用对象·使用单位",
    f"""
    select uses.unit_no, count(*) as use_count, count(distinct uses.user_officer_no) as user_count,
        count(distinct uses.file_no) as file_count
    from {{fct_archive_uses}} as uses
    {_USED}
    group by uses.unit_no
    order by use_count desc, uses.unit_no
    """,
    _FILTERS,
)

FILES = Query(
    "重点利用对象·案卷",
    f"""
    select uses.file_no, coalesce(min(items.category_label), '目录中查不到') as category_label,
        min(items.linked_kind_label) as linked_kind_label, min(items.linked_no) as linked_no,
        min(items.unit_no) as unit_no, count(*) as use_count, count(distinct uses.unit_no) as using_unit_count,
        count(distinct uses.purpose_label) as purpose_count, max(uses.event_date) as last_use_date,
        max(items.page_count) as page_count, max(items.digitised_page_count) as digitised_page_count
    from {{fct_archive_uses}} as uses
    left join {{fct_archive_items}} as items on uses.archive_item_id = items.archive_item_id
    {_USED}
        and uses.file_no is not null
    group by uses.file_no
    having count(*) >= {FEWEST_USES}
    order by use_count desc, using_unit_count desc, uses.file_no
    limit {MOST_FILES}
    """,
    _FILTERS,
)

FOLLOW_UPS = Query(
    "重点利用对象·回访",
    """
    select using_unit_no, count(*) as follow_up_count, max(event_date) as last_follow_up_date
    from {fct_archive_follow_ups}
    where event_date between $start and $end and (len($units) = 0 or list_contains($units, using_unit_no))
    group by using_unit_no
    order by using_unit_no
    """,
    _FILTERS,
)
