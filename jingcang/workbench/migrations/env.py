"""Alembic environment: runs the migrations on the connection the workbench hands over."""

from __future__ import annotations

from alembic import context

from jingcang.workbench.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
