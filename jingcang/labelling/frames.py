"""Derived batches of labels and clues: frames in, frames out.

Belongs here: the shape of ``derived.case_labels`` and ``derived.case_clues``, keyed and masked values.
Does not belong here: matching (``rules``, ``clues``), files and batches (``orchestration``).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import polars as pl

from jingcang.errors import JingcangError

from .clues import Clue, find_clues
from .labeller import Labeller
from .rule_table import Rule, applied

LABEL_SCHEMA: dict[str, pl.DataType] = {
    "case_id": pl.String(), "label_code": pl.String(), "label_group": pl.String(), "source": pl.String(),
    "rule_id": pl.String(), "rule_version": pl.String(), "evidence_from": pl.Int64(),
    "evidence_to": pl.Int64(), "confidence_pct": pl.Int64(), "review_state": pl.String(),
}  # fmt: skip
CLUE_SCHEMA: dict[str, pl.DataType] = {
    "case_id": pl.String(), "clue_kind": pl.String(), "evidence_from": pl.Int64(),
    "evidence_to": pl.Int64(), "value_key": pl.String(), "value_masked": pl.String(),
    "is_checksum_valid": pl.Boolean(), "amount_fen": pl.Int64(),
}  # fmt: skip


def definition_hash(*paths: Path) -> str:
    """Return the first 16 hex digits of the sha256 over the given files, in the given order."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
        digest.update(b"\x00")
    return digest.hexdigest()[:16]


_HERE = Path(__file__).parent
MATCHER_VERSION = definition_hash(*(_HERE / f"{name}.py" for name in ("labeller", "rule_table", "frames")))
"""Digest of how rules are applied."""
CLUES_VERSION = definition_hash(
    *(_HERE / f"{name}.py" for name in ("clues", "accounts", "amounts", "checksums", "frames"))
)


def labels_version(rules: Iterable[Rule]) -> str:
    """Return what labels depend on besides the narratives: the matcher's digest and that of the rules applied."""
    used = sorted((asdict(rule) for rule in applied(rules)), key=lambda rule: rule["rule_id"])
    digest = hashlib.sha256(json.dumps(used, ensure_ascii=False, sort_keys=True).encode())
    return f"{MATCHER_VERSION}_{digest.hexdigest()[:16]}"


def label_cases(frame: pl.DataFrame, labeller: Labeller | None = None) -> pl.DataFrame:
    """Label narratives.

    Args:
        frame: columns ``case_id`` (text), ``narrative_text`` (text, may be null); others are ignored.
        labeller: the rules to apply; those of ``rules/`` by default.

    Returns:
        ``derived.case_labels``: one row a case × label, columns of :data:`LABEL_SCHEMA`; offsets are
        half-open characters of ``narrative_text``; ``source`` is ``rule``, ``review_state`` ``unreviewed``.
        In the order of case, label and place.
    """
    labeller = labeller or Labeller()
    rows = [
        (case_id, item.label_code, item.label_group, "rule", item.rule_id, item.rule_version,
         item.start, item.end, item.confidence_pct, "unreviewed")
        for case_id, text in frame.select("case_id", "narrative_text").iter_rows()
        if text
        for item in labeller.label(text)
    ]  # fmt: skip
    return in_label_order(pl.DataFrame(rows, schema=LABEL_SCHEMA, orient="row"))


def in_label_order(labels: pl.DataFrame) -> pl.DataFrame:
    """Return rows of ``derived.case_labels`` in the one order they are kept in."""
    return labels.sort("case_id", "label_code", "evidence_from", "evidence_to")


def extract_clues(frame: pl.DataFrame, key: bytes | str) -> pl.DataFrame:
    """Extract clues from narratives.

    Args:
        frame: columns ``case_id`` (text), ``narrative_text`` (text, may be null); others are ignored.
        key: the pseudonym key (``JINGCANG_PSEUDONYM_KEY``); never stored.

    Returns:
        ``derived.case_clues``: one row a clue occurrence, columns of :data:`CLUE_SCHEMA`. ``value_key`` is
        the keyed pseudonym of the normalised value and null for money, which link nothing. A mobile
        number has the same key whether it is given as a phone number or as an account.

    Raises:
        JingcangError: the key is empty.
    """
    secret = key.encode() if isinstance(key, str) else key
    if not secret:
        raise JingcangError(
            "没有假名密钥，不能生成线索键", remedy="请设置环境变量 JINGCANG_PSEUDONYM_KEY 后重新运行"
        )
    rows = [
        (case_id, clue.kind, clue.start, clue.end, value_key(clue, secret), mask(clue),
         clue.is_checksum_valid, clue.amount_fen)
        for case_id, text in frame.select("case_id", "narrative_text").iter_rows()
        if text
        for clue in find_clues(text)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=CLUE_SCHEMA, orient="row")


def value_key(clue: Clue, secret: bytes) -> str | None:
    """Return the HMAC-SHA256 (hex) of purpose, kind of value and value; None for money.

    Source: METHODS.md section 10 (keyed pseudonym by purpose; a plain hash of an ID can be reversed).
    """
    if clue.kind == "money":
        return None
    is_mobile_account = clue.kind in ("wechat", "alipay") and clue.value.isdigit()
    kind = "mobile" if is_mobile_account else clue.kind
    return hmac.digest(secret, f"clue\x1f{kind}\x1f{clue.value}".encode(), "sha256").hex()


VISIBLE = {
    "mobile": (3, 4), "landline": (4, 2), "id_card": (6, 0), "bank_card": (4, 4), "plate": (2, 2),
    "qq": (2, 2), "wechat": (2, 2), "alipay": (2, 2),
}  # fmt: skip
"""Kind of clue → characters at its beginning and end that a reader may see."""


def mask(clue: Clue) -> str:
    """Return what a reader may see of a clue: money, a link and an app whole, the ends of anything else."""
    if clue.kind == "money":
        return f"{(clue.amount_fen or 0) / 100:.2f} 元"
    if clue.kind in ("url", "app"):
        return clue.value.split("?")[0]
    head, tail = VISIBLE[clue.kind]
    hidden = max(len(clue.value) - head - tail, 1)
    return clue.value[:head] + "*" * hidden + (clue.value[-tail:] if tail else "")
