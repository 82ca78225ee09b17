"""Panels of counts with a planted effect, for tests of ``panel_effect``.

Belongs here: drawing a panel. Does not belong here: what must hold of the answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

NAMES: dict[str, Any] = {"unit": "格", "time": "周", "outcome": "警情", "treated": "干预"}


def panel(
    source: np.random.Generator,
    *,
    units: int = 30,
    periods: int = 16,
    treated_units: int = 12,
    start: int = 9,
    effect: float = -0.3,
    kept: float = 1.0,
    slope: float = 0.0,
) -> pd.DataFrame:
    """Return counts with unit and period effects, a planted effect and, if asked for, an own slope before."""
    unit, period = np.divmod(np.arange(units * periods), periods)
    is_treated_unit = unit < treated_units
    treated = (is_treated_unit & (period >= start)).astype(int)
    log_rate = source.normal(1.5, 0.5, units)[unit] + source.normal(0, 0.2, periods)[period]
    counts = source.poisson(np.exp(log_rate + effect * treated + slope * period * is_treated_unit))
    frame = pd.DataFrame(
        {
            "格": unit,
            "周": period,
            "警情": counts,
            "干预": treated,
            "片": [f"片{value // 2}" for value in unit],
        }
    )
    return frame[source.random(len(frame)) < kept].sample(frac=1, random_state=1)
