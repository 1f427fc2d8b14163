"""Networks: recorded by themselves, published and suspended by the operator, with their people."""

import uuid

import pytest

from tests.advice_matching.directory.profiles import (
    ADVISERS,
    KEEPER,
    MODERATOR,
    NETWORKS,
    act,
    add_person,
    change,
    record_network,
)
from tests.conftest import NewClient

pytestmark = pytest.mark.anyio


async def test_people_are_shown_once_their_network_is(new_client: NewClient) -> None:
    api, moderator = await record_network(new_client, published=False), await new_client(scopes=MODERATOR)
    anybody = await new_client(scopes="advisers:read")
    network, person = f"{NETWORKS}/{api.organisation}", await add_person(api)
    for path in (network, person):
        assert (await anybody.get(path)).status_code == 404
    assert (await api.post(f"{network}/actions/publish", headers={"If-Match": "*"})).status_code == 403
    assert (await act(moderator, network, "publish")).status_code == 200
    for path in (network, person):
        assert (await anybody.get(path)).status_code == 200
    assert (await act(moderator, network, "suspend", {"reason": "Not who it says"})).status_code == 200
    for path in (network, person):
        assert (await anybody.get(path)).status_code == 404
    assert (await api.get(network)).json()["suspendedFor"] == "Not who it says"


async def test_a_new_name_shows_with_every_person_at_once(new_client: NewClient) -> None:
    api = await record_network(new_client)
    network, person = f"{NETWORKS}/{api.organisation}", await add_person(api)
    before = (await api.get(person)).json()
    renamed = await change(api, network, name="The new name", website="https://network.example/people")
    assert (renamed.json()["name"], renamed.json()["website"]) == ("The new name", "https://network.example/people")
    after = (await api.get(person)).json()
    assert after == before | {"networkName": "The new name", "version": before["version"] + 1}
    assert (await change(api, network, name="The new name")).headers["etag"] == renamed.headers["etag"]


async def test_an_organisation_is_one_network(new_client: NewClient) -> None:
    api = await record_network(new_client)
    again = await api.post(NETWORKS, json={"name": "Another", "description": "Of the same."})
    assert again.status_code == 409
    assert again.json()["type"].endswith("/problems/network-recorded-already")
    for website in ("network.example", "javascript:alert(1)", "https://"):
        refused = await change(api, f"{NETWORKS}/{api.organisation}", website=website)
        assert [each["field"] for each in refused.json()["errors"]] == ["/website"]


async def test_a_network_that_leaves_takes_its_people_down(new_client: NewClient) -> None:
    api, anybody = await record_network(new_client), await new_client(scopes="advisers:read")
    network, person = f"{NETWORKS}/{api.organisation}", await add_person(api, conflicts=[str(uuid.uuid4())])
    draft, gone = await add_person(api, published=False), await add_person(api)
    assert (await act(api, gone, "withdraw")).status_code == 200
    before = [(await api.get(path)).json() for path in (network, person, draft)]
    etag = {"If-Match": (await api.get(network)).headers["etag"]}
    tried = await api.post(f"{network}/actions/withdraw", headers=etag, params={"dryRun": "true"})
    assert tried.json() == {
        "people": sorted(path.rpartition("/")[2] for path in (person, draft)), "shown": 1, "placesTaken": 0
    }  # fmt: skip
    assert [(await api.get(path)).json() for path in (network, person, draft)] == before, "a dry run does nothing"
    assert (await act(api, network, "withdraw")).json()["status"] == "withdrawn"
    for path in (person, draft):
        left = (await api.get(path)).json()
        assert (left["name"], left["about"], left["status"]) == ("Profile taken down", None, "withdrawn")
        assert left["conflicts"] == left["calendar"] == []
    assert (await anybody.get(person)).json()["name"] == "Profile taken down"
    assert (await change(api, network, name="Back")).status_code == 409
    again = await api.post(f"{network}/actions/withdraw", headers={"If-Match": "*"}, params={"dryRun": "true"})
    assert again.status_code == 409
    listed = await anybody.get(NETWORKS, params={"limit": 200})
    assert str(api.organisation) not in {each["id"] for each in listed.json()["items"]}


async def test_only_its_keepers_learn_what_a_withdrawal_would_do(new_client: NewClient) -> None:
    api, rival = await record_network(new_client), await record_network(new_client)
    moderator = await new_client(scopes=MODERATOR)
    path, asked = f"{NETWORKS}/{api.organisation}/actions/withdraw", {"dryRun": "true"}
    for client, status in ((rival, 403), (moderator, 200)):
        assert (await client.post(path, headers={"If-Match": "*"}, params=asked)).status_code == status
    assert (await api.post(path, headers={"If-Match": '"0"'}, params=asked)).status_code == 412


async def test_who_may(new_client: NewClient) -> None:
    reader, keeper = await new_client(scopes="advisers:read"), await new_client(scopes=KEEPER)
    assert (await reader.post(NETWORKS, json={"name": "N", "description": "D"})).status_code == 403
    assert (await reader.post(ADVISERS, json={})).status_code == 403
    assert (await keeper.get(NETWORKS, params={"status": "draft"})).json()["items"] == []


async def test_a_network_that_was_not_shown_is_not_shown_by_leaving(new_client: NewClient) -> None:
    api, moderator = await record_network(new_client), await new_client(scopes=MODERATOR)
    network, anybody = f"{NETWORKS}/{api.organisation}", await new_client(scopes="advisers:read")
    await change(api, network, name="Free money", website="https://money.example/")
    assert (await act(moderator, network, "suspend", {"reason": "Not who it says"})).status_code == 200
    assert (await act(api, network, "withdraw")).status_code == 200
    shown = (await anybody.get(network)).json()
    assert (shown["name"], shown["description"], shown["website"]) == ("Profile taken down", "", None)
