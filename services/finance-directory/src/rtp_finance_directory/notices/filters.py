"""Which notices are meant: the conditions of the lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, exists, func, or_

from rtp_finance_directory.notices.models import Notice, NoticeContract
from rtp_finance_directory.notices.vocabulary import NoticeStage, Reservation


@dataclass(frozen=True)
class Services:
    """Which services, where, and of which buyer; None and empty do not narrow."""

    cpv: Sequence[str] = ()
    """Beginnings of codes."""
    regions: Sequence[str] = ()
    buyer: str | None = None
    """The publisher's identifier of it."""
    body: UUID | None = None

    def build(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.cpv:
            found.append(Notice.cpv_prefixes.overlap(list(self.cpv)))
        if self.regions:
            found.append(Notice.regions.overlap(list(self.regions)))
        if self.buyer is not None:
            found.append(Notice.buyer_id == self.buyer)
        if self.body is not None:
            found.append(Notice.buyer_body == self.body)
        return found


@dataclass(frozen=True)
class NoticeFilters:
    """Which contracting processes are meant."""

    services: Services = Services()
    stages: Sequence[NoticeStage] = ()
    notice_types: Sequence[str] = ()
    reserved: Reservation | None = None
    least_pence: int | None = None
    most_pence: int | None = None
    published_from: date | None = None
    published_until: date | None = None
    closes_from: date | None = None
    closes_until: date | None = None
    ends_before: date | None = None

    def build(self) -> list[ColumnElement[bool]]:
        """Build the conditions. What is not known of a process is in no range."""
        found = self.services.build()
        if self.stages:
            found.append(Notice.stage.in_(self.stages))
        if self.notice_types:
            found.append(Notice.notice_types.overlap(list(self.notice_types)))
        if self.reserved is not None:
            found.append(Notice.reserved.contains([self.reserved.value]))
        return found + self._build_ranges()

    def _build_ranges(self) -> list[ColumnElement[bool]]:
        ranges: list[tuple[Any, Any, Any]] = [
            (Notice.value_pence, self.least_pence, self.most_pence),
            (Notice.closes_on, self.closes_from, self.closes_until),
            (func.timezone("Europe/London", Notice.changed_at).cast(Date), self.published_from, self.published_until),
        ]
        found: list[ColumnElement[bool]] = []
        for column, least, most in ranges:
            if least is not None:
                found.append(column >= least)
            if most is not None:
                found.append(column <= most)
        if self.ends_before is not None:
            contract = exists().where(NoticeContract.ocid == Notice.ocid, NoticeContract.ends_on < self.ends_before)
            found.append(or_(Notice.ends_on < self.ends_before, contract))
        return found
