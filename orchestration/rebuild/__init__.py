"""Rebuilding what was published: the program kept with every publication, and KPI records made again with it.

Belongs here: keeping and unpacking the program (``code``), building again from pinned batches (``records``), having it
done in a process of its own (``process``). Does not belong here: what is frozen and compared
(``jingcang.access.kpi_periods``, ``jingcang.kpis.records``).
"""
