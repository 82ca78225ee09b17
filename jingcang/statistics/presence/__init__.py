"""From GPS points to patrol minutes: the reference calculation.

Belongs here: METHODS section 4 (GPS to minutes, visits) in plain numpy on a frame that fits in memory; it is the
independent witness of the dbt models from ``int_patrol_gaps`` to ``fct_patrol_visits``, and serves single
days and tests. Does not belong here: the production path (SQL), conversion of GCJ-02 (``landing.coordinates``:
points come in CGCS2000), dosage against need (``places``).
"""

from .merging import observed_share, visit_summary, visits
from .minutes import Presence, patrol_presence

__all__ = ["Presence", "observed_share", "patrol_presence", "visit_summary", "visits"]
