"""Events that advice-matching publishes about the support of a case."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from rtp_shared.contracts.base import PREFIX, EventData


class SupportProposed(EventData):
    """Advisers or mentors were proposed to a staff group; none is an answer too, and says so by an empty list."""

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.support-proposed.v1"
    READERS: ClassVar[str] = "Clients and bodies that could see the case; the networks are told by adviser-proposed"
    PEOPLE: ClassVar[Mapping[str, str]] = {"adviser_ids": "adviser"}

    case_id: UUID = Field(description="The case")
    support_request_id: UUID = Field(description="The support request that holds the proposals and their reasons")
    adviser_ids: list[UUID] = Field(description="The advisers or mentors proposed, best match first")
    proposed_at: datetime = Field(description="When they were proposed, UTC")


class AdviserProposed(EventData):
    """Advisers or mentors of your network were proposed for a case. Who else was, nobody's network is told."""

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.adviser-proposed.v1"
    SUBJECT: ClassVar[str] = "support-requests"
    READERS: ClassVar[str] = "The networks of those that were proposed"
    SINCE: ClassVar[str] = "1.1.0"

    case_id: UUID = Field(description="The case")
    support_request_id: UUID = Field(description="The support request, which shows each network its own proposals")
    proposed_at: datetime = Field(description="When they were proposed, UTC")


class SupportAgreed(EventData):
    """The staff group accepted one of the proposals, and a place of the adviser's capacity was taken. By this the
    adviser becomes a party of the case.
    """

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.support-agreed.v1"
    READERS: ClassVar[str] = "Clients and bodies that could see the case, and the network of the adviser agreed on"
    PEOPLE: ClassVar[Mapping[str, str]] = {"adviser_id": "adviser"}

    case_id: UUID = Field(description="The case")
    support_request_id: UUID = Field(description="The support request")
    adviser_id: UUID = Field(description="The adviser or mentor agreed on")
    network_id: UUID | None = Field(
        default=None,
        description="Organisation of the adviser's network, which sees the case from now on",
        json_schema_extra={"x-since": "1.2.0"},
    )
    kind: str | None = Field(
        default=None, description="adviser, mentor or ambassador", json_schema_extra={"x-since": "1.2.0"}
    )
    agreed_at: datetime = Field(description="When it was agreed, UTC")


class VerificationLapsed(EventData):
    """A published profile of your network was last verified 90 days ago or more: look through it, and say that it is
    right. It is said again every 90 days until then.
    """

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.verification-lapsed.v1"
    SUBJECT: ClassVar[str] = "advisers"
    READERS: ClassVar[str] = "The network of the adviser"
    SINCE: ClassVar[str] = "1.3.0"
    PEOPLE: ClassVar[Mapping[str, str]] = {"adviser_id": "adviser"}

    adviser_id: UUID = Field(description="The adviser, mentor or ambassador whose profile it is")
    network_id: UUID = Field(description="Organisation of their network")
    verified_on: date | None = Field(description="When it was verified last; null for never")
