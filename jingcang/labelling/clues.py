"""Clues (线索) in a narrative: phones, identification numbers, cards, plates, accounts, links, apps, money.

Belongs here: one text in, spans out; numbers and plates. Does not belong here: accounts, links and apps
(``accounts``), amounts (``amounts``), frames and keyed values (``frames``), linking cases by a clue (the
warehouse).

Every span is half-open in characters of the text as given: full-width letters and digits are folded one
to one before matching, so offsets stay those of the original. A number that fails its check digit is a
clue only where the words before it name it (身份证号, 卡号); a number that the words before it call
something else (订单号, 串号, 案件编号) is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .accounts import find_accounts, find_apps, find_urls
from .amounts import find_amounts
from .checksums import has_plausible_birth, is_valid_id, is_valid_luhn, widen_id

KINDS = (
    "mobile", "landline", "id_card", "bank_card", "plate", "qq", "wechat", "alipay", "url", "app", "money",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clue:
    """One clue occurrence.

    Args:
        kind: one of :data:`KINDS`.
        start: first character, 0-based.
        end: one past the last character.
        value: normalised value (digits only, upper case; a 15-digit ID in its 18-character form; a telephone
            without country code and extension, so that both ways of giving it link); for money its 分 as text.
        is_checksum_valid: verdict of the check digit; None for kinds without one.
        amount_fen: for money its value in 分; the lower end of a range.
        extension: for a telephone the digits after 转 or 分机, which the span includes.
    """

    kind: str
    start: int
    end: int
    value: str
    is_checksum_valid: bool | None = None
    amount_fen: int | None = None
    extension: str | None = None

    @property
    def valid(self) -> bool | None:
        """The checksum verdict, under the name of the annotated identifier texts."""
        return self.is_checksum_valid


_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x2014: 0x2D, 0x2013: 0x2D}
# Folding every full-width comma costs more than all matching: commas and full stops stay, the three marks that
# stand in nearly every narrative are replaced apart, the rest is folded only where there is any.
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ－．＠＿＋／＝＆％＃～＊\u3000\u2014\u2013]")

_PROVINCE = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
# GA 36-2018: no I and O in a plate's serial; new-energy plates have six characters, D or F at one end.
_SERIAL = "A-HJ-NP-Za-hj-np-z0-9"
_PLATE = re.compile(
    rf"[{_PROVINCE}][A-HJ-NP-Za-hj-np-z][·•. ]?"
    rf"(?:[DFdf][{_SERIAL}]\d{{4}}|\d{{5}}[DFdf]|[{_SERIAL}]{{4}}[{_SERIAL}挂学警港澳])(?![0-9A-Za-z*])"
)
# A digit token: digits that may be broken by single blanks or hyphens, X as the last character; it starts with
# a digit, so that the search may skip from digit to digit, and has the length of the shortest number.
_TOKEN = re.compile(r"\d(?<![0-9A-Za-z.*]\d)(?=[-\dXx )]{6})\d*(?:[- )]\d+)*[Xx]?(?![0-9A-Za-z*])")
_MOBILE = re.compile(r"(?:(?:00)?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})")
# Area codes: 010, 02x with 7–8 digits, others three digits after the 0 with 7–8 digits.
_LANDLINE = re.compile(r"(0(?:10|2\d|[3-9]\d{2}))[-) ]{0,2}([2-9]\d{6,7})(?:-(\d{1,5}))?")
_TOLL_FREE = re.compile(r"[48]00[- ]?(?:\d{3}[- ]?\d{4}|\d{4}[- ]?\d{3})")
_LOCAL = re.compile(r"([2-9]\d{6,7})(?:-(\d{1,5}))?")
_DATE = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_EXTENSION = re.compile(r" ?(?:转(?:分机)?|分机号?)[ :]?(\d{1,6})(?![0-9A-Za-z])")
# Numbers of nationwide services (95xxx to 95xxxxxx) are as short as amounts and codes: only where named.
_SERVICE = re.compile(r"(?<![0-9A-Za-z.*-])95\d{3,6}(?![0-9A-Za-z*%.,]|[元万余多年月日号个人件名次])")
_NAMED_PHONE = re.compile(
    r"(?:电话|客服|热线|拨打|致电|来电|短信|座机|固话|宅电|电联|手机号?)(?:号码|号)?[^0-9,，。;；、]{0,4}$"
)
_NAMED_LOCAL = re.compile(r"(?:座机|固话|宅电|电话)(?:号码|号)?[为是:(\s]{0,3}$")
_NAMED_ID = re.compile(r"(?:身份证|证件|公民身份)[^0-9,，。;；、]{0,8}$")
_NAMED_CARD = re.compile(
    r"(?:卡号|银行卡|账号|帐号|账户|帐户|储蓄卡|信用卡|借记卡)(?:号码|号)?[^0-9,，。;；]{0,6}$"
)
_OTHER_NUMBER = re.compile(
    r"(?:订单|运单|快递|单号|(?<!身份证)(?<!证件)编号|流水|串号|IMEI|imei|机身|发动机|车架|案号|档号|发票|票号|序列|设备号"
    r"|工单|警号|保单|合同|凭证|交易号|商户号|批次|条码)(?:号码|号)?[为是:(\s]{0,3}$"
)
_CARD_START = re.compile(r"62|60|4|5[1-5]|3[47]|9[0-9]")
_LINK_SIGN = re.compile(r"\.[a-z]|://")
_NOT_DIGIT = re.compile(r"\D")
_NOT_ID = re.compile("[^0-9Xx]")
_SEPARATOR = re.compile("[·•. ]")
_PART = re.compile(r"\S+")
_CONTEXT = 12
_SHORTEST_NUMBER = 7


def find_clues(text: str) -> list[Clue]:
    """Find the clues of one narrative.

    Args:
        text: a narrative; empty text has none.

    Returns:
        Clues by start; spans of numbers do not overlap, except that an account which is a mobile number
        is listed both as the account and as the mobile number.
    """
    folded = text.replace("：", ":").replace("（", "(").replace("）", ")")
    if _WIDE.search(folded):
        folded = folded.translate(_FOLD)
    clues: list[Clue] = []
    for start, end, name in find_apps(folded):
        clues.append(Clue("app", start, end, name))
    for kind, start, end, value in find_accounts(folded):
        clues.append(Clue(kind, start, end, value))
    if _LINK_SIGN.search(folded):
        clues.extend(Clue("url", start, end, value) for start, end, value in find_urls(folded))
    clues.extend(_numbers(folded))
    clues.extend(_plates(folded))
    for start, end, fen in find_amounts(folded):
        clues.append(Clue("money", start, end, str(fen), None, fen))
    clues.sort(key=lambda clue: (clue.start, clue.end, clue.kind))
    return clues


def _plates(text: str) -> Iterator[Clue]:
    for match in _PLATE.finditer(text):
        value = _SEPARATOR.sub("", match[0]).upper()
        before = text[max(0, match.start() - _CONTEXT) : match.start()]
        if any(character.isdigit() for character in value[2:]) or "牌" in before:
            yield Clue("plate", match.start(), match.end(), value)


def _numbers(text: str) -> Iterator[Clue]:
    for match in _TOKEN.finditer(text):
        if match.end() - match.start() < _SHORTEST_NUMBER:
            continue
        clue = _number(text, match[0], match.start())
        if clue:
            yield clue
        elif " " in match[0]:
            # Two numbers with a blank between look like one number broken by a blank.
            for part in _PART.finditer(match[0]):
                if len(part[0]) >= _SHORTEST_NUMBER:
                    clue = _number(text, part[0], match.start() + part.start())
                    if clue:
                        yield clue
    if "95" in text:
        for match in _SERVICE.finditer(text):
            if _NAMED_PHONE.search(_before(text, match.start())):
                yield _telephone_clue("landline", text, match.start(), match.end(), match[0])


def _before(text: str, start: int) -> str:
    return text[max(0, start - _CONTEXT) : start]


def _number(text: str, token: str, start: int) -> Clue | None:
    before = _before(text, start)
    if _OTHER_NUMBER.search(before):
        return None
    digits = token if token.isdigit() else _NOT_ID.sub("", token).upper()
    end = start + len(token)
    return _long_number(digits, start, end, before) or _telephone(text, token, start, before)


def _long_number(digits: str, start: int, end: int, before: str) -> Clue | None:
    length = len(digits)
    if length < 15:
        return None
    if length in (15, 18) and has_plausible_birth(digits) and (length == 18 or digits.isdigit()):
        valid = is_valid_id(digits)
        named = bool(_NAMED_ID.search(before))
        if named or (valid and length == 18):
            return Clue("id_card", start, end, widen_id(digits), valid if length == 18 else None)
    if length in (15, 18) and _NAMED_ID.search(before):
        return Clue("id_card", start, end, digits, False)
    if length <= 19 and digits.isdigit() and _CARD_START.match(digits):
        valid, named = is_valid_luhn(digits), bool(_NAMED_CARD.search(before))
        if named or (valid and length >= 16 and digits[:1] != "9"):
            return Clue("bank_card", start, end, digits, valid)
    return None


def _telephone(text: str, token: str, start: int, before: str) -> Clue | None:
    end = start + len(token)
    if match := _MOBILE.fullmatch(token):
        return _telephone_clue("mobile", text, start + match.start(1), end, match[1])
    if match := _LANDLINE.fullmatch(token):
        opening = start - (before.endswith("(") and ")" in token)
        number = match[1] + match[2]
        return _telephone_clue("landline", text, opening, end, number, match[3])
    if _TOLL_FREE.fullmatch(token) and (not token.isdigit() or _NAMED_PHONE.search(before)):
        return _telephone_clue("landline", text, start, end, token)
    match = _LOCAL.fullmatch(token)
    if match and not _DATE.fullmatch(match[1]) and _NAMED_LOCAL.search(before):
        return _telephone_clue("landline", text, start, end, match[1], match[2])
    return None


def _telephone_clue(
    kind: str, text: str, start: int, end: int, number: str, extension: str | None = None
) -> Clue:
    match = None if extension else _EXTENSION.match(text, end)
    if match:
        end, extension = match.end(), match[1]
    return Clue(
        kind, start, end, number if number.isdigit() else _NOT_DIGIT.sub("", number), extension=extension
    )
