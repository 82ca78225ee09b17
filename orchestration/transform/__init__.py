"""Stage "transform": the private build database and the one dbt invocation that fills it.

Belongs here: views over the landed files, control tables, whether a full refresh is needed, running dbt in
this process. Does not belong here: any business rule (``dbt_project``).
"""
