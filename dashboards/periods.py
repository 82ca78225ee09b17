"""Kept until open branches are in: periods moved to jingcang.statistics."""

from jingcang.statistics.periods import *  # noqa: F403
