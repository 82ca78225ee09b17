"""Narratives with identities covered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from jingcang.labelling.redaction import COVER, cover
from jingcang.sample import narratives, people

FACTS = narratives.Facts(
    "", "3月2日14时", "城北路12号", "", "", "13800001939", "6222021234567890128", "11010519491231002X", "1200.50",
)  # fmt: skip
FAMILIES = ("burglary", "vehicle", "pocket", "shop", "fraud", "assault", "gambling", "damage", "other")


def test_places_stay_and_clues_and_names_go() -> None:
    text = "报案人胡磊敏（联系电话13800001939，身份证号11010519491231002X）报称：与马小娟发生争执，嫌疑人撬门破锁进入。"
    shown = cover(text)
    assert len(shown) == len(text)
    assert shown.startswith("报案人胡＊＊（联系电话138＊＊＊＊1939，身份证号110105")
    assert "231002X" not in shown
    assert "与马＊＊发生" in shown
    assert shown.endswith("嫌疑人撬门破锁进入。")


def test_known_names_go_everywhere_and_evidence_stays() -> None:
    text = "钱某丙称钱某丙的手机被盗，嫌疑人张开门入室。"
    assert cover(text, names=["钱某丙"]).count("钱＊＊") == 2
    place = text.index("开门")
    assert "开门" in cover(text, keep=[(place, place + 2)])


def test_money_and_addresses_are_no_identity() -> None:
    text = "其停放在城北路12号的电动自行车不见了，购买价格3450.44元。"
    assert cover(text) == text


def test_no_name_of_the_sample_is_left() -> None:
    rng = np.random.default_rng(20260630)
    names = people.names(900, rng)
    left = 0
    for number, family in enumerate(FAMILIES * 50):
        who, other = str(names[2 * number]), str(names[2 * number + 1])
        text, _ = narratives.write(replace(FACTS, family=family, who=who, other=other), rng)
        shown = cover(text)
        assert len(shown) == len(text)
        assert FACTS.phone not in shown
        assert FACTS.card not in shown
        left += (who in shown) + (other in shown)
    assert left <= 0.01 * len(names), left
    assert COVER in cover("联系电话13800001939")
