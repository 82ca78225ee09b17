"""Evaluations of patrols: from what a leader stated to counts, dosage, checks of the design and a verdict in words.

Belongs here: filling in what the roster and the calendar tell (``resolving``), sums (``counting``), dosage
(``dosage``), the result (``result``). Does not belong here: the statistics (``jingcang.statistics``), what is stated
(``jingcang.contracts.evaluations``), keeping and publishing it (``jingcang.workbench``, ``jingcang.access``), reading
the build database and landing results (``orchestration.evaluate``).
"""

from jingcang.evaluations.counting import Counts
from jingcang.evaluations.dosage import Dosage, dosage
from jingcang.evaluations.resolving import Resolved, resolve
from jingcang.evaluations.result import VERDICTS, Result, evaluate

__all__ = ["VERDICTS", "Counts", "Dosage", "Resolved", "Result", "dosage", "evaluate", "resolve"]
