"""Kept until open branches are in: verdicts moved to jingcang.statistics."""

from jingcang.statistics.verdicts import *  # noqa: F403
