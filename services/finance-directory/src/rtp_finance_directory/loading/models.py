"""What is kept of the load of a file, whatever is in it: each kind of file has tables of its own with these columns."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column


class LoadColumns:
    """A file that was loaded, or of which a part was: how far it got, and what became of its items."""

    digest: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of what is in the file and of how it is read: by it a load goes on where it stopped."""
    source: Mapped[str]
    """The file's name, or its address without what might be secret."""
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    items: Mapped[int] = mapped_column(BigInteger, default=0)
    """How much of the file is dealt with: items, and places that could not be read."""
    counts: Mapped[dict[str, Any]]
    """What became of the items."""
    broken_rules: Mapped[dict[str, Any]]
    """How often each rule was broken: all of them, also where not all problems are kept."""
    left_out: Mapped[dict[str, Any]]
    """Fields that were not kept, and how often."""


class ProblemColumns:
    """What was wrong with an item of a file. The first thousand of a file are kept."""

    digest: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    row_number: Mapped[int] = mapped_column(BigInteger)
    field: Mapped[str]
    rule: Mapped[str]
    wrong: Mapped[str]
    right: Mapped[str]
