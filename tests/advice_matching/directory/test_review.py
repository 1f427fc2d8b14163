"""The operator looks at the people of a network before they are shown, where it has said so; no contacts are ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_advice_matching.directory.contacts import find_contact_details
from tests.advice_matching.directory.profiles import (
    ADVISERS,
    MODERATOR,
    NETWORKS,
    act,
    add_person,
    change,
    describe_person,
    record_network,
)
from tests.conftest import Api, NewClient

pytestmark = pytest.mark.anyio


async def list_waiting(api: Api) -> set[str]:
    answer = await api.get(ADVISERS, params={"status": "in-review", "limit": 200})
    return {f"{ADVISERS}/{each['id']}" for each in answer.json()["items"]}


async def test_who_is_reviewed_is_shown_once_the_operator_publishes_them(new_client: NewClient) -> None:
    api, moderator = await record_network(new_client), await new_client(scopes=MODERATOR)
    network, anybody = f"{NETWORKS}/{api.organisation}", await new_client(scopes="advisers:read")
    assert (await api.get(network)).json()["reviewed"] is False
    assert (await act(moderator, network, "set-review", {"reviewed": True})).json()["reviewed"] is True
    person = await add_person(api)
    assert (await api.get(person)).json()["status"] == "in-review"
    assert (await anybody.get(person)).status_code == 404
    assert await list_waiting(api) == {person}
    assert person in await list_waiting(moderator)
    assert await list_waiting(anybody) == set()
    again = await act(api, person, "publish")
    assert (again.status_code, again.json()["status"]) == (200, "in-review"), "its network cannot show it itself"
    assert (await act(moderator, person, "publish")).json()["status"] == "published"
    assert (await anybody.get(person)).status_code == 200

    assert (await change(api, person, capacity=4)).json()["status"] == "published", "numbers are not words"
    assert (await change(api, person, about="Something new.")).json()["status"] == "in-review"
    assert (await anybody.get(person)).status_code == 404
    suspended = await act(moderator, person, "suspend", {"reason": "Say what is theirs"})
    assert suspended.json()["status"] == "suspended"
    assert (await act(api, person, "publish")).status_code == 409


async def test_without_review_a_network_shows_its_people_itself(new_client: NewClient) -> None:
    api, moderator = await record_network(new_client), await new_client(scopes=MODERATOR)
    network = f"{NETWORKS}/{api.organisation}"
    assert (await act(moderator, network, "set-review", {"reviewed": True})).status_code == 200
    person = await add_person(api)
    assert (await act(moderator, network, "set-review", {"reviewed": False})).status_code == 200
    assert (await api.get(person)).json()["status"] == "in-review", "who waits goes on waiting"
    assert (await act(api, person, "publish")).json()["status"] == "published"
    assert (await change(api, person, about="Something new.")).json()["status"] == "published"


async def test_only_the_operator_says_who_is_reviewed(new_client: NewClient) -> None:
    api = await record_network(new_client)
    path = f"{NETWORKS}/{api.organisation}/actions/set-review"
    assert (await api.post(path, json={"reviewed": False}, headers={"If-Match": "*"})).status_code == 403
    moderator = await new_client(scopes=MODERATOR)
    stale = await moderator.post(path, json={"reviewed": True}, headers={"If-Match": '"0"'})
    assert stale.status_code == 412
    odd = await moderator.post(path, json={"reviewed": "yes"}, headers={"If-Match": "*"})
    assert [each["field"] for each in odd.json()["errors"]] == ["/reviewed"]


async def test_contact_details_are_refused_by_their_field(new_client: NewClient) -> None:
    api = await record_network(new_client)
    refused = await api.post(ADVISERS, json=describe_person(about="Write to sam@mutual.example."))
    assert refused.status_code == 422
    assert refused.json()["type"].endswith("/problems/contact-details-given")
    [error] = refused.json()["errors"]
    assert (error["field"], error["reason"].split(":")[0]) == ("/about", "holds an e-mail address")
    person = await add_person(api)
    changed = await change(api, person, name="Sam, 07700 900123")
    assert [each["field"] for each in changed.json()["errors"]] == ["/name"]
    assert (await api.get(person)).json()["name"] == "Test mentor"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Ask Sam (sam.lee@council.gov.uk) about it", ["e-mail"]),
        ("<sam@mutual.example>, or https://mutual.example/sam", ["e-mail", "web page"]),
        ("See www.mutual.example for more", ["web page"]),
        ("See mutual.coop/people.", ["web page"]),
        ("Ring 0113 496 0000 after six", ["telephone"]),
        ("Ring +44 (0)20 7946 0000", ["telephone"]),
        ("Ring 020-7946-0000, please", ["telephone"]),
        ("Led 120 people from 2010 to 2015, 2016-2019 elsewhere", []),
        ("Turned 0.5 million into 12,000,000 pounds; e.g. Kent. Made the case.", []),
        ("Co-founded a mutual @ Leeds, at 9.30 on 01.02.2019", []),
        ("Company 01234567 and case RTP-482-715-9361", []),
    ],
)
def test_what_is_a_contact_detail(text: str, kinds: list[str]) -> None:
    reasons = [error.reason for error in find_contact_details({"about": text})]
    assert len(reasons) == len(kinds), reasons
    assert all(kind in reason for kind, reason in zip(kinds, reasons, strict=True))


@given(
    st.text(max_size=40), st.text(max_size=40), st.sampled_from(["a@b.example", "https://b.example", "07700 900123"])
)
def test_what_stands_around_a_contact_detail_hides_none(before: str, after: str, detail: str) -> None:
    assert list(find_contact_details({"about": f"{before}\n{detail}\n{after}"}))
