"""Local services: pages, scheduling pages, daemon, and for the demo the simulated source systems.

Belongs here: processes, ports, health, stopping. Does not belong here: pages (``dashboards``).
"""
