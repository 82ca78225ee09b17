"""Stage "evaluate": the result of every evaluation of patrols, landed as run history where it differs.

Belongs here: reading the build database and landing. Does not belong here: how a result is reckoned
(``jingcang.evaluations``).
"""
