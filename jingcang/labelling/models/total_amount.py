"""The total amount of a case: which amounts of a narrative make it up, added without counting twice.

Belongs here: which amounts belong to the offence, stated totals against their parts, the sum. Does not
belong here: finding amounts (``jingcang.labelling.clues``). These are rules, not weights: no text with a
known total was given to learn from, only a measuring set.

The steps: leave out what is not the offence (evidence lists, verdicts, compensation, seized money, sale
prices, wages); where the facts are told twice, as charge and as finding, take the finding; walk through the
amounts in order, and let a stated total (共计, 合计, 价值总计) replace the parts it sums up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_EVIDENCE = re.compile(
    r"(?:上述|以上|该|前述|认定|指控|证实|证明)[^，。；\n]{0,10}(?:事实|犯罪)[^。\n]{0,30}?"
    r"(?:无异议|不持异议|证据|证实|书证|供认|佐证|证明|为证|供述)"
    r"|(?:公诉机关|检察院|公诉人|本院)(?:据此)?(?:认为|就上述|为证明|提供了|随案移送|当庭|针对)"
    r"|被告人[^，。\n]{0,20}(?:对(?:公诉机关|起诉书|指控|上述)|辩称|的供述)|辩护人"
    r"|(?:下列|以下)证据|证据如下"
)
_FINDING = re.compile(
    r"(?:经(?:本院|依法|公开|开庭)?(?:公开)?审理查明|本院(?:经审理)?查明)(?!的?(?:的)?(?:事实|案件事实)?(?:与|和|同))"
)
_SIDE_MATTER = re.compile(r"(?:另|又|还|再)(?:经)?查(?:明)?|(?:案发|事发|破案|归案)(?:之)?后")
_NOT_OFFENCE_BEFORE = re.compile(
    r"(?:罚金|判处|赔偿|退赔|退还|退回|退缴|退出|归还|偿还|返还|发还|追回|追缴|扣押|查获|查扣|缴获|起获|搜出|搜查|收缴|谅解|上缴|"
    r"销赃|卖得|卖了|卖给|变卖|卖掉|共卖|剩余|出售|典当|抵押|获利|得款|得赃|赃款|分得|分赃|挥霍|花费|花去|花用|工资|月薪|租金|房租|余款|"
    r"押金|起步价|原价|购买价|购价|购买时|买来|购得|市场价|报酬|好处费|代为|补偿|收条|保证金|所得|收购|收赃|修理费|医疗费)"
    r"[^，。；：\n]{0,18}$|每[^，。；\n]{0,8}$"
)
_PRICE_AFTER = re.compile(
    r"^(?:人民币|左右|钱|多|余|\))*(?:的|之)?(?:低价|价格|价钱|价款|高价|价)?[^，。；\n]{0,6}?"
    r"(?:卖|出售|销赃|销售|变卖|转卖|典当|抵押|收购|转让|处理给|退还|退赔|发还|返还|归还|已被扣押|被扣押|被查获|罚金|存款证明)|^(?:面值|面额|一张的|/|每)"
)
_SALE_PRICE = re.compile(r"以[^，。；\n]{0,8}$")
_SALE_AFTER = re.compile(r"^[^，。；\n]{0,10}(?:价格|价钱|低价|价)")
_OFFENCE = re.compile(
    r"盗|窃|偷|扒|骗|诈|抢|夺|敲诈|勒索|侵占|挪用|价值|价格|鉴定|认定|估价|评估|认证|核价|作价|现金|人民币|转账|转走|转给|转出|转至|转入|转款|"
    r"汇款|汇给|汇入|打款|收取|收受|支付|付款|付给|交给|借款|借走|借|刷|取走|取出|提取|提现|拿走|损失|货款|定金|套现|消费|充值|逃"
)
_TOTAL_BEFORE = re.compile(
    r"(?:共计|合计|总计|总共|累计|共为|总额|总值|总价值|总价|总金额|共价值|共值|价值共|一共|涉案(?:总)?(?:金额|价值)|数额(?:为|达)?|"
    r"共(?:骗|窃|盗|抢|得|转|取|收|支|汇|诈))[^，。；：\n]{0,14}$"
)
_GRAND = re.compile(r"(?:以上|上述|综上|总计|累计)[^。\n]{0,80}$")
_DETAILS_FOLLOW = re.compile(
    r"(?:具体|分述|事实|情况|详情|犯罪|作案)[^。\n]{0,12}(?:如下|分述)|^[^，。\n]{0,6}[。；，]?\s*其中"
)
_PROCEEDS = re.compile(r"得款|所得|获利|卖|得赃|赃款|费用|租金|押金|报酬|好处费")
_SHARED = re.compile(r"分得|分给|分赃|退|赔|罚|缴获|扣押|查获|追缴|发还|返还")
_CASH = re.compile(r"现金[^，。；：\n]{0,8}$")
_CUT = "。；\n"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of a narrative: place (half-open) and value in 分."""

    start: int
    end: int
    fen: int


@dataclass(frozen=True, slots=True)
class Total:
    """The total of a case.

    Args:
        fen: the total in 分.
        parts: the amounts it is made of; a stated total stands for itself.
        is_stated: the text itself states the total.
    """

    fen: int
    parts: tuple[Amount, ...]
    is_stated: bool


@dataclass(slots=True)
class _Item:
    amount: Amount
    is_total: bool
    is_cash: bool = False


def total_amount(text: str, amounts: Sequence[Amount]) -> Total | None:
    """Return the total amount of the offence a narrative tells.

    Args:
        text: a narrative.
        amounts: all amounts in it, by start.

    Returns:
        The total, or None when no amount belongs to the offence.
    """
    begin, end = _facts(text, amounts)
    inside = [
        amount for amount in amounts if begin <= amount.start < end and not _counts_pieces(text, amount)
    ]
    for accept in (_is_offence, _is_not_excluded, _is_proceeds):
        chosen = [amount for amount in inside if accept(text, amount)]
        if chosen:
            return _summed(text, chosen)
    return None


def _facts(text: str, amounts: Sequence[Amount]) -> tuple[int, int]:
    """Return the part of the text that tells the offence and holds an amount."""
    findings = [match.end() for match in _FINDING.finditer(text)]
    for begin in (*reversed(findings), 0):
        evidence = _EVIDENCE.search(text, begin + 20)
        end = evidence.start() if evidence else len(text)
        if any(begin <= amount.start < end and _is_offence(text, amount) for amount in amounts):
            return begin, end
    return 0, len(text)


def _clause(text: str, amount: Amount) -> tuple[str, str, str]:
    """Return the sentence before the amount, its own clause before it, and what follows in the clause."""
    sentence = text[max(text.rfind(mark, 0, amount.start) for mark in _CUT) + 1 : amount.start]
    clause = re.split(r"[，,：:]", sentence)[-1]
    after = re.split(r"[，,。；\n]", text[amount.end : amount.end + 24])[0]
    return sentence, clause, after


def _counts_pieces(text: str, amount: Amount) -> bool:
    """玉坠、玉面各1块 counts pieces, not 元."""
    return text[amount.end - 1] == "块" and (
        amount.fen < 1000 or text[amount.start - 1 : amount.start] == "各"
    )


def _is_not_excluded(text: str, amount: Amount) -> bool:
    sentence, clause, after = _clause(text, amount)
    if _NOT_OFFENCE_BEFORE.search(clause) and not re.search(r"价值|鉴定|认定|骗取|骗得", clause[-14:]):
        return False
    if _PRICE_AFTER.search(after) or (_SALE_PRICE.search(clause) and _SALE_AFTER.search(after)):
        return False
    side = _SIDE_MATTER.search(sentence)
    return not (side and not re.search(r"鉴定|价值|认定|估价|认证", sentence[side.end() :]))


def _is_offence(text: str, amount: Amount) -> bool:
    sentence, _, after = _clause(text, amount)
    return _is_not_excluded(text, amount) and bool(_OFFENCE.search(sentence) or _OFFENCE.search(after))


def _is_proceeds(text: str, amount: Amount) -> bool:
    """Accept what the offence brought in; asked only when the text names no other amount of it."""
    _, clause, _ = _clause(text, amount)
    return bool(_PROCEEDS.search(clause)) and not _SHARED.search(clause)


def _summed(text: str, chosen: list[Amount]) -> Total:
    stack: list[_Item] = []
    for place, amount in enumerate(chosen):
        sentence, clause, after = _clause(text, amount)
        is_total = bool(_TOTAL_BEFORE.search(clause)) or after.startswith("共计")
        if not is_total:
            if _repeats(text, stack, amount):
                continue
            stack.append(_Item(amount, False, bool(_CASH.search(clause))))
            continue
        rest = text[amount.end : amount.end + 60]
        if _DETAILS_FOLLOW.search(rest) and (place < len(chosen) - 1 or not stack):
            return Total(amount.fen, (amount,), True)
        covered = _covered(text, stack, amount)
        if covered == len(stack) or (stack and _GRAND.search(sentence) and amount.fen >= _sum(stack)):
            stack = []
        elif covered:
            del stack[-covered:]
        stack.append(_Item(amount, True))
    # A total told first and its parts after it: the parts add up to it.
    for place, item in enumerate(stack):
        others = _sum(stack[place + 1 :])
        if item.is_total and others and abs(others - item.amount.fen) <= item.amount.fen // 100:
            stack = [*stack[:place], item]
            break
    parts = tuple(item.amount for item in stack)
    return Total(sum(part.fen for part in parts), parts, len(parts) == 1 and stack[0].is_total)


def _sum(items: list[_Item]) -> int:
    return sum(item.amount.fen for item in items)


def _covered(text: str, stack: list[_Item], total: Amount) -> int:
    """Return how many of the last items a stated total sums up."""
    for count in range(len(stack), 0, -1):
        if abs(_sum(stack[-count:]) - total.fen) <= max(100, total.fen // 200):
            return count
    # Parts that are not all named: those of the same sentence or paragraph, if they fit into the total.
    # Cash is never appraised: it stands beside an appraised total unless the total names it.
    begin = text.rfind("\n", 0, total.start) + 1
    sentence = max(text.rfind(mark, 0, total.start) for mark in _CUT) + 1
    names_cash = "现金" in text[sentence : total.start] and "鉴定" not in text[sentence : total.start]
    for edge in (begin, sentence):
        count = 0
        for item in reversed(stack):
            if item.amount.start < edge or item.is_total or (item.is_cash and not names_cash):
                break
            count += 1
        if count and _sum(stack[-count:]) <= total.fen:
            return count
    return 0


def _repeats(text: str, stack: list[_Item], amount: Amount) -> bool:
    """Return whether an amount only says again what a previous one said (被盗现金500元…上述500元)."""
    before = text[max(0, amount.start - 12) : amount.start]
    if re.search(r"价值|鉴定|认定|价格", before):
        return False
    again = re.search(r"该|上述|其中|其余|另外|所盗|所骗|(?:盗得|骗得|窃得)的", before)
    return bool(again) and any(item.amount.fen >= amount.fen for item in stack)
