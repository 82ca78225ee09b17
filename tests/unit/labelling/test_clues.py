"""Clues: spans, values, check digits, hard negatives."""

import os
from pathlib import Path

import polars as pl
import pytest

from jingcang.errors import JingcangError
from jingcang.labelling import CLUES_VERSION, extract_clues, find_clues, is_valid_id, is_valid_luhn
from jingcang.labelling.amounts import AMOUNT, amount_in_fen
from jingcang.labelling.checksums import id_check_character, widen_id
from tests.evaluation.clues import evaluate

ROOT = Path(__file__).parents[3]
REAL_DATA = Path(os.environ.get("JINGCANG_REAL_DATA", ROOT.parent / "shared" / "data"))
LEAST = 0.995
VALID_ID = "11010519491231002" + id_check_character("11010519491231002")
VALID_CARD = "6222021234567890128"


def _values(text: str) -> list[tuple[str, str, str]]:
    return [(clue.kind, text[clue.start : clue.end], clue.value) for clue in find_clues(text)]


def test_the_example_of_the_standard_is_valid() -> None:
    # GB 11643-1999 gives 11010519491231002X as its example.
    assert VALID_ID == "11010519491231002X"
    assert is_valid_id("11010519491231002x")
    assert not is_valid_id("110105194912310021")
    assert not is_valid_id("11010519490231002X")  # 31 February
    assert not is_valid_id("99010519491231002X")  # no such province
    assert widen_id("110105491231002") == "11010519491231002X"


def test_luhn() -> None:
    assert is_valid_luhn("4539578763621486")
    assert not is_valid_luhn("4539578763621487")
    assert not is_valid_luhn("45395787636２1486")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话13800001939，", [("mobile", "13800001939", "13800001939")]),
        ("电话138 0000 1939。", [("mobile", "138 0000 1939", "13800001939")]),
        ("电话+86 13800001939", [("mobile", "13800001939", "13800001939")]),
        ("电话１３８００００１９３９。", [("mobile", "１３８００００１９３９", "13800001939")]),
        ("座机0571-50008888转201", [("landline", "0571-50008888转201", "057150008888")]),
        ("座机0571-50008888-201。", [("landline", "0571-50008888-201", "057150008888")]),
        ("座机号码：50008888，", [("landline", "50008888", "50008888")]),
        ("客服４００－８２０－８８２０称", [("landline", "４００－８２０－８８２０", "4008208820")]),
        ("拨打4008208820", [("landline", "4008208820", "4008208820")]),
        ("接到95588的短信，电话95588称", [("landline", "95588", "95588")]),
        ("手机13800001939转0012", [("mobile", "13800001939转0012", "13800001939")]),
        ("电话13800001939 13900001939", [
            ("mobile", "13800001939", "13800001939"), ("mobile", "13900001939", "13900001939"),
        ]),
        ("座机(021)50003992", [("landline", "(021)50003992", "02150003992")]),
        ("车牌浙A·12345，", [("plate", "浙A·12345", "浙A12345")]),
        ("新能源车沪AD12345驶离", [("plate", "沪AD12345", "沪AD12345")]),
        ("QQ号123456789添加", [("qq", "123456789", "123456789")]),
        ("微信号：wang_2020a", [("wechat", "wang_2020a", "wang_2020a")]),
        ("支付宝账号abc@163.com收款", [("alipay", "abc@163.com", "abc@163.com")]),
        ("登录https://fake-bank.top/a?x=1输入密码", [("url", "https://fake-bank.top/a?x=1", "https://fake-bank.top/a?x=1")]),
        ("下载abc123.xyz的软件", [("url", "abc123.xyz", "abc123.xyz")]),
        ("下载“聚鑫宝”APP投资", [("app", "聚鑫宝", "聚鑫宝")]),
        ("诱导安装名为云享金服的APP", [("app", "云享金服", "云享金服")]),
        ("安装TeamViewer软件", [("app", "TeamViewer", "teamviewer")]),
        ("损失3000元至5000元", [("money", "3000元至5000元", "300000")]),
        ("订单号202208271341190614。", []),
        ("快递单号13800001939。", []),
        ("合同编号为622202123456789012", []),
        ("记录时间20220815132011", []),
        ("2022-08-15 13:20:11报警", []),
        ("座机20220815", []),
        ("话费95588个积分", []),
        ("下载某APP，用手机APP、支付宝APP付款", []),
        ("该软件名为“", []),
        ("序列号4008208820", []),
        ("价格在1380000至1393900之间", []),
        ("拨打110、12345", []),
        ("手机串号865461113930955。", []),
        ("案件编号A3309002100002020010046。", []),
        ("警情编号33090013101312560946。", []),
        ("车架号LWBTCH208D1045483", []),
        ("2018年7月15日", []),
        ("电话138****1939", []),
        ("浙江省宁波市", []),
    ],
)  # fmt: skip
def test_spans_and_values(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [found for found in _values(text) if found[0] != "alipay" or "@" in found[1]] == expected


def test_identity_numbers_and_cards_carry_their_verdict() -> None:
    text = f"身份证号{VALID_ID}，又报身份证号110105194912310021，卡号{VALID_CARD[:-1]}3。"
    verdicts = [(clue.kind, clue.is_checksum_valid) for clue in find_clues(text)]
    assert verdicts == [
        ("id_card", True),
        ("id_card", False),
        ("bank_card", is_valid_luhn(VALID_CARD[:-1] + "3")),
    ]
    assert [clue.kind for clue in find_clues("号码110105194912310021。")] == []


def test_a_mobile_account_is_both_account_and_phone() -> None:
    assert [clue.kind for clue in find_clues("微信号13800001939")] == ["mobile", "wechat"]


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("89000元", 8_900_000), ("9112.43元", 911_243), ("59.7万元", 59_700_000), ("4万9千元", 4_900_000),
        ("八万九千元", 8_900_000), ("683,608元", 68_360_800), ("300余元", 30_000), ("5元5角", 550),
        ("一百零八元", 10_800), ("三百五元", 35_000), ("三万零五元", 3_000_500), ("伍仟圆", 500_000),
        ("一亿二千万元", 12_000_000_000), ("200块钱", 20_000),
        ("3-5万元", 3_000_000), ("3至5万余元", 3_000_000), ("两三千元", 200_000), ("三四百余元", 30_000),
    ],
)  # fmt: skip
def test_amounts(text: str, fen: int) -> None:
    match = AMOUNT.search(text)
    assert match is not None
    assert match[0] == text
    assert amount_in_fen(match[0]) == fen


@pytest.mark.parametrize(
    "text", ["2单元501室", "数千元", "百元大钞", "5000美元", "盗窃4块电瓶", "10元店", "2019元旦"]
)
def test_what_is_no_amount(text: str) -> None:
    assert [clue for clue in find_clues(text) if clue.kind == "money"] == []


def test_extract_clues_frame() -> None:
    frame = pl.DataFrame(
        {
            "case_id": ["c1", "c2", "c3"],
            "narrative_text": ["电话13800001939，损失300元", "微信号13800001939", None],
        }
    )
    result = extract_clues(frame, "key")
    phones = result.filter(pl.col("clue_kind") == "mobile")
    assert phones["value_key"].n_unique() == 1
    assert phones["value_masked"].unique().to_list() == ["138****1939"]
    assert result.filter(pl.col("clue_kind") == "wechat")["value_key"].item() == phones["value_key"][0]
    amount = result.filter(pl.col("clue_kind") == "money")
    assert amount["amount_fen"].item() == 30_000
    assert amount["value_key"].item() is None
    assert "13800001939" not in str(result.drop("evidence_from").rows())
    other = extract_clues(frame, "another key").filter(pl.col("clue_kind") == "mobile")
    assert other["value_key"][0] != phones["value_key"][0]
    assert extract_clues(frame.head(0), "key").schema == result.schema
    assert len(CLUES_VERSION) == 16
    with pytest.raises(JingcangError, match="JINGCANG_PSEUDONYM_KEY"):
        extract_clues(frame, "")


def test_an_extension_is_told_apart_from_the_number() -> None:
    texts = ("座机0571-50008888转201", "座机0571-50008888-201", "客服400-820-8820分机2", "手机13800001939")
    assert [clue.extension for text in texts for clue in find_clues(text)] == ["201", "201", "2", None]


def test_identifiers_of_the_shared_texts() -> None:
    """600 real narratives with synthetic identifiers appended: span F1 of every kind, recall of money."""
    path = REAL_DATA / "narratives" / "identifiers_dev.jsonl"
    if not path.exists():
        if os.environ.get("JINGCANG_TEST_REQUIRE_ALL") == "1":
            pytest.fail(f"缺少 {path.name}")
        pytest.skip(f"没有 {path.name}：设置 JINGCANG_REAL_DATA 后运行")
    counts = evaluate(path)
    assert {"mobile", "landline", "id_card", "bank_card", "plate", "money"} <= set(counts.kinds)
    for kind in counts.kinds:
        hits, trials = counts.recall(kind)
        assert hits >= LEAST * trials, kind
        assert kind == "money" or counts.f1(kind) >= LEAST, kind
        assert not counts.other_value[kind], kind
