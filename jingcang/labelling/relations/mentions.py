"""Mentions of persons, numbers and things in a narrative, with the role its words give a person.

Belongs here: role words with the name after them, names alone, who is telling the story, kinds of mentions. Does not
belong here: finding numbers (``jingcang.labelling.clues``) or deciding what belongs to whom (``finder``).

A name alone takes the role that the text gives the same name elsewhere, if it gives only one. Names of published
narratives are masked (李某某, 王×, 张XX); a name in full is taken only where punctuation sets it off.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ahocorasick

from jingcang.labelling.clues import find_clues
from jingcang.labelling.rule_table import expand, load_rules

ROLES_FILE = Path(__file__).with_name("roles.csv")
PERSON_KINDS = ("suspect", "victim", "reporter", "counterpart", "person", "police", "other")
THING_GROUPS = {"涉案物品": "object", "作案工具": "tool"}
"""Label group whose terms are things → kind of mention."""

# The most frequent surnames (公安部 2020 年百家姓 and common double surnames): before 某 or × any of them is a name.
_SURNAME = (
    "(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|令狐|慕容|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田"
    "董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱"
    "严覃武戴莫孔汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍"
    "涂苗谷盛曲翁冉骆蓝游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳穆农司卓古吉缪简车项芦麦褚娄窦戚岑景宫费卜冷晏席卫米柏宗瞿桂佟臧闵苟邬边卞姬仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩佘池查麻苑迟邝洪冼谌阙粟植尧卿揭农敬晁逯])"
)
_MASK = r"(?:某某|某[甲乙丙丁戊己庚辛壬癸一二三四五六七八九十\d]{1,2}|某(?!某)|[×*＊]{1,3}\d?|[xX]{1,2}(?![A-Za-z0-9]))"
MASKED_NAME = rf"{_SURNAME}(?:\d)?{_MASK}(?:[\u4e00-\u9fff](?=[（(]))?"
_FULL_NAME = rf"{_SURNAME}[\u4e00-\u9fff]{{1,2}}(?=[（(，,、：:]|报称|报案|报警|来所)"
_TELLS = r"(?:报称|报案称|报警称|来所称|求助称|反映称|报警|报案|称)"
# 位于某小区, 在某日 and 某公司 are no names.
_NOT_BEFORE = r"(?<![位处等关对属由基终鉴至在介])"
_NOT_AFTER = (
    r"(?!小区|日|年|月|时|地|市|县|区|镇|乡|村|路|街|巷|店|公司|银行|楼|公寓|酒店|宾馆|超市|商场|单位|网|平台|学校|厂|医院|院"
    r"|[\u4e00-\u9fff]{0,4}(?:有限公司|公司|检察院|法院))"
)
_NAME = re.compile(rf"{_NOT_BEFORE}{MASKED_NAME}{_NOT_AFTER}")
_NAME_AFTER_ROLE = re.compile(rf"{MASKED_NAME}|{_FULL_NAME}")
# 接王芳报警称, and 王芳（身份证号…）于3月2日到所报案称 at the beginning of a sentence.
_TELLER = re.compile(
    r"(?:接到?|据)([\u4e00-\u9fff×*某]{2,4}?)(?=(?:报警|报案|报称|来电))"
    r"|(?:^|(?<=[。；\n]))([\u4e00-\u9fff×*某]{2,4})(?=[（(][^（()）]{0,40}[)）](?:于[^，。；]{0,24})?(?:到所|来所)?(?:报案|报警|报)称)"
)
_TELLING = re.compile(rf"[^，。；\n]{{0,40}}?(?:[（(][^（()）]{{0,40}}[)）])?[^，。；\n]{{0,16}}?{_TELLS}")
_CLUE_KINDS = {
    "mobile": "phone", "landline": "phone", "id_card": "id_card", "bank_card": "card", "plate": "plate",
    "qq": "account", "wechat": "account", "alipay": "account",
}  # fmt: skip
# A thing that only says where something else lay or what place it was.
_PLACE_AFTER = re.compile(
    r"[旁上内里边中]|下(?!落)|外(?!套)|[前后](?:面|方|部|侧|座|备)|附近|口袋|衣袋|裤袋|踏板|预付|货款|款|费|坐垫|座垫|座桶|后备|车筐|车篮|后座|尾箱|工具箱|储物|专卖|卖场|门店|店|城|厂|公司|市场|厅|棚|道|号码|卡|充电"
    r"|的?(?:[一二两三四五六七八九十\d]{1,2}[块组个只])?(?:电瓶|蓄电池|电池|轮胎|备胎|钥匙)"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention.

    Args:
        kind: one of :data:`PERSON_KINDS`; ``phone``, ``id_card``, ``card``, ``account``, ``plate``; ``object``,
            ``tool``.
        start: first character, 0-based.
        end: one past the last character.
        detail: kind of the clue, or code of the label of a thing; "" for persons.
        is_telling: a reporter whose account follows.
    """

    kind: str
    start: int
    end: int
    detail: str = ""
    is_telling: bool = False

    @property
    def is_person(self) -> bool:
        return self.kind in PERSON_KINDS


@cache
def _roles() -> tuple[re.Pattern[str], dict[str, str]]:
    with ROLES_FILE.open(encoding="utf-8", newline="") as stream:
        kinds = {term: row["kind"] for row in csv.DictReader(stream) for term in row["terms"].split("|")}
    longest_first = sorted(kinds, key=lambda term: (-len(term), term))
    return re.compile("|".join(map(re.escape, longest_first))), kinds


@cache
def _things() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for rule in load_rules():
        kind = THING_GROUPS.get(rule.label_group)
        if kind and rule.status == "active":
            for term in expand("|".join(rule.terms)):
                known = automaton.get(term, ())
                automaton.add_word(term, (*known, (kind, rule.label_code, len(term))))
    automaton.make_automaton()
    return automaton


def find_persons(text: str) -> list[Mention]:
    """Find the persons of a narrative.

    Args:
        text: the narrative.

    Returns:
        Mentions by place, none overlapping another; the span holds the role word and the name after it.
    """
    pattern, kinds = _roles()
    found: list[Mention] = []
    roles_of_name: dict[str, set[str]] = {}
    for match in _TELLER.finditer(text):
        group = 1 if match[1] else 2
        found.append(Mention("reporter", match.start(group), match.end(group), is_telling=True))
        roles_of_name.setdefault(match[group], set()).add("reporter")
    taken = [(mention.start, mention.end) for mention in found]
    for match in pattern.finditer(text):
        if _overlaps(match.start(), match.end(), taken):
            continue
        kind, end = kinds[match[0]], match.end()
        name = _NAME_AFTER_ROLE.match(text, end) if kind not in ("police", "counterpart") else None
        if name:
            end = name.end()
            roles_of_name.setdefault(name[0], set()).add(kind)
        is_telling = kind in ("reporter", "victim") and _TELLING.match(text, end) is not None
        found.append(Mention(kind, match.start(), end, is_telling=is_telling))
        taken.append((match.start(), end))
    for match in _NAME.finditer(text):
        if _overlaps(match.start(), match.end(), taken):
            continue
        roles = roles_of_name.get(match[0], set())
        kind = next(iter(roles)) if len(roles) == 1 else "person"
        found.append(Mention(kind, match.start(), match.end()))
    found.sort(key=lambda mention: mention.start)
    return found


def find_mentions(text: str) -> tuple[list[Mention], list[Mention]]:
    """Find persons, and what they may be related to.

    Args:
        text: the narrative.

    Returns:
        Persons; numbers, plates and things. Both by place. Of things that overlap the longest is kept.
    """
    persons = find_persons(text)
    others = [
        Mention(_CLUE_KINDS[clue.kind], clue.start, clue.end, clue.kind)
        for clue in find_clues(text)
        if clue.kind in _CLUE_KINDS
    ]
    things: list[tuple[int, int, str, str]] = []
    for last, meanings in _things().iter(text):
        for kind, code, length in meanings:
            things.append((-length, last - length + 1, kind, code))
    things.sort()
    taken: dict[str, list[tuple[int, int]]] = {}
    for minus_length, start, kind, code in things:
        end = start - minus_length
        if _overlaps(start, end, taken.setdefault(kind, [])) or _PLACE_AFTER.match(text, end):
            continue
        taken[kind].append((start, end))
        others.append(Mention(kind, start, end, code))
    others.sort(key=lambda mention: (mention.start, mention.end, mention.kind))
    return persons, others


def _overlaps(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in taken)
