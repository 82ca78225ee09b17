"""Kept until open branches are in: completeness moved to jingcang.statistics."""

from jingcang.statistics.completeness import *  # noqa: F403
