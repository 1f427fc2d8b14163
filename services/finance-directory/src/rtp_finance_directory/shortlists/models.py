"""Shortlists. A method changes a shortlist's state; nobody sets `status` from outside."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_finance_directory.base import Model
from rtp_finance_directory.circumstances.subsidy import SubsidyRoom
from rtp_finance_directory.eligibility.facts import CaseFacts
from rtp_finance_directory.eligibility.rules.findings import Answer
from rtp_finance_directory.eligibility.rules.rule_set import RULE_SET, ProductVerdict
from rtp_finance_directory.eligibility.views import describe_verdict
from rtp_finance_directory.vocabulary import Rule
from rtp_shared.identities import SYSTEM


class ShortlistStatus(StrEnum):
    AWAITED = "awaited"
    """Not made yet; never seen outside the transaction that makes or closes it."""
    MADE = "made"
    CLOSED = "closed"
    """The case was withdrawn. What was made before stays to be read."""


@dataclass(frozen=True, slots=True)
class CaseSituation:
    """What a shortlist rests on besides the facts of the rules. None is not known."""

    go_live_on: date | None
    room: SubsidyRoom
    """What the mutual may still be given under the ceiling of minimal financial assistance."""

    def keep(self) -> dict[str, Any]:
        """Return it as it is kept in JSON, beside the facts."""
        told = self.room.counted_pence is not None
        return {
            "go_live_on": self.go_live_on and self.go_live_on.isoformat(),
            "assistance_pence": self.room.counted_pence,
            "assistance_certain": self.room.certain if told else None,
        }


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """A case by its facts, with the verdict on every product, and the outlook of those that may fit."""

    facts: CaseFacts
    situation: CaseSituation
    verdicts: Sequence[ProductVerdict]
    outlooks: Mapping[uuid.UUID, Mapping[str, Any]]

    def keep_facts(self) -> dict[str, Any]:
        return keep_facts(self.facts, self.situation)


def keep_facts(facts: CaseFacts, situation: CaseSituation) -> dict[str, Any]:
    """Return the facts as they are kept in JSON."""
    return {name: _as_kept(value) for name, value in asdict(facts).items()} | situation.keep()


class Shortlist(Model):
    """The products that fit one case, as judged on one day. Its verdicts are never changed: other facts make another
    edition."""

    __tablename__ = "shortlists"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    case_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    case_number: Mapped[str]
    status: Mapped[ShortlistStatus]
    version: Mapped[int]
    sequence: Mapped[int]
    """Number of events published about the case."""
    event_hash: Mapped[str | None]
    """Digest of the newest of them, which the next one gives."""
    readers: Mapped[list[str]]
    """Identities that may see it, as the case's event said. Row-level security reads this column."""
    case_sequence: Mapped[int] = mapped_column(server_default=text("0"))
    """Sequence of the case's newest event that has told who sees the case."""

    facts: Mapped[dict[str, Any] | None]
    """Facts of the case when it was judged."""
    rule_set: Mapped[int | None]
    judged_on: Mapped[date | None]
    fitting: Mapped[int]
    not_fitting: Mapped[int]
    made_at: Mapped[datetime | None]
    edition: Mapped[int] = mapped_column(server_default=text("1"))
    """Grows when it is made again; the former editions are kept."""
    changes: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """What this edition changed: `facts`, and the products that fit now (`now_fitting`) or fit no longer."""
    closed_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_shortlists_readers", "readers", postgresql_using="gin"),)

    def make(self, judged: "JudgedCase", *, on: date, now: datetime) -> list["ShortlistLine"] | None:
        """Store the verdicts and return their lines, or None if it was made before or the case has ended."""
        if self.status is not ShortlistStatus.AWAITED:
            return None
        self.status, self.edition, self.changes = ShortlistStatus.MADE, 1, {}
        return self._take(judged, on=on, now=now)

    def make_again(
        self,
        judged: "JudgedCase",
        before: Mapping[uuid.UUID, Answer],
        *,
        on: date,
        now: datetime,
    ) -> tuple["ShortlistEdition", list["ShortlistLine"]]:
        """Take other facts and their verdicts; return the edition that this ends, and the new one's lines."""
        former = ShortlistEdition.of(self)
        fitted = {product for product, answer in before.items() if answer is not Answer.DOES_NOT_FIT}
        fits = {each.terms.id for each in judged.verdicts if each.answer is not Answer.DOES_NOT_FIT}
        was, stated = self.facts or {}, judged.keep_facts()
        self.changes = {
            "facts": [name for name, value in stated.items() if was.get(name) != value],
            "now_fitting": sorted(map(str, fits - fitted)),
            "no_longer_fitting": sorted(map(str, fitted - fits)),
        }
        self.edition += 1
        return former, self._take(judged, on=on, now=now)

    def rests_on(self, facts: CaseFacts, situation: CaseSituation) -> bool:
        """Return whether it was made of these facts. What it does not have is a fact that nobody could state then."""
        known = keep_facts(facts, situation)
        return known == {name: (self.facts or {}).get(name) for name in known}

    def _take(self, judged: "JudgedCase", *, on: date, now: datetime) -> list["ShortlistLine"]:
        self.facts, self.rule_set, self.judged_on = judged.keep_facts(), RULE_SET, on
        self.not_fitting = sum(verdict.answer is Answer.DOES_NOT_FIT for verdict in judged.verdicts)
        self.fitting = len(judged.verdicts) - self.not_fitting
        self.made_at = now
        self.version += 1
        self.sequence += 1
        outlooks = judged.outlooks
        return [
            ShortlistLine.of(self, number, each, outlooks.get(each.terms.id))
            for number, each in enumerate(judged.verdicts, 1)
        ]

    def follow(self, readers: Sequence[str], *, sequence: int) -> None:
        """Take over who sees the case, if that is news."""
        if sequence > self.case_sequence:
            self.case_sequence, self.readers = sequence, list(dict.fromkeys((*readers, *SYSTEM)))

    def close(self, *, now: datetime) -> None:
        """Close it because the case has ended: nothing is made from here on."""
        if self.status is ShortlistStatus.CLOSED:
            return
        self.status = ShortlistStatus.CLOSED
        self.closed_at = now
        self.version += 1

    def empty(self, *, now: datetime) -> None:
        """Forget the facts of the case that it was judged by, for good."""
        self.close(now=now)
        if self.facts is not None:
            self.facts, self.changes = None, {}
            self.version += 1


class ShortlistEdition(Model):
    """A former edition of a shortlist, as it was. Its lines are kept too."""

    __tablename__ = "shortlist_editions"

    shortlist_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shortlists.id"), primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, Any]]
    changes: Mapped[dict[str, Any]]
    rule_set: Mapped[int]
    fitting: Mapped[int]
    not_fitting: Mapped[int]
    judged_on: Mapped[date]
    made_at: Mapped[datetime]

    @classmethod
    def of(cls, shortlist: Shortlist) -> "ShortlistEdition":
        kept = ("edition", "facts", "changes", "rule_set", "fitting", "not_fitting", "judged_on", "made_at")
        return cls(shortlist_id=shortlist.id, **{name: getattr(shortlist, name) for name in kept})


def _as_kept(value: object) -> object:
    """Return a fact as it is kept in JSON."""
    return list(value) if isinstance(value, tuple) else value


class ShortlistLine(Model):
    """One product and its verdict, as it was that day. Seen by whoever may see the shortlist."""

    __tablename__ = "shortlist_lines"

    shortlist_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shortlists.id"), primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True, server_default=text("1"))
    position: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"))
    product_version: Mapped[int]
    provider: Mapped[str]
    product_name: Mapped[str]
    verified_on: Mapped[date | None]
    verdict: Mapped[Answer]
    first_failing: Mapped[Rule | None]
    why: Mapped[str]
    rules: Mapped[list[dict[str, Any]]]
    outlook: Mapped[dict[str, Any] | None]
    """What it would mean for the case, by the names of `OutlookView`; None where it does not fit."""

    @classmethod
    def of(
        cls, shortlist: Shortlist, position: int, verdict: ProductVerdict, outlook: Mapping[str, Any] | None
    ) -> "ShortlistLine":
        described = describe_verdict(verdict)
        return cls(
            shortlist_id=shortlist.id, edition=shortlist.edition, position=position, outlook=outlook, **described
        )
