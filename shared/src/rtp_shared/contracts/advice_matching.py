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
    DEPRECATED: ClassVar[str | None] = (
        "since 1.4.0: adviser-proposed.v2 is told each time, in a chain of your network's own, and says who"
    )

    case_id: UUID = Field(description="The case")
    support_request_id: UUID = Field(description="The support request, which shows each network its own proposals")
    proposed_at: datetime = Field(description="When they were proposed, UTC")


class AdvisersProposed(EventData):
    """Advisers or mentors of your network were proposed to a staff group, or proposed again. Each time is told, in a
    chain of your network's own: what others are told leaves no gap in it. Who else was proposed, no network is told.
    """

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.adviser-proposed.v2"
    SUBJECT: ClassVar[str] = "network-notices"
    READERS: ClassVar[str] = "The network of those that were proposed"
    SINCE: ClassVar[str] = "1.4.0"
    PEOPLE: ClassVar[Mapping[str, str]] = {"own_adviser_ids": "adviser"}

    network_notice_id: UUID = Field(description="Of all that your network is told of this support request: its chain")
    support_request_id: UUID = Field(description="The support request, which shows each network its own proposals")
    own_adviser_ids: list[UUID] = Field(
        description="Those of your network that were proposed just now, best match first"
    )
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
    verified_on: date | None = Field(default=None, description="When it was verified last; null for never")


class NetworkVerificationLapsed(EventData):
    """What stands about your network was last verified 90 days ago or more: look through it, and say that it is right.
    It is said again every 90 days until then.
    """

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.network-verification-lapsed.v1"
    SUBJECT: ClassVar[str] = "adviser-networks"
    READERS: ClassVar[str] = "The network"
    SINCE: ClassVar[str] = "1.4.0"

    adviser_network_id: UUID = Field(description="Organisation of the network")
    verified_on: date | None = Field(default=None, description="When it was verified last; null for never")


class EngagementEvent(EventData):
    """The fields of every event of an engagement. Not published itself. None names the case, or a body of it."""

    SUBJECT: ClassVar[str] = "engagements"
    READERS: ClassVar[str] = "The client that opened the case, the central team, and the network of the adviser"
    SINCE: ClassVar[str] = "1.3.0"
    PEOPLE: ClassVar[Mapping[str, str]] = {"adviser_id": "adviser"}

    engagement_id: UUID = Field(description="The engagement")
    support_request_id: UUID = Field(description="The support request that it belongs to")
    adviser_id: UUID = Field(description="The adviser, mentor or ambassador")
    at: datetime = Field(description="When it happened, UTC; of what a clock did, when its time was up")


class MatchOffered(EngagementEvent):
    """A staff group was offered to an adviser, or offered to the next best by itself after another did not take it."""

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.match-offered.v1"

    sector: str | None = Field(default=None, description="The staff group's service sector, from the closed list")
    region: str | None = Field(default=None, description="ONS region code (E12...) of the employing body")
    stage: str | None = Field(default=None, description="How far the case has come")
    topics: list[str] = Field(default=[], description="What the staff group asked advice on")
    answer_by: date = Field(description="The last day on which it can be accepted, as a civil date in London")


class MatchAccepted(EngagementEvent):
    """The adviser's network accepted, or had accepted beforehand, and a place of the adviser's capacity was taken."""

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.match-accepted.v1"


class MatchDeclined(EngagementEvent):
    """An offer came to nothing."""

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.match-declined.v1"

    outcome: str = Field(description="declined by the network, lapsed unanswered, or withdrawn by the staff group")
    reason: str | None = Field(default=None, description="Why it was declined, from the closed list")


class EngagementStarted(EngagementEvent):
    """The engagement started: the adviser and the staff group are to meet."""

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.engagement-started.v1"

    contact_by: date = Field(description="By when they should have met first, as a civil date in London")


class FirstContactMissed(EngagementEvent):
    """The time for the first contact is up, and no contact is on record."""

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.first-contact-missed.v1"

    contact_by: date = Field(description="The last day that was in time, as a civil date in London")


class FirstContactMade(EngagementEvent):
    """The first contact was put on record; also after it was told to be missed."""

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.first-contact-made.v1"

    made_on: date = Field(description="The civil date in London of the contact")
    late: bool = Field(description="Whether it came after its last day; false corrects a contact told to be missed")


class EngagementEnded(EngagementEvent):
    """The engagement ended, and the adviser's place is free again."""

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.engagement-ended.v1"

    outcome: str = Field(description="completed or ended-early")
    reason: str | None = Field(default=None, description="Why it ended early, from the closed list")


class FollowUpDue(EngagementEvent):
    """So many days have gone by since the engagement ended: the staff group is asked how it goes. It is said once."""

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.follow-up-due.v1"
    SINCE: ClassVar[str] = "1.5.0"

    days: int = Field(description="Days after the end: 30 or 90")
    due_on: date = Field(description="The day from which it can be answered")


class CapacityLow(EventData):
    """A place of an adviser was taken, and few or none are left."""

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.capacity-low.v1"
    SUBJECT: ClassVar[str] = "advisers"
    READERS: ClassVar[str] = "The network of the adviser"
    SINCE: ClassVar[str] = "1.3.0"
    PEOPLE: ClassVar[Mapping[str, str]] = {"adviser_id": "adviser"}

    adviser_id: UUID = Field(description="The adviser, mentor or ambassador")
    capacity: int = Field(description="How many staff groups they can help at a time")
    free_places: int = Field(description="How many more they can help now")
    at: datetime = Field(description="When the place was taken, UTC")


class ResourceCheckLapsed(EventData):
    """Nobody has checked a guide, toolkit or template for a year: its address or content may be others by now. It is
    said once, until somebody has checked it.
    """

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.resource-check-lapsed.v1"
    SUBJECT: ClassVar[str] = "resources"
    READERS: ClassVar[str] = "Whoever looks after the directory (scope advisers:oversee)"
    SINCE: ClassVar[str] = "1.5.0"

    resource_id: UUID = Field(description="The guide, toolkit or template")
    checked_on: date = Field(description="When it was checked last")


class FeedLoadLapsed(EventData):
    """Nothing was taken in from a feed of Open Referral UK for long: what it gave may be out of date. It is said once,
    until the feed is taken in again.
    """

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.feed-load-lapsed.v1"
    SUBJECT: ClassVar[str] = "open-referral-feeds"
    READERS: ClassVar[str] = "Whoever looks after the directory (scope advisers:oversee)"
    SINCE: ClassVar[str] = "1.5.0"

    open_referral_feed_id: UUID = Field(description="Of all that is said of this feed: its chain")
    source: str = Field(description="Address of the feed, by which its records are known")
    last_loaded_at: datetime = Field(description="When services of it were taken in last, UTC")


class FairnessBoundEvent(EventData):
    """The fields of the events about a bound of fairness. Not published itself. None says anything of one case."""

    SUBJECT: ClassVar[str] = "organisations"
    READERS: ClassVar[str] = "The clients of the operator's organisation that set the bound"
    SINCE: ClassVar[str] = "1.4.0"

    organisation_id: UUID = Field(description="The operator's organisation, whose bounds they are")
    version: int = Field(description="The version of the bounds that the market was held against")
    measure: str = Field(
        description="load-gini, waiting-ninetieth, agreement-ninetieth, first-choices or justified-envy"
    )
    by: str = Field(description="everybody, or what the group has in common: kind, sector, region or employer-kind")
    group: str | None = Field(default=None, description="Which kind of adviser, sector, region or kind of body")
    at: datetime = Field(description="When the market was measured, UTC")


class FairnessBoundPassed(FairnessBoundEvent):
    """The market has passed a bound of fairness. It is not said again until the bound was kept in between."""

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.fairness-bound-passed.v1"

    value: int = Field(description="What was measured: per cent, weeks or pairs")
    bound: int = Field(description="The bound: first-choices may be no less, all others no more")


class FairnessBoundRestored(FairnessBoundEvent):
    """A bound of fairness that was passed is kept again, or was taken away."""

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.fairness-bound-restored.v1"

    value: int | None = Field(
        default=None, description="What was measured; null if the measure is too small to be said"
    )
    bound: int | None = Field(default=None, description="The bound; null if it was taken away")


class NeedEvent(EventData):
    """The fields of every event of a need. Not published itself. None says which barrier brought it."""

    SUBJECT: ClassVar[str] = "needs"
    READERS: ClassVar[str] = (
        "Clients and bodies that could see the case; of a need that a barrier brought, those who were told of it"
    )
    SINCE: ClassVar[str] = "1.4.0"

    need_id: UUID = Field(description="The need")
    support_request_id: UUID = Field(description="The support request that it belongs to")
    case_id: UUID = Field(description="The case")
    source: str = Field(description="What brought it: stage, barrier or applicants")
    kind_sought: str = Field(description="Who is to meet it: adviser, mentor, ambassador, or information alone")
    topic: str | None = Field(default=None, description="What it is about, from the closed list; null for any")
    stage: str = Field(description="The stage of the case that it belongs to")
    at: datetime = Field(description="When it happened here, UTC")


class NeedOpened(NeedEvent):
    """A staff group needs something: its case has come to a stage, a barrier was disclosed, or it says so itself."""

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.need-opened.v1"

    again: bool = Field(description="Whether it had been closed, or somebody had been at it, before")


class NeedClosed(NeedEvent):
    """A staff group does not need something any more: it was met, or is not needed, as by the course of the case."""

    TYPE: ClassVar[str] = f"{PREFIX}.advice-matching.need-closed.v1"

    state: str = Field(description="met or not-needed")
    reason: str | None = Field(default=None, description="Why it is not needed, from the closed lists")
