"""研判简报: the weekly briefing as a Word file whose figures can be checked after people edited it.

Belongs here: figures and their recipes, sections and sentences, the file format, reading back and comparing. Does not
belong here: metrics (``jingcang.access.metrics``), statistics, commands and buttons.
"""
