"""Review of labels (标签审核): what is drawn, what the reviewers' verdicts mean, how good a label is.

Belongs here: the weekly stratified sample, the verdicts that stand, the state of a case's label, precision, recall and
agreement from them; pure functions. Does not belong here: keeping samples and verdicts (``jingcang.workbench``),
estimators (``jingcang.statistics``), rights and texts (``jingcang.access``).
"""

from .opinions import LabelReview, label_reviews
from .quality import LabelQuality, label_quality
from .records import UNLABELLED, VERDICTS, SampleItem, Stratum, Verdict, standing
from .sampling import DrawnStratum, definition_version, draw, label_versions

__all__ = [
    "UNLABELLED", "VERDICTS", "DrawnStratum", "LabelQuality", "LabelReview", "SampleItem", "Stratum", "Verdict",
    "definition_version", "draw", "label_quality", "label_reviews", "label_versions", "standing",
]  # fmt: skip
