"""Names under which rows are read: row-level security compares them with the readers of each row."""

from uuid import UUID

SYSTEM = ("system",)
"""Readers of a worker: every row names `system` among those who may see it."""


def organisation_reader(organisation: UUID) -> str:
    return f"org:{organisation}"
