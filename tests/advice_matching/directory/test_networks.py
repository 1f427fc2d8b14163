"""Networks: recorded by themselves, published and suspended by the operator, with their people."""

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


async def test_a_network_that_leaves_takes_its_people_along(new_client: NewClient) -> None:
    api, anybody = await record_network(new_client), await new_client(scopes="advisers:read")
    network, person = f"{NETWORKS}/{api.organisation}", await add_person(api)
    assert (await act(api, network, "withdraw")).json()["status"] == "withdrawn"
    assert (await anybody.get(person)).status_code == 404
    assert (await change(api, network, name="Back")).status_code == 409
    listed = await anybody.get(NETWORKS, params={"limit": 200})
    assert str(api.organisation) not in {each["id"] for each in listed.json()["items"]}


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
