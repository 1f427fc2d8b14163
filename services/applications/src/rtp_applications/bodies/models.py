"""Public bodies, their identifiers, and the calendars they work by."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Computed, ForeignKey, Index, Uuid, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model
from rtp_applications.bodies.errors import BodyHasEnded, NoSuccessorThen
from rtp_applications.bodies.rules import Rule
from rtp_shared.problems import FieldError, Invalid

NAMESPACE = uuid.UUID("6f1d7c52-4f0e-5f7e-9d8a-52c1b7d0a1e4")


def body_id(reference: str) -> uuid.UUID:
    """Return the id of the body whose first identifier this is, for example GB-NHS-RRV: the same on every instance."""
    return uuid.uuid5(NAMESPACE, reference)


class BodyKind(StrEnum):
    NHS_TRUST = "nhs-trust"
    INTEGRATED_CARE_BOARD = "integrated-care-board"
    COUNTY = "county"
    UNITARY = "unitary"
    DISTRICT = "district"
    METROPOLITAN_BOROUGH = "metropolitan-borough"
    LONDON_BOROUGH = "london-borough"
    CITY_OF_LONDON = "city-of-london"
    COMBINED_AUTHORITY = "combined-authority"
    GREATER_LONDON_AUTHORITY = "greater-london-authority"
    WELSH_UNITARY = "welsh-unitary"
    SCOTTISH_UNITARY = "scottish-unitary"
    NORTHERN_IRELAND_DISTRICT = "northern-ireland-district"
    PARISH_COUNCIL = "parish-council"
    FIRE_AUTHORITY = "fire-authority"
    """A metropolitan county fire and rescue authority (Local Government Act 1985 s.26), or one for a combined area
    (Fire and Rescue Services Act 2004 ss.2, 4). A county council that is one stays a county council.
    """
    FIRE_COMMISSIONER = "fire-commissioner"
    """One person who is the fire and rescue authority: in London (Fire and Rescue Services Act 2004 s.1(2)(c)), or by
    an order under section 4A.
    """
    POLICE = "police"
    POLICE_AND_CRIME_COMMISSIONER = "police-and-crime-commissioner"
    PRIMARY_CARE_TRUST = "primary-care-trust"
    """Abolished in 2013, like strategic health authorities: cases under the Right to Request name them."""
    STRATEGIC_HEALTH_AUTHORITY = "strategic-health-authority"
    CLINICAL_COMMISSIONING_GROUP = "clinical-commissioning-group"
    """Ended on 1 July 2022; integrated care boards followed."""
    NHS_ENGLAND = "nhs-england"
    COMMISSIONING_SUPPORT_UNIT = "commissioning-support-unit"
    NHS_ARMS_LENGTH_BODY = "nhs-arms-length-body"
    PROBATION_TRUST = "probation-trust"
    COMMUNITY_REHABILITATION_COMPANY = "community-rehabilitation-company"
    PRISON_AND_PROBATION_SERVICE = "prison-and-probation-service"
    GOVERNMENT_DEPARTMENT = "government-department"
    EXECUTIVE_AGENCY = "executive-agency"
    NON_DEPARTMENTAL_PUBLIC_BODY = "non-departmental-public-body"
    SCHOOL = "school"
    ACADEMY_TRUST = "academy-trust"
    FURTHER_EDUCATION_COLLEGE = "further-education-college"
    UNIVERSITY = "university"
    OTHER = "other"


class Body(Model):
    """A public body that may employ, commission or decide. It may end; its identifiers are dated."""

    __tablename__ = "bodies"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[BodyKind]
    nation: Mapped[str]
    region: Mapped[str | None]
    """ONS region code, E12...; none outside England and for bodies across regions."""
    opened_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    """The first day on which it no longer exists."""
    successor_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("bodies.id", deferrable=True, initially="DEFERRED")
    )

    shared_among: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid), server_default="{}", default=list)
    """The bodies that follow it where they are several: its cases are shared out, and there is no one successor."""

    version: Mapped[int] = mapped_column(default=1)
    recorded_by_hand: Mapped[bool] = mapped_column(default=False)
    """Made or ended through the API before reference data knew: loading reference data leaves it alone."""

    __table_args__ = (
        Index("ix_bodies_name", text("lower(name)")),
        Index("ix_bodies_successor_id", "successor_id"),
        Index("ix_bodies_shared_among", "shared_among", postgresql_using="gin"),
    )

    @property
    def successors(self) -> list[uuid.UUID]:
        return [self.successor_id] if self.successor_id else list(self.shared_among)

    def exists_on(self, day: date) -> bool:
        return (self.opened_on is None or self.opened_on <= day) and (self.ended_on is None or day < self.ended_on)

    def end(self, on: date, successors: "Sequence[Body]", *, today: date) -> None:
        """It no longer exists from this day. An end that lies ahead may be recorded anew, and successors added."""
        settled = self.ended_on is not None and self.ended_on <= today
        if settled and (self.ended_on != on or self.successors):
            raise BodyHasEnded(f"{self.name} ended on {self.ended_on}")
        if self.opened_on is not None and on <= self.opened_on:
            raise Invalid(errors=[FieldError("/endedOn", f"it opened on {self.opened_on}")])
        for each in successors:
            if not each.exists_on(on):
                raise NoSuccessorThen(f"{each.name} does not exist on {on}")
        self.ended_on = on
        found = list(dict.fromkeys(each.id for each in successors))
        self.successor_id, self.shared_among = (found[0], []) if len(found) == 1 else (None, found)
        self.recorded_by_hand = True
        self.version += 1


class BodyIdentifier(Model):
    """An identifier of a body in one scheme (org-id.guide prefix, or GSS), with the dates it held."""

    __tablename__ = "body_identifiers"

    body_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("bodies.id"), primary_key=True)
    scheme: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(Computed("scheme || '-' || value", persisted=True), index=True)
    """As people write it: GB-NHS-RRV."""
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class BodyAlias(Model):
    """A short name by which people call a body, with the dates on which it is this body's."""

    __tablename__ = "body_aliases"

    body_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("bodies.id"), primary_key=True)
    alias: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    """The first day on which it is not."""


_WHOSE = "body_id::text || ' ' || rule || ' ' || sector"


class BodyRule(Model):
    """A rule that a body set for itself, for a period: of every kind of service, or of one.

    A period that has begun is never changed, only ended.
    """

    __tablename__ = "body_rules"

    body_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("bodies.id"), primary_key=True)
    rule: Mapped[Rule] = mapped_column(primary_key=True)
    sector: Mapped[str] = mapped_column(primary_key=True, server_default="", default="")
    """The kind of service that it was set for; empty for every kind."""
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    """The last day on which it holds; none while it holds until further notice."""
    value: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    """None where the body gave its own rule up: what the process says holds again."""
    source: Mapped[str]
    """The resolution, constitution page or notice that it rests on."""
    published_on: Mapped[date] = mapped_column(server_default=text("(now() AT TIME ZONE 'Europe/London')::date"))
    """The day on which the body published it: before that it binds no case."""
    set_by: Mapped[str]
    """Client id; `REFERENCE` for what came with the reference data."""
    set_at: Mapped[datetime]

    # Ranges of text stand in for equality: the extension that lets GiST compare plain columns is not everywhere.
    __table_args__ = (
        ExcludeConstraint(
            (func.text_range(text(_WHOSE), text(_WHOSE), "[]"), "&&"),
            (func.daterange(text("valid_from"), text("valid_to"), "[]"), "&&"),
            name="ex_body_rules_one_at_a_time",
        ),
    )

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def replace(self, *, value: Any, source: str, published_on: date, set_by: str, set_at: datetime) -> None:
        self.value, self.source, self.published_on = value, source, published_on
        self.set_by, self.set_at = set_by, set_at

    def end_before(self, day: date) -> None:
        self.valid_to = day - timedelta(days=1)


REFERENCE = "reference-data"


class BankHoliday(Model):
    """A day on which no working day falls, in one part of the UK. Source: GOV.UK bank holidays."""

    __tablename__ = "bank_holidays"

    division: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    title: Mapped[str]


class Region(Model):
    """An English region, by its ONS code."""

    __tablename__ = "regions"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
