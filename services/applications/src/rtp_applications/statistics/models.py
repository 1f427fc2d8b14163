"""The table of published statistics."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model


class StatisticsRelease(Model):
    """The figures of a month or a year, as they were published: counted once, and never again."""

    __tablename__ = "statistics_releases"

    period: Mapped[str] = mapped_column(primary_key=True)
    """`2026-11` or `2026`."""
    counted_at: Mapped[datetime]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """`MonthFigures` or `YearFigures`: the form in which it is shown."""
