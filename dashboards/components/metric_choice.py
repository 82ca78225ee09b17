"""口径: which of a metric's real definitions a page shows, kept in the address, and its words for foot and exports.

Belongs here: choosing and wording. Does not belong here: the definitions (``data_contracts/metrics``) and the numbers
(``jingcang.access.metrics``).
"""

from __future__ import annotations

from dashboards.components import choices
from dashboards.context import Context
from jingcang.access.metrics import wording
from jingcang.contracts import Metric, load_metrics
from jingcang.contracts.metrics import alternatives
from jingcang.statistics.periods import Period

PARAM = "metric"


def choose_definition(default: str) -> Metric:
    """Let the reader choose among a metric's definitions; the default one where the address names none.

    Args:
        default: code of the default definition.
    """
    metrics = load_metrics()
    offered = {metric.metric_code: metric for metric in alternatives(metrics[default], metrics)}
    code = choices.choose("口径", list(offered), param=PARAM, words=lambda code: offered[code].title_zh)
    return offered[code]


def tell_definition(context: Context, metric: Metric, period: Period) -> None:
    """Write the definition in force over a period into the foot and the exports."""
    versions = "、".join(version.version for version in metric.versions_between(period.start, period.end))
    said = f"{metric.name_zh}＝{wording(metric, period.start, period.end)}，第 {versions} 版"
    context.definition = said
    is_incidents = metric.mart == "rpt_incident_counts"
    context.foot["口径"] = f"{said}；地区按接警登记" if is_incidents else said
