"""Payloads of the checks, returns and the end after the launch."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AliasChoices, Field

from rtp_applications.workflow.bounds import DatedByDocument
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Day, Line, Prose


class CheckKind(StrEnum):
    DAY_30 = "30-day"
    DAY_90 = "90-day"
    DAY_180 = "180-day"


class MonitoringCheck(DatedByDocument):
    """A look at the young mutual."""

    KIND: ClassVar[str] = "monitoring-check"
    KEY: ClassVar[str | None] = "kind"

    kind: CheckKind
    held_on: Day
    findings: Prose
    action_needed: bool = Field(default=False, strict=True)


class AnnualReturn(Payload):
    KIND: ClassVar[str] = "annual-return"
    KEY: ClassVar[str | None] = "year_ending"

    year_ending: Day
    reference: Line | None = None


class ContractEnd(Payload):
    """When the contract with the parent body ends, as things stand."""

    KIND: ClassVar[str] = "contract-end"

    ends_on: Day


class EndCode(StrEnum):
    """How the first contract, and with it the monitoring, came to its end."""

    RENEWED = "renewed"
    RETENDER_WON = "retender-won"
    RETENDER_LOST = "retender-lost"
    INSOURCED = "insourced"
    MERGED = "merged"
    INSOLVENT = "insolvent"
    CONVERTED = "converted"


class MonitoringEnd(DatedByDocument):
    """The record is closed. What comes after it is another case."""

    KIND: ClassVar[str] = "monitoring-end"

    code: EndCode
    ended_on: Day
    reasons: Prose
    next_case_id: UUID | None = Field(
        default=None,
        validation_alias=AliasChoices("nextCaseId", "nextCase"),
        serialization_alias="nextCaseId",
        description="The case that goes on from here",
    )
