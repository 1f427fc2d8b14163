"""Headers as the RFCs have them: blanks around a value are none of it, and what has one value is sent once."""

import base64

import pytest

from tests.conftest import Api, NewClient
from tests.support.cases import READY

pytestmark = pytest.mark.anyio


@pytest.fixture
async def api(new_client: NewClient) -> Api:
    return await new_client()


@pytest.mark.parametrize("pattern", ["Basic  {}", "basic {}\t", " Basic {}", "BASIC   {} \t "])
async def test_blanks_around_credentials_are_none_of_them(api: Api, pattern: str) -> None:
    encoded = base64.b64encode(f"{api.client_id}:{api.secret}".encode()).decode()
    headers = {"Authorization": pattern.format(encoded)}
    answer = await api.post("/oauth2/token", data={"grant_type": "client_credentials"}, headers=headers)
    assert answer.status_code == 200, answer.text


async def test_blanks_around_any_header_are_none_of_it(api: Api) -> None:
    blanks = {
        "Authorization": api.headers["authorization"].replace(" ", "  ") + "\t",
        "On-Behalf-Of": "\tlead-1 ",
        "Idempotency-Key": '\t"blanks"\t',
        "Content-Type": " application/json\t",
    }
    first = await api.post("/v1/cases", json=READY, headers=blanks)
    assert first.status_code == 201, first.text
    again = await api.post("/v1/cases", json=READY, headers={"On-Behalf-Of": "lead-1", "Idempotency-Key": "blanks"})
    assert again.json()["id"] == first.json()["id"]
    etag = {"If-Match": '\t"1" ', "On-Behalf-Of": "lead-1"}
    assert (await api.patch(f"/v1/cases/{first.json()['id']}", json={}, headers=etag)).status_code == 200


@pytest.mark.parametrize("name", ["On-Behalf-Of", "Idempotency-Key", "Content-Type"])
async def test_two_lines_of_a_header_that_has_one_value_are_refused(api: Api, name: str) -> None:
    answer = await api.post("/v1/cases", content=b"{}", headers=[(name, "application/json")] * 2)
    assert answer.status_code == 400, answer.text
    assert [(each["in"], each["field"]) for each in answer.json()["errors"]] == [("header", name)]
