"""Payloads of subsidy control: what the mutual was given, and each step of giving it more."""

from typing import ClassVar

from pydantic import Field

from rtp_applications.procurement.rules.assistance import AssistanceKind, GivableKind, Recipient
from rtp_applications.workflow.bounds import Dated, DatedByDocument
from rtp_shared.schemas import Day, Line, Pence, Prose

Reference = Field(description="The authority's reference of this subsidy", examples=["MFA-2026-7"])


class AssistanceEntry(Dated):
    """A subsidy that the mutual was given, by whichever authority (Subsidy Control Act 2022 s.42(8))."""

    KIND: ClassVar[str] = "assistance-entry"
    KEY: ClassVar[str | None] = "reference"

    reference: Line = Reference
    giver: Line = Field(description="The public authority that gave it", examples=["Example County Council"])
    kind: AssistanceKind
    gross_pence: Pence | None = Field(
        default=None, description="The gross cash amount, or the gross cash equivalent; left out where it is not known"
    )
    evidence: Line | None = Field(default=None, description="Reference of the confirmation by which it was given")
    recipient: Recipient = Field(default=Recipient.ENTERPRISE, description="To whom it was given")
    common_control: bool | None = Field(
        default=None,
        strict=True,
        description="Of a connected body: whether they are under common ownership or control, or one person can "
        "materially influence the policy of both (ss.7(1)(b), 8); left out where it is not known",
    )
    transferred_on: Day | None = Field(
        default=None, description="Of a predecessor: when its undertaking, or a part of it, is transferred (s.40)"
    )
    whole_transferred: bool | None = Field(
        default=None, strict=True, description="Of a predecessor: whether all of it is (s.40(2)(a), (4)(a))"
    )
    attributable_pence: Pence | None = Field(
        default=None,
        description="Of a predecessor of which a part is: the part of the amount that belongs to it (s.40(5))",
    )
    given_on: Day


class AssistanceNotification(DatedByDocument):
    """The written statement that a subsidy is proposed, which asks for the enterprise's confirmation (ss.37(1), (2),
    39(1), (2)).
    """

    KIND: ClassVar[str] = "assistance-notification"
    KEY: ClassVar[str | None] = "reference"

    reference: Line = Reference
    giver: Line = Field(description="The public authority that proposes it", examples=["Example County Council"])
    kind: GivableKind
    gross_pence: Pence = Field(description="The gross value amount, in pence")
    public_interest_task: Prose | None = Field(
        default=None,
        description="Of SPEI assistance: the task in the public interest that is assigned to the enterprise, and the "
        "services (ss.29(9), 38(3)(a))",
    )
    notified_on: Day
    give_on: Day | None = Field(
        default=None,
        description="The day on which it is to be given, where that is a later one: the ceiling is that of this day",
    )


class AssistanceConfirmation(DatedByDocument):
    """The enterprise's written confirmation that the ceiling will not be exceeded (ss.37(2)(c), (3), 39(2)(c), (3))."""

    KIND: ClassVar[str] = "assistance-confirmation"
    KEY: ClassVar[str | None] = "reference"

    reference: Line = Reference
    complete: bool = Field(
        strict=True, description="Whether all is on file that any public authority gave in the applicable period"
    )
    confirmed_on: Day


class GivenAssistance(DatedByDocument):
    """The subsidy is given, with the written statement that says so (ss.37(4), (5), 39(4), (5))."""

    KIND: ClassVar[str] = "given-assistance"
    KEY: ClassVar[str | None] = "reference"

    reference: Line = Reference
    given_on: Day
    tax_declared_on: Day | None = Field(
        default=None,
        description="Of a subsidy in the form of a tax measure: the date of the tax declaration (s.33(3)(a))",
    )


class DatabaseEntry(DatedByDocument):
    """The entry in the subsidy database of a subsidy that was given here (s.33)."""

    KIND: ClassVar[str] = "subsidy-database-entry"
    KEY: ClassVar[str | None] = "reference"

    reference: Line = Reference
    entry: Line = Field(description="Number of the entry in the subsidy database", examples=["SC10432"])
    entered_on: Day
