"""Imported by the process that commands are forked from (``forked``); importing it is all that is done with it."""

from orchestration.preloading import preload

preload()
