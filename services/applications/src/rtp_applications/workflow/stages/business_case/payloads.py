"""Payloads of writing the business case: engagement, consultation, help below market terms, more time."""

from typing import Annotated, ClassVar

from pydantic import Field

from rtp_applications.workflow.bounds import DatedByDocument
from rtp_applications.workflow.enums import EngagementMethod, Help
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Count, Day, Input, Line, Prose, Whole


class Ballot(Input):
    """The result of a ballot of the staff: numbers only, never who voted how."""

    eligible: Count = Field(description="Staff who were entitled to vote")
    votes: Count = Field(description="Votes cast, spoilt papers among them")
    in_favour: Count
    against: Count
    method: Line = Field(description="How votes were cast", examples=["postal", "electronic, secret"])
    scrutineer: Line = Field(description="The body or office that oversaw it; no name of a person")


class EngagementEvidence(DatedByDocument):
    """How staff were engaged, when, and what came of it. A ballot is evidence: the law asks for none."""

    KIND: ClassVar[str] = "engagement-evidence"
    KEY: ClassVar[str | None] = "id"

    id: Line = Field(description="Short name, to tell several apart", examples=["ballot-2026"])
    method: EngagementMethod
    held_on: Day
    reached: Count | None = Field(default=None, description="Staff who took part")
    note: Prose | None = None
    ballot: Ballot | None = None


class Consultation(DatedByDocument):
    """One entry of the log of consulting unions or elected staff representatives."""

    KIND: ClassVar[str] = "consultation"
    KEY: ClassVar[str | None] = "id"

    id: Line = Field(description="Short name, to tell several apart")
    held_on: Day
    representatives: Line = Field(description="The union or elected body consulted; no names of people")
    note: Prose | None = Field(default=None, description="What was said and what came of it")


class HelpDeclared(Payload):
    """What help on better terms than the market's the mutual would get from public bodies: none is an answer."""

    KIND: ClassVar[str] = "help-declared"

    below_market: list[Help] = Field(max_length=20, description="Kinds of help below market terms; empty: none")


class Extension(Payload):
    """More time."""

    KIND: ClassVar[str] = "extension"

    days: Annotated[Whole, Field(ge=1, le=365)] = Field(description="Calendar days more")
    reasons: Prose


class CompletenessCheck(Payload):
    """The officer looked through the documents submitted."""

    KIND: ClassVar[str] = "completeness-check"

    remarks: Prose | None = None


class BusinessCaseReturn(Payload):
    """The business case goes back to the staff group."""

    KIND: ClassVar[str] = "business-case-return"

    reasons: Prose = Field(description="What is incomplete, or what the commissioner does not consent to")
