"""Searching the archive catalogue: with a purpose, within the reader's units, registered whether it found anything.

Belongs here: what a search must state, which files and titles a reader sees of it, and its row in the audit trail and
the log. Does not belong here: keeping the log (``jingcang.workbench.archive_searches``).

Titles may name persons and are in no published table: they are read from the landed batch of each file, and shown for
办案 under the number of a case in the reader's scope only. Without that, titles are covered and not searched, since a
hit would tell what the title says. Files above 内部 are counted and not shown. Files of a case with a sealed record
are neither, unless reading sealed records of that case was approved.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import Identity
from jingcang.access.landed_texts import landed_texts
from jingcang.access.own_units import own_unit
from jingcang.access.query import Query
from jingcang.access.sealed_access import in_scope
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import Workbench
from jingcang.workbench.archive_searches import SEARCHERS, SearchLog
from jingcang.workbench.sealed_access import SealedAccessBook

PURPOSES = {
    "case": "办案",
    "incident": "处警参考",
    "dispute": "化解纠纷",
    "patrol": "巡防部署",
    "research": "研判分析",
    "review": "执法检查",
    "service": "群众服务",
    "other": "其他",
}
"""Codes of the dictionary ``archive_use_purpose``."""
KINDS = {"title": "题名", "file_no": "档号", "category": "门类", "year": "年度", "linked_no": "关联编号"}
MOST_SHOWN = 100
FEWEST_CHARACTERS, MOST_CHARACTERS = 2, 60
RULE = "archive_search"
COVERED = "＊＊＊"

CATALOGUE = Query(
    "档案检索·目录",
    """
    select archive_item_id, file_no, unit_no, category_label, file_year, medium_label, secrecy_label, is_secrecy_shown,
        page_count, is_digital, holding_label, linked_no, has_sealed_record, _source_batch_id as batch_id
    from {rpt_archive_catalogue}
    where ($file_no = '' or contains(upper(file_no), upper($file_no)))
        and ($category = '' or contains(category_label, $category))
        and ($year = 0 or file_year = $year)
        and ($linked_no = '' or linked_no = $linked_no)
    order by file_year desc nulls last, file_no, archive_item_id
    """,
    {"file_no": str, "category": str, "year": int, "linked_no": str},
)


@dataclass(frozen=True)
class ArchiveSearch:
    """What is searched for and why.

    Args:
        purpose: key of :data:`PURPOSES`.
        case_no: number of the case it is for; required for 办案.
        title, file_no, category, linked_no: text to find, "" for any; a title, a 档号 and a 门类 by any part of it, a
            linked number whole. Nothing stands for other text: % and _ are letters like others.
        year: year of the 档号, "" for any.

    Raises:
        JingcangError: an unknown purpose, no case for 办案, nothing to search for, too short, too long, no letter in
            it, or no year.
    """

    purpose: str
    case_no: str = ""
    title: str = ""
    file_no: str = ""
    category: str = ""
    year: str = ""
    linked_no: str = ""

    def __post_init__(self) -> None:
        for name in ("case_no", *KINDS):
            object.__setattr__(self, name, getattr(self, name).strip())
        if self.purpose not in PURPOSES:
            raise _refused("请选检索的目的", "目的会随检索一起登记")
        if self.purpose == "case" and not self.case_no:
            raise _refused("办案检索须写明案件编号", "其他目的可以不写")
        if not self.kinds:
            raise _refused("还没有写要找什么", "题名、档号、门类、年度、关联编号至少写一项")
        for kind in self.kinds:
            text = getattr(self, kind)
            if len(text) > MOST_CHARACTERS:
                raise _refused(f"{KINDS[kind]}最多 {MOST_CHARACTERS} 个字", "请写短些")
            if kind == "year":
                if not (text.isascii() and text.isdigit() and len(text) == 4):
                    raise _refused("年度要写四位数字", "例如 2025")
            elif sum(letter.isalnum() for letter in text) < FEWEST_CHARACTERS:
                raise _refused(
                    f"{KINDS[kind]}至少写 {FEWEST_CHARACTERS} 个字或数字", "% 和 _ 不作通配，按原样查找"
                )

    @property
    def kinds(self) -> tuple[str, ...]:
        """Keys of :data:`KINDS` that are filled in."""
        return tuple(kind for kind in KINDS if getattr(self, kind))


@dataclass(frozen=True)
class SearchResult:
    """What a search found.

    Args:
        search_no: number under which it was registered.
        files: at most :data:`MOST_SHOWN`; ``file_no, title_text, unit_no, category_label, file_year, medium_label,
            secrecy_label, page_count, is_digital, holding_label, linked_no``.
        found: files found and shown or cut off.
        withheld: files found whose 密级 is above 内部 or not known.
        are_titles_shown: whether titles are shown.
    """

    search_no: int
    files: pl.DataFrame
    found: int
    withheld: int
    are_titles_shown: bool


def search_archive(
    door: Door, identity: Identity, workbench: Workbench, home: Home, asked: ArchiveSearch
) -> SearchResult:
    """Search the catalogue within the reader's units; the search is audited before and registered after.

    Raises:
        Forbidden: the role may not search, a title is searched without the number of a case in scope, or the case is
            not in scope; recorded.
        NoGeneration: nothing has been published.
        JingcangError: the audit or the log cannot be written.
    """
    told = {"purpose": asked.purpose, "kinds": list(asked.kinds), "case_no": asked.case_no}
    if identity.role not in SEARCHERS:
        door.record(identity, "query_denied", CATALOGUE.name, reason="searchers", **told)
        raise Forbidden(
            f"{identity.role_label}不检索档案",
            rule=RULE,
            remedy="由民警或领导检索；馆藏的数字见“馆藏与数字化”",
        )
    is_in_hand = bool(asked.case_no) and asked.case_no in in_scope(door, identity, [asked.case_no])
    if asked.case_no and not is_in_hand:
        door.record(identity, "query_denied", CATALOGUE.name, reason="case_scope", **told)
        raise Forbidden(
            "没有这个案件，或者它不在您的范围内",
            where=asked.case_no,
            rule="case_scope",
            remedy="请核对案件编号",
        )
    are_titles_shown = is_in_hand and asked.purpose == "case"
    if asked.title and not are_titles_shown:
        door.record(identity, "query_denied", CATALOGUE.name, reason="title_grounds", **told)
        raise Forbidden(
            "题名可能含人名，只能为办案检索", rule=RULE, remedy="目的选办案，并写明您范围内的案件编号"
        )
    door.record(identity, "archive_search", CATALOGUE.name, **told)
    rows = door.run(
        CATALOGUE, identity, file_no=asked.file_no, category=asked.category, year=int(asked.year or 0),
        linked_no=asked.linked_no,
    )  # fmt: skip
    rows = rows.filter(~pl.col("has_sealed_record") | _is_opened(door, identity, workbench, asked))
    shown = rows.filter("is_secrecy_shown")
    if asked.title:
        rows = _with_titles(home, rows).filter(pl.col("title_text").str.contains(asked.title, literal=True))
        shown = rows.filter("is_secrecy_shown")
    first = shown.head(MOST_SHOWN)
    if are_titles_shown and not asked.title:
        first = _with_titles(home, first)
    elif not are_titles_shown:
        first = first.with_columns(pl.lit(COVERED).alias("title_text"))
    number = SearchLog(workbench).register(
        unit_no=own_unit(identity), officer_no=identity.officer_no, purpose_code=asked.purpose,
        linked_no=asked.case_no or None, query_kinds=",".join(asked.kinds), hit_count=rows.height,
        by=identity.user_id, generation=door.generation().name,
    )  # fmt: skip
    return SearchResult(number, first, shown.height, rows.height - shown.height, are_titles_shown)


def _is_opened(door: Door, identity: Identity, workbench: Workbench, asked: ArchiveSearch) -> Any:
    """Return which rows with a sealed record are opened: those of the case in hand, where it was approved."""
    if not asked.case_no:
        return pl.lit(False)
    granted = SealedAccessBook(workbench).granted(identity.user_id, asked.case_no, dt.datetime.now(dt.UTC))
    if granted is None:
        return pl.lit(False)
    door.record(
        identity, "sealed_read", "rpt_archive_catalogue", case_no=asked.case_no, request=granted.request_no
    )
    return pl.col("linked_no").eq_missing(pl.lit(asked.case_no))


def _with_titles(home: Home, files: pl.DataFrame) -> pl.DataFrame:
    """Return the files with their titles as landed; "" where a batch is not kept or does not hold one."""
    titles = landed_texts(home, "archive_items", "archive_item_id", "title_text", files)
    return files.join(titles, on="archive_item_id", how="left", maintain_order="left").with_columns(
        pl.col("title_text").fill_null("")
    )


def _refused(what: str, remedy: str) -> JingcangError:
    return JingcangError(what, rule=RULE, remedy=remedy)
