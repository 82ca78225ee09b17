"""Stage "check": every check of a run gathered, landed as run history, and judged.

Belongs here: from results to outcomes, whether publishing may go on. Does not belong here: the checks
themselves (contracts, dbt tests, ``data_contracts/quality_rules.csv``).
"""
