"""Which grants are meant: the conditions of lists, facets and statistics alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select

from rtp_finance_directory.grants.models import Grant


@dataclass(frozen=True)
class Filters:
    """Which grants are meant; None and empty do not narrow."""

    text: str | None = None
    funder: str | None = None
    recipient: str | None = None
    recipient_schemes: Sequence[str] = ()
    regions: Sequence[str] = ()
    currency: str | None = None
    least_pence: int | None = None
    most_pence: int | None = None
    awarded_from: date | None = None
    awarded_until: date | None = None

    def build(self) -> list[ColumnElement[bool]]:
        """Build the conditions."""
        found: list[ColumnElement[bool]] = []
        if self.text is not None:
            found.append(Grant.search.bool_op("@@")(parse_words(self.text)))
        if self.recipient_schemes:
            found.append(Grant.recipient_scheme.in_(self.recipient_schemes))
        if self.regions:
            found.append(Grant.regions.overlap(list(self.regions)))
        for column, value in (
            (Grant.funder_id, self.funder),
            (Grant.recipient_id, self.recipient),
            (Grant.currency, self.currency),
        ):
            if value is not None:
                found.append(column == value)
        return found + self._build_ranges()

    def _build_ranges(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.least_pence is not None:
            found.append(Grant.amount_pence >= self.least_pence)
        if self.most_pence is not None:
            found.append(Grant.amount_pence <= self.most_pence)
        if self.awarded_from is not None:
            found.append(Grant.awarded_on >= self.awarded_from)
        if self.awarded_until is not None:
            found.append(Grant.awarded_on <= self.awarded_until)
        return found


def parse_words(text: str | None) -> ColumnElement[Any]:
    """Return the words as PostgreSQL searches them: also "in quotation marks", or, and -not."""
    return func.websearch_to_tsquery(literal_column("'english'"), text)


def select_newest(filters: Filters, most: int, *columns: Any) -> Select[Any]:
    return select(*columns).where(*filters.build()).order_by(Grant.awarded_on.desc(), Grant.id.desc()).limit(most)
