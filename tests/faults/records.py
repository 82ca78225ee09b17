"""The records of the small world, as each source writes them; all values are synthetic.

Belongs here: tables, columns and one builder a kind of record. Does not belong here: where they are kept (``world``).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

FIRST_DAY = dt.date(2026, 6, 1)
DAYS = 20
UNITS = ("999901010000", "999901020000")
BEATS = ("999901010100", "999901010200", "999901020100")
CLASSES = ("caseType110100000", "caseType110200000", "caseType110300000")

INCIDENTS, DISPATCHES, RESIDENTS = "case.pj_jjdb", "case.pj_cjdb", "population.rk_syrk"
SHIFTS, POINTS, AREAS, USES = "patrol.qw_pbxx", "gps.qw_gpsd_csv", "boundaries.jg_zrq", "archive.da_jylog"
STATIONS = "organisation.jg_dwxx"
TABLES = (INCIDENTS, DISPATCHES, RESIDENTS, SHIFTS, POINTS, AREAS, USES)
COLUMNS = {
    INCIDENTS: (
        "JJDBH", "GLJJDBH", "BJFSBH", "BJSJ", "JJSJ", "BJDH", "BJRXM", "BJRXB", "SFDZ", "BJNR", "GXDWBH",
        "ZRQBH", "BJLB", "BJLX", "BJXL", "SDDWXZB", "SDDWYZB", "JQJB", "BKRS", "SSRS", "SWRS", "SFSW", "GXSJ",
    ),
    DISPATCHES: (
        "CJDBH", "JJDBH", "CJDWBH", "CJMJJH", "XZBH", "PJSJ", "QSSJ", "CJSJ", "DCSJ", "FKSJ", "BSYHJ", "FKLB",
        "FKLX", "FKXL", "CLJGDM", "CSDM", "FKNR", "GXSJ",
    ),
    RESIDENTS: (
        "RKBH", "ZJHM", "XM", "XB", "CSRQ", "MZ", "JZLX", "DZBM", "SQBH", "ZRQBH", "DWBH", "LXDH", "DJRQ",
        "ZXRQ", "CJRJH", "ZHHSRQ", "XGSJ",
    ),
    STATIONS: ("DWBH", "DWMC", "SJDWBH", "DWLB", "QYRQ", "TYRQ", "JD", "WD"),
    POINTS: ("terminal_id", "group_no", "org_code", "gps_time", "lon", "lat", "accuracy", "speed", "state"),
    USES: (
        "登记号", "档号", "利用人", "利用单位", "登记时间", "利用方式", "利用目的", "关联类型", "关联编号",
        "调阅时间", "应还日期", "归还日期", "是否命中", "利用效果", "引用档号", "成效日期", "确认人", "满意度",
        "备注",
    ),
}  # fmt: skip

Row = dict[str, str | None]


def day(number: int) -> dt.date:
    """Return the day of the world with a number, 0 … ``DAYS`` - 1 for those every source has."""
    return FIRST_DAY + dt.timedelta(days=number)


def incident(number: int, on: int | None = None, **values: str | None) -> Row:
    """Return one call; it lies on a day of its own number unless ``on`` names another."""
    at = dt.datetime.combine(day(number % DAYS if on is None else on), dt.time(8 + number % 10, number % 60))
    beat = BEATS[number % 3]
    row: Row = {
        "JJDBH": f"999901{number:014d}", "BJFSBH": "01", "BJSJ": f"{at:%Y%m%d%H%M%S}",
        "JJSJ": f"{at + dt.timedelta(minutes=1):%Y%m%d%H%M%S}", "BJDH": f"138{number:08d}", "BJRXM": "测试甲",
        "BJRXB": "1", "SFDZ": f"清川市示例路{number}号", "BJNR": f"报警人称手机被盗（{number}）",
        "GXDWBH": beat[:8] + "0000", "ZRQBH": beat, "BJLB": CLASSES[number % 3], "JQJB": "3",
        "SDDWXZB": f"{120.21 + number % 20 * 0.01:.6f}", "SDDWYZB": "30.050000", "SSRS": "0", "SFSW": "0",
        "GXSJ": f"{at + dt.timedelta(hours=2):%Y%m%d%H%M%S}",
    }  # fmt: skip
    return row | values


def dispatch(number: int, **values: str | None) -> Row:
    """Return the dispatch of the call with the same number."""
    call = incident(number)
    start = dt.datetime.strptime(str(call["JJSJ"]), "%Y%m%d%H%M%S")  # noqa: DTZ007 - a local time
    steps = [f"{start + dt.timedelta(minutes=3 * step):%Y%m%d%H%M%S}" for step in range(6)]
    row: Row = {
        "CJDBH": f"999901{number:016d}", "JJDBH": call["JJDBH"], "CJDWBH": call["GXDWBH"], "CJMJJH": "100001",
        "XZBH": "XZ0001", "PJSJ": steps[0], "QSSJ": steps[1], "CJSJ": steps[2], "DCSJ": steps[3],
        "FKSJ": steps[4], "FKLB": call["BJLB"], "FKLX": call["BJLB"], "CLJGDM": "01", "FKNR": "已处置",
        "GXSJ": call["GXSJ"],
    }  # fmt: skip
    return row | values


def resident(number: int, **values: str | None) -> Row:
    """Return one resident of the register; the identity number is synthetic and has a right check digit."""
    row: Row = {
        "RKBH": f"RK{number:010d}", "ZJHM": id_no(number), "XM": "测试乙", "XB": "1", "CSRQ": "1990-01-01",
        "MZ": "01", "JZLX": "1", "SQBH": "9999010101", "ZRQBH": BEATS[number % 3], "DWBH": UNITS[0],
        "DJRQ": "2020-01-01", "XGSJ": f"2026-06-{1 + number % 20:02d} 09:00:00",
    }  # fmt: skip
    return row | values


def id_no(number: int) -> str:
    """Return an identity number of the fictitious region 999901 with a right check digit."""
    body = f"99990119900101{number % 500:02d}"[:16].ljust(16, "0") + "1"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def shift(number: int, **values: str | None) -> Row:
    """Return one patrol shift, eight hours from eight o'clock."""
    on = day(number % DAYS)
    row: Row = {
        "PBID": f"PB{number:010d}", "XZBH": "XZ0001", "DWBH": UNITS[0], "ZRQBH": BEATS[0], "BCLX": "1",
        "JHKSSJ": f"{on}T08:00:00", "JHJSSJ": f"{on}T16:00:00", "CYJH": "100001", "ZXBH": None,
        "GXSJ": f"{on}T07:00:00",
    }  # fmt: skip
    return row | values


def points(number: int, count: int = 20) -> list[Row]:
    """Return the positions of one device on one day, one a minute."""
    start = dt.datetime.combine(day(number), dt.time(9))
    return [
        {
            "terminal_id": "ZD000001", "group_no": "XZ0001", "org_code": UNITS[0],
            "gps_time": f"{start + dt.timedelta(minutes=step):%Y-%m-%d %H:%M:%S}",
            "lon": f"{120.25 + step * 0.0005:.6f}", "lat": "30.050000", "accuracy": "10", "speed": "20",
            "state": "1",
        }
        for step in range(count)
    ]  # fmt: skip


def use(number: int, **values: str | None) -> Row:
    """Return one use of an archive file."""
    on = day(number % DAYS)
    row: Row = {
        "登记号": f"JY{number:010d}", "档号": "D-001", "利用人": "测试丙", "利用单位": UNITS[0],
        "登记时间": f"{on} 09:00:00", "利用方式": "查阅", "利用目的": "工作查考", "是否命中": "是",
        "满意度": "5", "备注": f"备注{number}",
    }  # fmt: skip
    return row | values


def area(number: int, *, east: float = 0.0, since: str = "2020-01-01") -> dict[str, Any]:
    """Return one beat as a GeoJSON feature: a square, moved ``east`` by degrees."""
    west, south, width = 120.20 + 0.07 * number + east, 30.0, 0.07
    corners = [(west, south), (west + width, south), (west + width, 30.1), (west, 30.1), (west, south)]
    return {
        "type": "Feature",
        "properties": {
            "ZRQBH": BEATS[number], "ZRQMC": f"第{number + 1}责任区", "QYJB": "3", "DWBH": BEATS[number][:8] + "0000",
            "CZRK": 9000, "QYRQ": since,
        },
        "geometry": {"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]},
    }  # fmt: skip


def text_of(names: Sequence[str], rows: Iterable[Row]) -> str:
    """Return rows as CSV with a header."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[row.get(name) or "" for name in names] for row in rows])
    return out.getvalue()
