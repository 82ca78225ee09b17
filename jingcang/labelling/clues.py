"""Clues (线索) in a narrative: phones, identification numbers, cards, plates, accounts, links, amounts.

Belongs here: one text in, spans out. Does not belong here: frames and keyed values (``frames``), linking
cases by a clue (the warehouse).

Every span is half-open in characters of the text as given: full-width letters and digits are folded one
to one before matching, so offsets stay those of the original. A number that fails its check digit is a
clue only where the words before it name it (身份证号, 卡号); a number that the words before it call
something else (订单号, 串号, 案件编号) is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .amounts import AMOUNT, amount_in_fen
from .checksums import has_plausible_birth, is_valid_id, is_valid_luhn, widen_id

KINDS = (
    "phone", "landline", "id_card", "bank_card", "plate", "qq", "wechat", "alipay", "url", "amount",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clue:
    """One clue occurrence.

    Args:
        kind: one of :data:`KINDS`.
        start: first character, 0-based.
        end: one past the last character.
        value: normalised value (digits only, upper case; a 15-digit ID in its 18-character form); for an
            amount its 分 as text.
        is_checksum_valid: verdict of the check digit; None for kinds without one.
        amount_fen: for an amount its value in 分.
    """

    kind: str
    start: int
    end: int
    value: str
    is_checksum_valid: bool | None = None
    amount_fen: int | None = None


_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x2014: 0x2D, 0x2013: 0x2D}

_PROVINCE = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
# GA 36-2018: no I and O in a plate's serial; new-energy plates have six characters, D or F at one end.
_SERIAL = "A-HJ-NP-Za-hj-np-z0-9"
_PLATE = re.compile(
    rf"[{_PROVINCE}][A-HJ-NP-Za-hj-np-z][·•. ]?"
    rf"(?:[DFdf][{_SERIAL}]\d{{4}}|\d{{5}}[DFdf]|[{_SERIAL}]{{4}}[{_SERIAL}挂学警港澳])(?![0-9A-Za-z*])"
)
# A digit token: digits that may be broken by single blanks or hyphens, X as the last character.
_TOKEN = re.compile(r"(?<![0-9A-Za-z.*])\+?\(?\d[\d]*(?:[- )]\d+)*[Xx]?(?![0-9A-Za-z*])")
_MOBILE = re.compile(r"(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})")
# Area codes: 010, 02x with 7–8 digits, others three digits after the 0 with 7–8 digits.
_LANDLINE = re.compile(r"\(?(0(?:10|2\d|[3-9]\d{2}))[-) ]{0,2}([2-9]\d{6,7})")
_LANDLINE_TIGHT = re.compile(r"0(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}")
_ACCOUNT = re.compile(
    r"(?P<qq>(?:[Qq][Qq]|扣扣)(?:群|号码|账号|帐号|号)?(?:为|是|:|\s){0,3})(?P<qq_value>[1-9]\d{4,10})(?!\d)"
    r"|(?P<wechat>(?:微信|[Ww]e[Cc]hat|VX|vx|WX)(?:号码|账号|帐号|号|ID|id)?(?:为|是|:|\s){0,3})"
    r"(?P<wechat_value>[A-Za-z][A-Za-z0-9_-]{5,19}|1[3-9]\d{9})(?![0-9A-Za-z_*-])"
    r"|(?P<alipay>支付宝(?:账号|帐号|账户|帐户|号)?(?:为|是|:|\s){0,3})"
    r"(?P<alipay_value>[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|1[3-9]\d{9})(?![0-9A-Za-z])"
)
_URL = re.compile(
    r"(?:https?://[A-Za-z0-9./?=&%_:#~+@-]+"
    r"|(?<![A-Za-z0-9@.-])(?:[A-Za-z0-9-]+\.)+(?:com|cn|net|org|top|xyz|vip|cc|app|info|club|site|shop|online)"
    r"(?![A-Za-z0-9])(?:/[A-Za-z0-9./?=&%_:#~+-]*)?)"
)
_NAMED_ID = re.compile(r"(?:身份证|证件|公民身份)(?:号码|号)?[为是:(\s]{0,3}$")
_NAMED_CARD = re.compile(
    r"(?:卡号|银行卡|账号|帐号|账户|帐户|储蓄卡|信用卡|借记卡)(?:号码|号)?[^0-9,。;，]{0,6}$"
)
_OTHER_NUMBER = re.compile(
    r"(?:订单|运单|快递|单号|编号|流水|串号|IMEI|imei|机身|发动机|车架|案号|档号|发票|票号|序列|设备号|工单|警号|保单)"
    r"(?:号码|号)?[为是:(\s]{0,3}$"
)
_CARD_START = re.compile(r"62|60|4|5[1-5]|3[47]|9[0-9]")
_CONTEXT = 12


def find_clues(text: str) -> list[Clue]:
    """Find the clues of one narrative.

    Args:
        text: a narrative; empty text has none.

    Returns:
        Clues by start; spans of numbers do not overlap, except that an account which is a mobile number
        is listed both as the account and as the phone.
    """
    folded = text.translate(_FOLD) if not text.isascii() else text
    clues = list(_numbers(folded))
    clues.extend(_plates(folded))
    clues.extend(_accounts(folded))
    if "." in folded:
        clues.extend(
            Clue("url", match.start(), match.end(), match[0].lower()) for match in _URL.finditer(folded)
        )
    for match in AMOUNT.finditer(folded):
        fen = amount_in_fen(match[0])
        if fen:
            clues.append(Clue("amount", match.start(), match.end(), str(fen), None, fen))
    clues.sort(key=lambda clue: (clue.start, clue.end, clue.kind))
    return clues


def _plates(text: str) -> Iterator[Clue]:
    for match in _PLATE.finditer(text):
        value = re.sub(r"[·•. ]", "", match[0]).upper()
        before = text[max(0, match.start() - _CONTEXT) : match.start()]
        if any(character.isdigit() for character in value[2:]) or "牌" in before:
            yield Clue("plate", match.start(), match.end(), value)


def _accounts(text: str) -> Iterator[Clue]:
    for match in _ACCOUNT.finditer(text):
        kind = match.lastgroup or ""
        name = kind.removesuffix("_value")
        value = match[kind]
        yield Clue(name, match.start(kind), match.end(kind), value.lower() if "@" in value else value)


def _numbers(text: str) -> Iterator[Clue]:
    for match in _TOKEN.finditer(text):
        token, start, end = match[0], match.start(), match.end()
        if end - start < 7:
            continue
        digits = re.sub(r"[^0-9Xx]", "", token).upper()
        before = text[max(0, start - _CONTEXT) : start]
        if _OTHER_NUMBER.search(before):
            continue
        clue = _long_number(digits, start, end, before) or _telephone(token, digits, start, end)
        if clue:
            yield clue


def _long_number(digits: str, start: int, end: int, before: str) -> Clue | None:
    length = len(digits)
    if length in (15, 18) and has_plausible_birth(digits) and (length == 18 or digits.isdigit()):
        valid = is_valid_id(digits)
        named = bool(_NAMED_ID.search(before))
        if named or (valid and length == 18):
            return Clue("id_card", start, end, widen_id(digits), valid if length == 18 else None)
    if length in (15, 18) and _NAMED_ID.search(before):
        return Clue("id_card", start, end, digits, False)
    if 15 <= length <= 19 and digits.isdigit() and _CARD_START.match(digits):
        valid, named = is_valid_luhn(digits), bool(_NAMED_CARD.search(before))
        if named or (valid and length >= 16 and digits[:1] != "9"):
            return Clue("bank_card", start, end, digits, valid)
    return None


def _telephone(token: str, digits: str, start: int, end: int) -> Clue | None:
    if 11 <= len(digits) <= 13:
        match = _MOBILE.fullmatch(token)
        if match:
            return Clue("phone", start + match.start(1), end, re.sub(r"\D", "", match[1]))
    if _LANDLINE.fullmatch(token) or _LANDLINE_TIGHT.fullmatch(digits):
        return Clue("landline", start, end, digits)
    return None
