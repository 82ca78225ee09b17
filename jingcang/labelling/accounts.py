"""Names of accounts, links and apps in a narrative: QQ, 微信, 支付宝, URL, app.

Belongs here: patterns over text whose full-width letters are folded already. Does not belong here: numbers
with a check digit, telephones (``clues``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_IS = r"(?:为|是|系|:|\s){0,3}"
_ACCOUNT = re.compile(
    rf"(?P<qq>(?:[Qq][Qq]|扣扣)(?:群|号码|账号|帐号|号)?{_IS})(?P<qq_value>[1-9]\d{{4,10}})(?![\d元])"
    rf"|(?P<wechat>(?:微信|[Ww]e[Cc]hat|VX|vx|WX)(?:号码|账号|帐号|号|ID|id)?{_IS})"
    r"(?P<wechat_value>[A-Za-z][A-Za-z0-9_-]{5,19}|1[3-9]\d{9})(?![0-9A-Za-z_*-])"
    rf"|(?P<alipay>支付宝(?:账号|帐号|账户|帐户|号)?{_IS})"
    r"(?P<alipay_value>[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|1[3-9]\d{9})(?![0-9A-Za-z])"
)
_MARK = re.compile("微信|支付宝|扣扣|[Qq][Qq]|VX|vx|WX|[Ww]e[Cc]hat")
_URL = re.compile(
    r"(?:https?://[A-Za-z0-9./?=&%_:#~+@-]+"
    r"|(?<![A-Za-z0-9@.-])(?:[A-Za-z0-9-]+\.)+(?:com|cn|net|org|top|xyz|vip|cc|app|info|club|site|shop|online)"
    r"(?![A-Za-z0-9])(?:/[A-Za-z0-9./?=&%_:#~+-]*)?)"
)
_NAME = r"[A-Za-z0-9\u4e00-\u9fff·]{1,15}"
_OPEN, _CLOSE = '[“‘"《「『【]', '[”’"》」』】]'
_APP = r"(?:[Aa][Pp][Pp]|软件|小程序|应用程序|手机应用)"
# The name of an app is taken only where the text sets it off: in quotation marks, after 名为, or in Latin
# letters right before the word; 该软件, 某APP and 手机软件 name nothing.
_APP_NAME = re.compile(
    rf"{_OPEN}({_NAME})(?:[Aa][Pp][Pp])?{_CLOSE}(?:的|手机|这款|这个){{0,2}}{_APP}"
    rf"|{_APP}(?:名称|名)?(?:名为|名叫|叫做|为|是|叫|:)?{_OPEN}({_NAME}){_CLOSE}"
    rf"|(?:名为|名叫|叫做|名称为)([A-Za-z0-9\u4e00-\u9fff·]{{2,12}}?)的?(?:手机|理财|投资|聊天|贷款)?{_APP}"
    r"|(?<![A-Za-z0-9./@-])([A-Za-z][A-Za-z0-9]{2,15}) ?(?:[Aa][Pp][Pp]|软件|小程序)(?![A-Za-z])"
    rf"|{_OPEN}([A-Za-z0-9\u4e00-\u9fff·]{{1,14}})[Aa][Pp][Pp]{_CLOSE}"
)
_APP_WORD = re.compile("软件|程序|手机应用|[Aa][Pp][Pp]")
# An app that everybody has leads to nobody.
_EVERYDAY = frozenset((
    "微信", "支付宝", "qq", "淘宝", "京东", "抖音", "快手", "美团", "拼多多", "钉钉", "手机银行", "闲鱼",
    "陌陌", "云闪付", "滴滴", "国家反诈中心", "交管12306", "12306", "手机", "app", "wps", "word", "excel", "office",
))  # fmt: skip


def find_accounts(text: str) -> Iterator[tuple[str, int, int, str]]:
    """Find accounts that the words before them name.

    Args:
        text: full-width letters and digits folded.

    Yields:
        Kind (``qq``, ``wechat``, ``alipay``), start and end of the value, value (addresses in lower case).
    """
    if not _MARK.search(text):
        return
    for match in _ACCOUNT.finditer(text):
        group = match.lastgroup or ""
        value = match[group]
        yield (
            group.removesuffix("_value"), match.start(group), match.end(group),
            value.lower() if "@" in value else value,
        )  # fmt: skip


def find_urls(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and lower-case value of links and of host names with a common ending."""
    for match in _URL.finditer(text):
        yield match.start(), match.end(), match[0].lower()


def find_apps(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and lower-case name of apps that the text names, everyday ones left out."""
    if not _APP_WORD.search(text):
        return
    for match in _APP_NAME.finditer(text):
        group = match.lastindex or 0
        name = match[group].lower().removesuffix("app")
        if name and name not in _EVERYDAY:
            yield match.start(group), match.start(group) + len(name), name
