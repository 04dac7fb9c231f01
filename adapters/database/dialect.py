"""Which of the two databases is spoken to, for the few things that each calls by another name."""

from __future__ import annotations

from tortoise.context import require_context


def is_postgresql() -> bool:
    """Whether the database of the session in which this is asked is on a PostgreSQL server."""
    return require_context().db().capabilities.dialect == "postgres"
