"""Near repeats on the simulated town of full size: the planted one is found, classes of chance are not called one."""

from __future__ import annotations

import numpy as np
import polars as pl

from jingcang.alerts import near_repeats
from jingcang.sample import incidents, people
from jingcang.sample import world as w

CLASSES = ("100100.01", "100100.03", "100100.04", "200500")


def test_burglaries_come_again_nearby_and_the_rest_is_chance() -> None:
    world = w.build(1, w.SIZES["full"])
    effects = incidents.plan(world)
    events = incidents.draw(world, effects, people.addresses(world)[1])
    codes = pl.Series([kind.code for kind in incidents.CLASSES])[events.klass]
    drawn = pl.DataFrame(
        {
            "unit_no": [f"S{beat // 6}" for beat in events.recorded],
            "code": codes,
            "event_date": (events.second // 86_400).astype(np.int32),
            "longitude": events.point[:, 0],
            "latitude": events.point[:, 1],
        }
    ).with_columns(pl.col("event_date").cast(pl.Date))
    year = drawn.filter(pl.col("event_date") > w.LAST_DAY - 365 * w.dt.timedelta(1))
    chosen = pl.concat(
        [
            year.filter((pl.col("code") == code) | pl.col("code").str.starts_with(f"{code}.")).with_columns(
                class_code=pl.lit(code), class_label=pl.lit(code)
            )
            for code in CLASSES
        ]
    )
    found = [item for item in near_repeats(chosen, "B") if item.is_nearest]
    burglary = [item for item in found if item.class_code == "100100.01"]
    assert {item.scope.unit_no for item in burglary} == {"B", *(f"S{number}" for number in range(6))}
    assert all(item.ratio >= 3 and item.q_value <= 0.05 for item in burglary), burglary
    chance = [item for item in found if item.class_code != "100100.01"]
    assert len(chance) >= 20
    assert sum(item.ratio >= 1.2 and item.q_value <= 0.05 for item in chance) <= 1
