"""Stage "alerts": the weeks that are over judged for unusual counts, and what was found landed as run history.

Belongs here: when weeks are judged. Does not belong here: how (``jingcang.alerts``), and the life of an alert
(``fct_alerts``, the workbench).
"""
