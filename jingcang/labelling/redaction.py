"""Narratives with what identifies a person covered, character by character, so that places in the text stay.

Belongs here: covering clues and names. Does not belong here: who reads a narrative (``jingcang.access.case_texts``).

Clues (phones, identity and card numbers, accounts, plates) are covered wherever they are found. Names are covered where
they are known (the persons registered with the case) and where the wording names a person (报案人…, 与…发生): a name
that stands without either is not recognised.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from .clues import find_clues
from .frames import VISIBLE

COVER = "＊"
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛范彭郎鲁韦马苗方俞任袁柳"
    "史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于傅齐康伍余顾孟黄穆萧尹姚邵汪毛狄臧伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮"
    "蓝闵席季麻强贾江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫丁邓洪包左石崔吉龚程邢裴陆翁荀甄曲封储靳段"
    "焦侯全班仇宫宁甘厉武符刘景詹束龙叶司黎薄白蒲卓蔺池乔阳胥苍闻谭申冉牛燕尚温庄晏柴瞿阎连习艾鱼容向古易慎戈廖"
    "终居衡步都耿满匡国文寇广东欧利蔚越师巩聂晁勾敖冷辛那简饶空曾沙鞠关查游权"
)
_NAME = f"(?:欧阳|上官|司马|诸葛|东方|尉迟|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}}?"
_ROLES = (
    "报案人|报警人|受害人|被害人|被侵害人|事主|失主|当事人|嫌疑人|违法行为人|违法嫌疑人|行为人|证人|车主|住户|租客|房东|"
    "投诉人|举报人|女子|男子|民警|辅警"
)
_AFTER = "(?=[（(，,。、；：:！？\\s]|报|称|于|在|系|与|和|等|被|将|到|因|从|说|及|驾|持|趁|伙同|发现)"
_NAMED = re.compile(
    f"(?:{_ROLES})({_NAME}){_AFTER}"
    f"|接({_NAME})(?=报警|报称|报案|电话|举报)"
    f"|(?<![\u4e00-\u9fff])({_NAME})(?=[（(](?:身份证|联系电话|电话|男|女|公民身份))"
    f"|[与和同将被对]({_NAME})(?=发生|等人|互|因|相互|二人|两人|殴打|打伤)"
    f"|(?:^|[：:。，；])({_NAME})(?=在|于|酒后|伙同|驾驶|持|向|将|报|称)"
    f"|(?:查获|抓获|传唤|控制|询问|讯问)({_NAME})(?=等|[，。、（(])"
)


def cover(text: str, *, names: Iterable[str] = (), keep: Collection[tuple[int, int]] = ()) -> str:
    """Return a narrative of the same length with identifying characters covered.

    Args:
        text: the narrative.
        names: names known to belong to the case's persons; covered wherever they stand, but for the first character.
        keep: places (half-open) a reader must be able to read, such as evidence of a label: no name that is only
            guessed from the wording is covered there.

    Returns:
        The text with :data:`COVER` in the place of covered characters.
    """
    shown = list(text)

    def hide(start: int, end: int) -> None:
        shown[start:end] = COVER * (end - start)

    for clue in find_clues(text):
        if clue.kind in VISIBLE:
            head, tail = VISIBLE[clue.kind]
            if clue.end - clue.start <= head + tail:
                tail = 0
            hide(clue.start + head, clue.end - tail)
    for name in {name for name in names if len(name) > 1}:
        for found in re.finditer(re.escape(name), text):
            hide(found.start() + 1, found.end())
    for found in _NAMED.finditer(text):
        start, end = found.span(found.lastindex or 0)
        if not any(start < high and low < end for low, high in keep):
            hide(start + 1, end)
    return "".join(shown)
