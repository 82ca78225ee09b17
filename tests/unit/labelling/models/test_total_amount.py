"""Total amounts and events of narratives written for these tests."""

import pytest

from jingcang.labelling import find_clues
from jingcang.labelling.models.events import event_kinds
from jingcang.labelling.models.total_amount import Amount, total_amount


def _total(text: str) -> float | None:
    amounts = [Amount(clue.start, clue.end, clue.amount_fen) for clue in find_clues(text) if clue.amount_fen]
    found = total_amount(text, amounts)
    return found.fen / 100 if found else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("张某盗走手机一部，经鉴定价值1200元。", 1200),
        ("张某盗走手机一部（价值1200元）及现金300元。", 1500),
        ("盗走手机一部价值1200元、手表一块价值800元，共计2000元。", 2000),
        ("盗走现金300元、烟酒若干。经鉴定，被盗烟酒共计价值900元。", 1200),
        ("先后两次盗窃，共计价值500元。具体事实如下：1、盗走现金200元。2、盗走现金300元。", 500),
        ("两次盗窃财物共计价值500元。第一次盗走现金200元。第二次盗走现金300元。", 500),
        ("盗走电动车一辆，经鉴定价值2500元，后以600元的价格卖给他人。", 2500),
        ("盗走电动车一辆，销赃得款600元，经鉴定价值2500元。", 2500),
        ("骗取李某人民币3万元。案发后，退赔李某人民币1万元，取得谅解。", 30000),
        ("盗走现金800元。上述事实，有被害人陈述、扣押现金500元的清单等证据证实。", 800),
        ("检察院指控，盗走现金900元。经审理查明，盗走现金700元。", 700),
        ("盗走现金800元，曾因盗窃被判处罚金5000元。", 800),
        ("所盗电线销赃得款260元。", 260),
        ("盗走玉坠、玉牌各1块及现金50元。", 50),
        ("双方因琐事争吵。", None),
        ("", None),
    ],
)
def test_total_amount(text: str, expected: float | None) -> None:
    assert _total(text) == expected


def test_a_total_names_its_parts() -> None:
    text = "盗走手机一部价值1200元及现金300元。"
    amounts = [Amount(clue.start, clue.end, clue.amount_fen) for clue in find_clues(text) if clue.amount_fen]
    found = total_amount(text, amounts)
    assert found is not None
    assert [text[part.start : part.end] for part in found.parts] == ["1200元", "300元"]
    assert not found.is_stated


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("民警将其抓获并当场查获假证三本", {"拘捕", "搜查/扣押", "伪造"}),
        ("张某谎称能办户口，李某遂支付2万元", {"欺骗", "支付/给付"}),
        ("张某一直未支付工资", set()),
        ("张某用支付宝", set()),
        ("经鉴定，王某构成轻伤一级", {"鉴定", "受伤"}),
        ("张某拨打电话联系上家", {"联络"}),
        ("", set()),
    ],
)
def test_events(text: str, expected: set[str]) -> None:
    assert event_kinds(text) == expected
