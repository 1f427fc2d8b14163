"""Nobody is told by an event what they may not know: each field of each event, against each reader who may get it."""

import uuid
from collections.abc import Iterable, Mapping
from enum import StrEnum

import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_shared.contracts import EventData, catalogue
from rtp_shared.contracts.applications import CaseSubmitted
from tests.conftest import NewClient
from tests.support.cases import employer_id, open_case, submit_case
from tests.support.people import appointed
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio


class Audience(StrEnum):
    """A kind of reader."""

    OPENER = "the client that opened the draft"
    CASE = "clients and bodies that see the case once it is submitted, and the central team"
    NETWORK = "the network of an adviser who was proposed"
    AGREED_NETWORK = "the network of the adviser who was agreed on"
    ASKED_NETWORK = "the network of the one adviser that the event is about"
    OWNER = "the client that a subscription or a saved search belongs to"
    FOLLOWER = "a client of which a saved search has found the product"
    DIRECTORY = "whoever looks after the directory of advisers"
    KEEPER = "the organisation that keeps a product of the directory, and the directory's operator"


OPENER, CASE, NETWORK, AGREED, ASKED, OWNER, FOLLOWER, DIRECTORY, KEEPER = Audience
EVERYBODY_OF_A_CASE = frozenset({OPENER, CASE, NETWORK, AGREED})

# An event that is not here is told to all who see the case. One that is shown to others must be added, and with it
# each of its fields must be looked at again.
AUDIENCES: Mapping[str, frozenset[Audience]] = {
    "applications.case-opened": frozenset({OPENER}),
    "applications.case-withdrawn": frozenset({OPENER, CASE}),
    "applications.party-changed": frozenset({OPENER, CASE}),
    "advice-matching.adviser-proposed": frozenset({NETWORK, AGREED}),
    "advice-matching.support-agreed": frozenset({CASE, AGREED}),
    **dict.fromkeys(
        (
            "advice-matching.match-offered",
            "advice-matching.match-accepted",
            "advice-matching.match-declined",
            "advice-matching.engagement-started",
            "advice-matching.first-contact-missed",
            "advice-matching.first-contact-made",
            "advice-matching.engagement-ended",
            "advice-matching.follow-up-due",
        ),
        frozenset({OPENER, ASKED}),
    ),
    "advice-matching.capacity-low": frozenset({ASKED}),
    **dict.fromkeys(
        ("advice-matching.resource-check-lapsed", "advice-matching.feed-load-lapsed"), frozenset({DIRECTORY})
    ),
    **dict.fromkeys(
        (
            "finance-directory.product-opened",
            "finance-directory.product-closing",
            "finance-directory.product-withdrawn",
        ),
        frozenset({FOLLOWER, KEEPER}),
    ),
    "finance-directory.product-verification-lapsed": frozenset({KEEPER}),
    "finance-directory.search-matched": frozenset({OWNER}),
    "gateway.subscription-tested": frozenset({OWNER}),
    "gateway.subscription-disabled": frozenset({OWNER}),
    "gateway.subscription-enabled": frozenset({OWNER}),
    "gateway.event-dead-lettered": frozenset({OWNER}),
}

# Who may know a field, by its name. What is not here only those may know who see the case, so a new field is told to
# nobody else before somebody has thought about it.
MAY_KNOW: Mapping[str, frozenset[Audience]] = {
    "caseId": EVERYBODY_OF_A_CASE,
    "number": frozenset({OPENER, CASE}),
    "route": frozenset({OPENER, CASE}),
    "withdrawnFrom": frozenset({OPENER, CASE}),
    "withdrawnAt": frozenset({OPENER, CASE}),
    "partyId": frozenset({OPENER, CASE}),
    "change": frozenset({OPENER, CASE}),
    "role": frozenset({OPENER, CASE}),
    "holderKind": frozenset({OPENER, CASE}),
    "at": frozenset({OPENER, CASE, ASKED, OWNER}),
    **dict.fromkeys(("sector", "region", "stage", "topics"), frozenset({OPENER, CASE, ASKED})),
    **dict.fromkeys(("engagementId", "answerBy", "contactBy", "madeOn", "late", "outcome"), frozenset({OPENER, ASKED})),
    **dict.fromkeys(("days", "dueOn"), frozenset({OPENER, CASE, ASKED})),
    **dict.fromkeys(("productId", "version", "openedOn", "closesOn"), frozenset({CASE, FOLLOWER, KEEPER})),
    **dict.fromkeys(("savedSearchId", "productIds", "more", "matchedOn"), frozenset({OWNER})),
    "verifiedOn": frozenset({CASE, ASKED, KEEPER}),
    "reason": frozenset({OPENER, CASE, ASKED, FOLLOWER, KEEPER}),
    **dict.fromkeys(("resourceId", "checkedOn", "openReferralFeedId", "lastLoadedAt"), frozenset({DIRECTORY})),
    "source": frozenset({CASE, DIRECTORY}),
    "capacity": frozenset({ASKED}),
    "freePlaces": frozenset({ASKED}),
    "supportRequestId": frozenset({OPENER, CASE, NETWORK, AGREED, ASKED}),
    "proposedAt": frozenset({CASE, NETWORK, AGREED}),
    "adviserIds": frozenset({CASE}),
    "ownAdviserIds": frozenset({NETWORK, AGREED}),
    "networkNoticeId": frozenset({NETWORK, AGREED}),
    "adviserId": frozenset({OPENER, CASE, AGREED, ASKED}),
    "agreedAt": frozenset({CASE, AGREED}),
    "networkId": frozenset({CASE, AGREED}),
    "kind": frozenset({CASE, AGREED}),
    "subscriptionId": frozenset({OWNER}),
    "failingSince": frozenset({OWNER}),
    "lastStatus": frozenset({OWNER}),
    "eventId": frozenset({OWNER}),
    "eventType": frozenset({OWNER}),
}


def name_event(type_: str) -> str:
    """`advice-matching.support-agreed`"""
    return ".".join(type_.split(".")[2:4])


def find_audience(type_: str) -> frozenset[Audience]:
    return AUDIENCES.get(name_event(type_), frozenset({CASE}))


@pytest.mark.parametrize("kind", catalogue().values(), ids=catalogue().keys())
def test_every_field_may_be_known_by_whoever_is_told(kind: type[EventData]) -> None:
    audience = find_audience(kind.TYPE)
    for field in kind.model_fields.values():
        allowed = MAY_KNOW.get(str(field.alias), frozenset({CASE}))
        assert audience <= allowed, f"{field.alias} is told to {', '.join(sorted(audience - allowed))}"


def test_what_is_said_here_is_said_of_events_and_fields_that_there_are() -> None:
    assert AUDIENCES.keys() <= {name_event(type_) for type_ in catalogue()}
    fields = {str(field.alias) for kind in catalogue().values() for field in kind.model_fields.values()}
    assert MAY_KNOW.keys() <= fields


async def list_published(platform: Platform, subjects: Iterable[uuid.UUID]) -> list[tuple[str, list[str]]]:
    """The types and readers of all that any service published about these."""
    found: list[tuple[str, list[str]]] = []
    for runtime in platform.runtimes.values():
        async with open_as(runtime, "owner") as session:
            query = text("SELECT type, readers FROM outbox WHERE case_id = ANY(:ids)")
            found += [(row.type, row.readers) for row in await session.execute(query, {"ids": list(subjects)})]
    return found


async def test_the_readers_that_events_really_have_are_of_their_audience(
    platform: Platform, new_client: NewClient
) -> None:
    opener = await new_client()
    draft = await open_case(opener)
    case = await submit_case(opener, draft)
    await platform.drain_events()
    [line] = (await opener.get("/v1/support-requests", params={"caseId": case["id"]})).json()["items"]
    request = (await opener.get(f"/v1/support-requests/{line['id']}")).json()
    best, *_ = request["proposals"]
    path, version = f"/v1/support-requests/{request['id']}/actions/accept", {"If-Match": f'"{request["version"]}"'}
    assert (await opener.post(path, json={"adviserId": best["adviserId"]}, headers=version)).status_code == 200
    await platform.drain_events()

    who: dict[str, set[Audience]] = {
        "system": set(Audience),
        f"client:{opener.client_id}": {OPENER, CASE},
        f"org:{employer_id()}": {CASE},
        "scope:cases:oversee": {CASE},
        **{f"org:{proposal['networkId']}": {NETWORK} for proposal in request["proposals"]},
        f"org:{best['networkId']}": {NETWORK, AGREED, CASE},
    }
    published = await list_published(platform, [uuid.UUID(case["id"]), uuid.UUID(request["id"])])
    assert {name_event(type_) for type_, _ in published} >= {
        "applications.case-opened",
        "applications.case-submitted",
        "advice-matching.support-proposed",
        "advice-matching.adviser-proposed",
        "advice-matching.support-agreed",
        "finance-directory.shortlist-made",
    }
    for type_, readers in published:
        for reader in readers:
            assert who[reader] & find_audience(type_), f"{type_} is shown to {reader}"


async def test_whoever_opened_a_case_is_the_first_reader_of_its_submission(
    platform: Platform, new_client: NewClient
) -> None:
    """By which other services know it from those who were let in."""
    opener, adviser = await new_client(), await new_client()
    draft = await open_case(opener)
    await appointed(opener, draft, "adviser", "p-adviser", holder={"client": adviser.client_id})
    case = await submit_case(opener, (await opener.get(f"/v1/cases/{draft['id']}")).json())
    readers = dict(await list_published(platform, [uuid.UUID(case["id"])]))[CaseSubmitted.TYPE]
    assert readers[0] == f"client:{opener.client_id}"
    assert f"client:{adviser.client_id}" in readers
