"""Tables of the faults: overlaps, conditions on clean rows, expression rules and oddities that must load.

Belongs here: facts about particular rules and columns. Does not belong here: mechanics (``faults``).
Keys are (table, rule id, kind); kind ``""`` stands for every kind, rule ``*`` for every rule.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl

Row = dict[str, str | None]
Change = Callable[[Row], Row]
Oddity = tuple[str, str, Callable[[str], str | Row], pl.Expr | None]
"""(kind, column, change of its text, condition on the clean row)"""
c = pl.col

OVERLAPS: dict[tuple[str, str, str], tuple[str, ...]] = {
    ("case.pj_jjdb", "reported_not_in_future", ""): ("answered_after_reported",),
    ("case.pj_cjdb", "dispatched_not_in_future", ""): ("signed_after_dispatched",),
    ("case.aj_sary", "CSRQ.format", ""): ("birth_matches_id",),
    ("population.rk_syrk", "CSRQ.format", ""): ("birth_matches_id",),
    ("case.aj_sary", "ZJHM.pattern", ""): ("id_checksum",),
    ("population.rk_syrk", "ZJHM.pattern", ""): ("id_checksum",),
    ("population.cs_zdcs", "TYXYDM.pattern", ""): ("credit_code_checksum",),
    ("population.dz_bzdz", "road_or_compound", ""): ("house_number_has_road",),
    ("gps.qw_gpsd", "DWJD.maximum", ""): ("accuracy_usable",),
    ("gps.qw_gpsd", "SD.maximum", ""): ("speed_plausible",),
    ("gps.qw_gpsd_csv", "accuracy.maximum", ""): ("accuracy_usable",),
    ("gps.qw_gpsd_csv", "speed.maximum", ""): ("speed_plausible",),
    ("archive.da_daml", "数字化页数.maximum", ""): ("digitised_within_pages",),
}
"""Other rules that the fault of a rule breaks as well."""

_located = (c("SDDWXZB") != "0") & (c("SDDWYZB") != "0")
_identified = c("ZJHM").str.len_chars() == 18
_failed = c("JCJG") != "1"
BASES: dict[tuple[str, str, str], pl.Expr] = {
    ("case.pj_jjdb", "coordinates_paired", ""): _located,
    ("case.pj_jjdb", "coordinates_in_district", ""): _located,
    ("case.pj_jjdb", "class_levels_agree", ""): c("BJLX").str.starts_with("caseType1101"),
    ("case.pj_cjdb", "FKSJ.format", ""): c("DCSJ").is_not_null(),
    ("case.pj_cjdb", "arrived_after_departed", ""): c("DCSJ").is_not_null(),
    ("case.aj_ajxx", "accepted_not_in_future", ""): c("LARQ").is_null()
    & c("TJRQ").is_null()
    & c("JARQ").is_null(),
    ("case.aj_ajxx", "public_order_has_no_solving", ""): c("AJXZDM") == "2",
    ("case.aj_ajxx", "criminal_has_no_punishment", ""): c("AJXZDM") == "1",
    ("case.aj_ajxx", "solved_after_filed", ""): c("PARQ").is_not_null(),
    ("case.aj_ajxx", "transferred_after_solved", ""): c("YSQSRQ").is_not_null(),
    ("case.aj_ajxx", "punished_after_accepted", ""): c("CFJDRQ").is_not_null(),
    ("case.aj_ajxx", "mediated_after_accepted", ""): c("TJRQ").is_not_null(),
    ("case.aj_qxbg", "ended_after_begun", ""): c("JSRQ").is_not_null(),
    ("case.aj_qxbg", "JSRQ.format", ""): c("JSRQ").is_not_null(),
    ("case.aj_qxbg", "begun_not_in_future", ""): c("JSRQ").is_null(),
    ("case.aj_sary", "CSRQ.format", ""): _identified,
    ("case.aj_sary", "birth_matches_id", ""): _identified,
    ("case.aj_sary", "birth_not_in_future", ""): c("ZJHM").is_null(),
    ("case.md_jfxx", "closed_after_registered", ""): c("BJRQ").is_not_null(),
    ("case.md_jfxx", "registered_not_in_future", ""): c("BJRQ").is_null(),
    ("case.md_jfxx", "mediated_has_count", ""): c("CLJGDM") == "1",
    ("population.dz_bzdz", "road_or_compound", ""): c("XQMC").is_null(),
    ("population.dz_bzdz", "house_number_has_road", ""): c("XQMC").is_not_null(),
    ("population.rk_syrk", "CSRQ.format", ""): _identified,
    ("population.rk_syrk", "birth_matches_id", ""): _identified,
    ("population.rk_syrk", "sex_matches_id", ""): _identified,
    ("population.rk_syrk", "XB.required", ""): c("ZJHM").is_null(),
    ("population.rk_syrk", "CSRQ.required", ""): c("ZJHM").is_null(),
    ("population.rk_syrk", "registered_not_in_future", ""): c("ZXRQ").is_null(),
    ("population.rk_syrk", "born_from_1900", ""): c("ZJHM").is_null(),
    ("population.fw_syfw", "not_rented_has_no_tenants", ""): c("SFCZ") == "0",
    ("boundaries.jg_zrq", "*", ""): c("QYJB") == "5",
    ("boundaries.jg_jdzxx", "*", ""): c("JDBH") == c("JDBH").max(),
    ("organisation.jg_dwxx", "*", ""): c("DWLB") == "4",
    ("organisation.jg_ryxx", "*", ""): c("RYLB") == "4",
    ("patrol.qw_csjc", "WTS.type", ""): _failed,
    ("patrol.qw_csjc", "WTS.minimum", ""): _failed,
    ("patrol.qw_csjc", "WTS.maximum", ""): _failed,
    ("patrol.qw_csjc", "problems_are_not_a_pass", ""): c("JCJG") == "1",
    ("archive.da_daml", "页数.minimum", ""): c("数字化页数") == "0",
    ("archive.da_daml", "销毁日期.format", ""): c("保管期限") != "永久",
    ("archive.da_daml", "destroyed_after_archived", ""): c("保管期限") != "永久",
    ("archive.da_daml", "permanent_is_kept", ""): (c("保管期限") == "永久"),
    ("archive.da_daml", "checksum_needs_copy", ""): c("数字化页数") == "0",
    ("archive.da_jylog", "登记时间.format", ""): c("归还日期").is_null(),
}
"""Conditions on the clean row, so that only the listed rules break."""

MISSING_TARGETS = {
    "JJDBH": "99990119990101000001",
    "AJBH": "A9999015100001999000001",
    "JH": "999998",
    "DWBH": "999999999999",
    "DZBM": "999901DZ99999999",
    "CSBH": "CS99999999",
    "档号": "999901510000-ZA-1999-99999",
    "ZRQBH": "999901999999",
}
"""Well-formed keys that no table holds, by the column referred to."""


def _to(**values: str | None) -> Change:
    return lambda row: {**row, **values}


def _shift(column: str, source: str, fmt: str, **delta: float) -> Change:
    def change(row: Row) -> Row:
        moved = dt.datetime.strptime(str(row[source]), fmt) + dt.timedelta(**delta)  # noqa: DTZ007 (source text has no zone)
        return {**row, column: moved.strftime(fmt)}

    return change


def _returned_early(row: Row) -> Row:
    day = dt.date.fromisoformat(str(row["登记时间"])[:10]) - dt.timedelta(days=1)
    return {**row, "归还日期": day.isoformat()}


_ISO = "%Y-%m-%dT%H:%M:%S"
EXPRESSIONS: dict[tuple[str, str], tuple[tuple[str, ...], Change]] = {
    ("case.pj_jjdb", "coordinates_paired"): (("SDDWXZB", "SDDWYZB"), _to(SDDWYZB=None)),
    ("case.pj_jjdb", "class_levels_agree"): (("BJLB", "BJLX"), _to(BJLB="caseType110300000")),
    ("case.pj_cjdb", "arrival_recorded"): (("DCSJ", "FKSJ"), _to(DCSJ=None)),
    ("case.pj_cjdb", "not_applicable_is_empty"): (("DCSJ",), _to(BSYHJ="DC")),
    ("case.aj_ajxx", "public_order_has_no_solving"): (("LARQ",), lambda row: {**row, "PARQ": row["LARQ"]}),
    ("case.aj_ajxx", "criminal_has_no_punishment"): (("SLRQ",), lambda row: {**row, "CFJDRQ": row["SLRQ"]}),
    ("case.aj_sary", "birth_matches_id"): (("CSRQ",), _to(CSRQ="19010101")),
    ("case.aj_wpxx", "zero_count_has_no_value"): (("JZ",), _to(SL="0")),
    ("case.md_jfxx", "mediated_has_count"): (("TJCS",), _to(TJCS="0")),
    ("case.hf_hfxx", "score_needs_answer"): (("MYD",), _to(SFJT="0")),
    ("population.dz_bzdz", "road_or_compound"): (("MPH",), _to(LM=None)),
    ("population.rk_syrk", "birth_matches_id"): (("CSRQ",), _to(CSRQ="1901-01-01")),
    ("population.rk_syrk", "sex_matches_id"): (
        ("XB",),
        lambda row: {**row, "XB": "2" if row["XB"] == "1" else "1"},
    ),
    ("population.fw_syfw", "not_rented_has_no_tenants"): (("SFCZ",), _to(CZRS="2")),
    ("patrol.qw_pbxx", "crew_recorded"): (("CYJH",), _to(CYJH=None)),
    ("patrol.qw_pbxx", "shift_at_most_16_hours"): (("JHKSSJ",), _shift("JHJSSJ", "JHKSSJ", _ISO, hours=17)),
    ("patrol.qw_csjc", "problems_are_not_a_pass"): (("WTS",), _to(WTS="2")),
    ("patrol.qw_zfjl", "planned_needs_due_date"): (("YZRQ",), _to(ZFSJ=None, ZFJG=None, YZRQ=None)),
    ("archive.da_daml", "permanent_is_kept"): (
        ("归档日期",),
        lambda row: {**row, "销毁日期": row["归档日期"]},
    ),
    ("archive.da_daml", "checksum_needs_copy"): (("数字化页数",), _to(有校验="是")),
    ("archive.da_jylog", "returned_after_requested"): (("归还日期",), _returned_early),
}
"""Named rules that are expressions: columns the clean row must hold, and the change that breaks the rule."""


def full_width(text: str) -> str:
    """Return ASCII digits and letters as full-width forms."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _first_generation(number: str) -> str:
    return number[:6] + number[8:17]


_WIDE = ("full_width_digits", full_width, None)
_COMMAND = ("command_text", lambda _: "=cmd|' /C calc'!A0", None)
_SPACED = ("command_after_nbsp", lambda _: "\u00a0=1+1", None)
_MARKUP = ("markup_in_name", lambda _: "<script>alert('x')</script>", None)
_SQL = ("sql_in_name", lambda _: "'; drop table x; --", None)
_RARE = ("four_byte_character", lambda _: "𠮷野𪚥", None)
_LINES = ("embedded_newline", lambda text: f'{text}\n第二行，"引号"', None)
_BLANKS = ("trailing_blanks", lambda text: f"{text}  \u3000", None)


def _on(column: str, oddity: tuple[str, Callable[[str], str | Row], pl.Expr | None]) -> Oddity:
    return oddity[0], column, oddity[1], oddity[2]


def _unknown(column: str, code: str, where: pl.Expr | None = None) -> Oddity:
    return "unknown_code", column, lambda _: code, where


def _zero(x: str, y: str) -> Oddity:
    return "coordinates_zero", x, lambda _: {x: "0", y: "0.0"}, c(y).is_not_null()


_LOWER = ("lower_case_x", lambda text: text.lower(), c("ZJHM").str.ends_with("X"))
_OLD = ("first_generation_number", _first_generation, _identified)
ACCEPTED: dict[str, tuple[Oddity, ...]] = {
    "case.pj_jjdb": (
        _on("BJDH", _WIDE),
        _on("BJRXM", _COMMAND),
        _on("BJRXM", _MARKUP),
        _on("BJRXM", _SQL),
        _on("BJNR", _LINES),
        _on("GXDWBH", _BLANKS),
        _zero("SDDWXZB", "SDDWYZB"),
        _unknown("BJLX", "caseType110188888", c("BJLX").str.starts_with("caseType1101")),
        _unknown("BJFSBH", "77"),
    ),
    "case.pj_cjdb": (_on("FKNR", _LINES), _unknown("CLJGDM", "66"), _unknown("CSDM", "9999")),
    "case.aj_ajxx": (
        _on("FADZ", _COMMAND),
        _on("JYAQ", _LINES),
        _unknown("AJLBDM", "999999"),
        _unknown("AJZTDM", "Z"),
    ),
    "case.aj_sary": (
        _on("XM", _COMMAND),
        _on("XM", _MARKUP),
        _on("XM", _RARE),
        _on("ZJHM", _WIDE),
        _on("ZJHM", _LOWER),
        _on("ZJHM", _OLD),
        _unknown("RYJSDM", "77"),
    ),
    "case.aj_wpxx": (_on("WPMC", _COMMAND), _on("WPMC", _MARKUP)),
    "case.md_jfxx": (_unknown("JFLXDM", "77"), _unknown("FXDJDM", "9")),
    "case.hf_hfxx": (_on("NR", _LINES), _unknown("QDDM", "9")),
    "population.dz_bzdz": (_zero("JD", "WD"), _on("DZQC", _MARKUP)),
    "population.rk_syrk": (
        _on("XM", _RARE),
        _on("XM", _SPACED),
        _on("ZJHM", _WIDE),
        _on("ZJHM", _LOWER),
        _on("ZJHM", _OLD),
        _unknown("JZLX", "88"),
        _on("DWBH", _BLANKS),
    ),
    "population.cs_zdcs": (
        _on("CSMC", _COMMAND),
        _on("CSMC", _MARKUP),
        _on("TYXYDM", _WIDE),
        _zero("JD", "WD"),
        _unknown("CSLX", "0888"),
    ),
    "patrol.qw_csjc": (_unknown("JCJG", "8"),),
    "patrol.qw_zfjl": (_unknown("ZFLB", "88"),),
    "gps.qw_gpsd": (_zero("JD", "WD"), _unknown("QWZT", "8")),
    "gps.qw_gpsd_csv": (_zero("lon", "lat"), _unknown("state", "8")),
    "archive.da_daml": (
        _on("题名", _COMMAND),
        _on("题名", _MARKUP),
        _on("题名", _RARE),
        _on("题名", _SPACED),
        _unknown("门类", "特种档案"),
        _unknown("载体", "缩微平片"),
    ),
    "archive.da_jylog": (
        _on("备注", _LINES),
        _on("备注", _RARE),
        _on("备注", _COMMAND),
        _unknown("利用目的", "参观"),
    ),
}
"""Oddities that must load without a flag: (kind, column, change, condition)."""
