"""Numbers, shares and glossary terms in plain Chinese.

Belongs here: how a value is written, and the terms of the glossary page. A missing value, a suppressed
value and zero look different from each other: — , <5 and 0.
"""

from __future__ import annotations

MISSING, SUPPRESSED = "—", "<5"


def number(value: float | int | None, digits: int = 0) -> str:
    """Return a number with thousands separators, — when missing."""
    return MISSING if value is None else f"{value:,.{digits}f}"


SMALLEST_BASE = 10
"""Below this denominator no percentage is printed (METHODS 1)."""


def share(numerator: float | None, denominator: float | None, digits: int = 1) -> str:
    """Return a share as 12.3%（n/m）, n/m alone from fewer than ten, — when there is no denominator."""
    if not denominator or numerator is None:
        return MISSING
    if denominator < SMALLEST_BASE:
        return f"{numerator:,.0f}/{denominator:,.0f}"
    return f"{100 * numerator / denominator:.{digits}f}%（{numerator:,.0f}/{denominator:,.0f}）"


GLOSSARY: dict[str, str] = {
    "有效警情": "全部接警减去骚扰类接警。其他口径（再减咨询、举报、投诉，或再减不予处理）另行标明，不混用。",
    "环比": "与紧接的上一个等长、已完整结束的时期相比；月份长短不同，按天数折算。",
    "同比": "与 364 天前的同一时期相比，星期几保持一致。春节前三周至后四周的各周，与去年离春节同样远近的周相比；"
    "一月不单独同比，二月按 1–2 月合并比较。",
    "不作比较": "本期或对比期有数据没到，或春节位置不能对齐；两个数不能比，只列本期。",
    "缺数": "按平常的日起数，偶然不可能这么少的日子：记录没有到，不是没有发生。",
    "与偶然波动一致": "两期之差在随机起伏的正常范围内（经多重比较校正后 q > 0.05），不能说升或降。",
    "可能上升 / 可能下降": "单看这一格超出随机起伏，放在一起看的格子这么多时则不够，不标色，留意即可。",
    "明显上升 / 明显下降": "两期之差超出随机起伏（经多重比较校正后 q ≤ 0.05）。说明变化真实，不说明原因。",
    "偶然波动带": "若水平不变，下一期有 95% 的可能落在其中的范围，由此前各期推算。",
    "数据截至": "本次发布所依据的“今天”；当天及以后的数据不计入。",
    "未映射": "来源系统的代码在字典里还没有对应项。记录照常入库和计数，原值保留，由数据管理员补映射。",
    "未定位": "警情没有可用坐标，不能按地图落到责任区。",
    "责任区": "警务责任区，社区民警负责的基本区域。记录归属以接警登记为准，按坐标得出的归属另存并列出不一致。",
    "计划分钟": "勤务排班上写明的巡逻时长。",
    "观测分钟": "计划时段内定位终端有轨迹的时长。",
    "落实分钟": "观测到的轨迹中在本责任区内的巡逻时长。",
    "观测率": "观测分钟 ÷ 计划分钟。观测率低时，落实多少无从判断，不作“未落实”解释。",
    "覆盖": "一个网格在一个小时段内至少有一次巡逻停留（5 分钟及以上）。",
    "网格": "边长 500 米的方格，用来在不显示具体地址的前提下说明地点。",
    "隔离": "来源记录违反必填、类型、格式或主键规则，未进入统计；原件保留，改正后重新进入。",
    "检查状态": "通过；有违规但在限内；不通过；不适用；执行错误。不适用和执行错误从不算作通过。",
    "应归档率": "已归档卷数 ÷ 按案件和活动应归档的卷数。应归档数来自案件和活动，不来自档案自身。",
    "及时归档率": "在规定期限内归档的卷数 ÷ 应归档卷数；逾期未归的留在分母。",
    "归档完整率": "必备文书齐全的卷数 ÷ 检查的卷数。",
    "数字化率": "有可读、可校验副本的页数 ÷ 馆藏页数。",
    "利用率": "被利用过的不同卷数 ÷ 可供利用的卷数；人次、卷次、件次分别统计，不相加。",
    "按期归还率": "按期归还的借阅 ÷ 应归还的借阅。",
    "检索未果率": "未检到的查询 ÷ 全部查询。",
    "利用成效": "关联编号有效、结果引用该档号并经办案民警本人确认的利用 ÷ 全部利用。",
    "满意度": "利用者评分的平均值，连同评分份数和回收率。",
    "区间": "威尔逊 95% 置信区间：样本少时区间宽，区间重叠的单位不能排先后。",
    "样本不足": "低于规定的最少期望件数，只列件数和记录，不计算比率。",
    "<5": "1 至 4 的数按规定不显示，并多隐去一格以防倒推；0 照常显示。",
}
