"""The domain library of 警仓 Jingcang: pure Python.

Belongs here: contracts, landing, labelling, addresses, statistics, the workbench store, access,
reports, and the simulated source systems.
Does not belong here: Dagster, dbt or Streamlit code (``orchestration``, ``dbt_project``, ``dashboards``);
a test holds this rule.
"""

__version__ = "0.1.0"
