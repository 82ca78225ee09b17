"""Laws that hold for any text: offsets stay inside it, evidence is where it is said to be."""

import datetime
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from jingcang.labelling import Labeller, find_clues, is_valid_id, is_valid_luhn, load_rules
from jingcang.labelling.checksums import id_check_character

LABELLER = Labeller()
TERMS = [term for rule in load_rules() for term in rule.terms]
PIECES = st.one_of(
    st.text(max_size=6),
    st.sampled_from(TERMS),
    st.sampled_from(
        ["未", "没有", "谎称", "“", "”", "，", "。", "经查系虚构", "方式", "骗", "转账", "盗窃", "车"]
    ),
    st.sampled_from(
        [
            "13800001939",
            "身份证号",
            "卡号",
            "订单号",
            "元",
            "万",
            "０５７１",
            "-",
            "浙A12345",
            "QQ",
            "转",
            "APP",
            "95588",
            "至",
        ]
    ),
    st.integers(0, 10**19).map(str),
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_labels_point_at_a_term_of_their_rule(text: str) -> None:
    rules = {rule.rule_id: rule for rule in load_rules()}
    found = LABELLER.label(text)
    assert len({item.label_code for item in found}) == len(found)
    for item in found:
        assert text[item.start : item.end] in rules[item.rule_id].terms


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_clues_point_at_their_value(text: str) -> None:
    for clue in find_clues(text):
        assert 0 <= clue.start < clue.end <= len(text)
        if clue.kind in ("mobile", "landline", "qq"):
            digits = re.sub(r"\D", "", _narrow(text[clue.start : clue.end]))
            assert digits == clue.value + (clue.extension or "")
        if clue.kind == "money":
            assert clue.amount_fen is not None
            assert clue.amount_fen > 0


def _narrow(text: str) -> str:
    return "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in text)


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2026, 1, 1)), st.integers(0, 999), st.integers(0, 9))
def test_one_wrong_digit_is_always_seen(day: datetime.date, serial: int, place: int) -> None:
    # ISO 7064 MOD 11-2 and Luhn find every single-digit error.
    body = "330203" + f"{day:%Y%m%d}" + f"{serial:03d}"
    number = body + id_check_character(body)
    wrong = body[:place] + str((int(body[place]) + 1) % 10) + body[place + 1 :]
    assert not is_valid_id(wrong + number[17])
    card = "62220212345678" + f"{serial:03d}"
    check = next(digit for digit in "0123456789" if is_valid_luhn(card + digit))
    assert not is_valid_luhn(card[:place] + str((int(card[place]) + 1) % 10) + card[place + 1 :] + check)
