"""Landing: from source systems to immutable, typed, accounted batches.

Belongs here: extraction, named transforms, the contract split, batches and their manifests, books and
reconciliation, the views dbt reads. Does not belong here: what contracts say (``jingcang.contracts``), any
reading of the warehouse, any orchestration.
"""

from jingcang.landing.decided_mappings import land_code_mappings
from jingcang.landing.decisions import (
    ALERT_DECISIONS,
    ALIASES,
    ARCHIVE_RECODINGS,
    ARCHIVE_SEARCHES,
    CORRECTION_TICKETS,
    EVALUATION_PUBLICATIONS,
    EVALUATIONS,
    FIXES,
    KPI_APPEALS,
    LABEL_RULES,
    LABEL_SAMPLES,
    LABEL_STRATA,
    LABEL_VERDICTS,
    MEETING_DECISIONS,
    OPERATIONS,
    REPLAY_REQUESTS,
    WAIVERS,
    land_decisions,
    land_issue_decisions,
    landed_decisions,
    waivable,
)
from jingcang.landing.duckdb_extensions import connect, install
from jingcang.landing.history import (
    land_history,
    land_mapping_seeds,
    land_quality_results,
    landed_history,
    lost_history,
)
from jingcang.landing.in_force import table_log, touches
from jingcang.landing.job import ALL, Again, LandingResult
from jingcang.landing.land import land_table
from jingcang.landing.manifests import Cut, Manifest, current_cut, manifests
from jingcang.landing.own_codes import land_own_codes
from jingcang.landing.reconcile import books, reconcile
from jingcang.landing.reconcile_rows import Difference, compare_rows
from jingcang.landing.recover import isolate_damaged, sweep
from jingcang.landing.views import SOURCE_KEY, create_landed_views, rows_in_force

__all__ = [
    "ALERT_DECISIONS",
    "ALIASES",
    "ALL",
    "ARCHIVE_RECODINGS", "ARCHIVE_SEARCHES",
    "CORRECTION_TICKETS",
    "EVALUATIONS",
    "EVALUATION_PUBLICATIONS",
    "FIXES",
    "KPI_APPEALS",
    "LABEL_RULES",
    "LABEL_SAMPLES",
    "LABEL_STRATA",
    "LABEL_VERDICTS",
    "MEETING_DECISIONS",
    "OPERATIONS",
    "REPLAY_REQUESTS",
    "SOURCE_KEY",
    "WAIVERS",
    "Again",
    "Cut",
    "Difference",
    "LandingResult",
    "Manifest",
    "books",
    "compare_rows",
    "connect",
    "create_landed_views",
    "current_cut",
    "install",
    "isolate_damaged",
    "land_code_mappings",
    "land_decisions",
    "land_history",
    "land_issue_decisions",
    "land_mapping_seeds",
    "land_own_codes",
    "land_quality_results",
    "land_table",
    "landed_decisions",
    "landed_history",
    "lost_history",
    "manifests",
    "reconcile",
    "rows_in_force",
    "sweep",
    "table_log",
    "touches",
    "waivable",
]  # fmt: skip
