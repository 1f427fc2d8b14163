"""Payloads of the receipt, of requests for information, and of the notice of the decision's date."""

from typing import ClassVar

from pydantic import Field

from rtp_applications.workflow.bounds import DatedByDocument
from rtp_applications.workflow.enums import StatutoryItem
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Day, Input, Line, Prose


class Acknowledgement(DatedByDocument):
    """The receipt that the staff group was sent."""

    KIND: ClassVar[str] = "acknowledgement"

    sent_on: Day = Field(description="Civil date in London on which it was sent")
    sponsor_named: bool = Field(default=False, strict=True, description="A sponsor in the body was named to the group")


class DecisionDate(DatedByDocument):
    """When a decision is expected, as the applicants were told (Localism Act 2011 s.84: within 30 days)."""

    KIND: ClassVar[str] = "decision-date"

    expected_on: Day
    notified_on: Day


class RequestedItem(Input):
    id: Line = Field(description="Short name of the item, to answer it by", examples=["finances-2025"])
    text: Prose = Field(description="What is asked for")
    statutory_item: StatutoryItem | None = Field(
        default=None, description="Which item of the regulations it is (SI 2012/1313); a challenge is asked no other"
    )


class InformationRequest(Payload):
    """A request for information: an itemised list."""

    KIND: ClassVar[str] = "information-request"

    items: list[RequestedItem] = Field(min_length=1, max_length=50)


class ItemAnswer(Payload):
    """The answer to one item, or that it is declined."""

    KIND: ClassVar[str] = "information-answer"
    KEY: ClassVar[str | None] = "item"

    item: Line = Field(description="Id of the item")
    answer: Prose | None = None
    declined: bool = Field(default=False, strict=True, description="The group declines to answer this item")
    documents: list[Line] = Field(default=[], max_length=50, description="Ids of documents that answer it")
