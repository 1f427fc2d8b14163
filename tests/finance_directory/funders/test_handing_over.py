"""A funder that came with the service is handed over to the organisation that it is, and comes back."""

import uuid
from typing import Any

import pytest

from rtp_embedded.platform import Platform
from rtp_finance_directory.load import load_reference_data, make_funder_id, make_product_id, make_programme_id
from tests.conftest import Api
from tests.finance_directory.directory.conftest import GRANT
from tests.finance_directory.funders.conftest import FUNDER, draft_funder
from tests.support.problems import list_fields
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
ACCESS = f"/v1/funders/{make_funder_id('access-foundation')}"
REACH = f"/v1/products/{make_product_id('access-reach-fund')}"
PROGRAMME = f"/v1/programmes/{make_programme_id('reach-fund')}"


async def read(api: Api, path: str) -> tuple[Json, str]:
    answer = await api.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json(), answer.headers["ETag"]


async def hand_over(operator: Api, path: str, organisation: object, *, etag: str | None = None) -> Any:
    match = etag or (await read(operator, path))[1]
    body = {"organisation": organisation and str(organisation)}
    return await operator.post(f"{path}/actions/hand-over", json=body, headers={"If-Match": match})


async def test_its_own_client_keeps_it_from_then_on_and_the_file_does_not_write_over_it(
    platform: Platform, funder: Api, operator: Api, anybody: Api
) -> None:
    before, stale = await read(anybody, ACCESS)
    product, _ = await read(anybody, REACH)
    answer = await hand_over(operator, ACCESS, funder.organisation)
    assert answer.status_code == 200, answer.text
    try:
        for path in (ACCESS, REACH, PROGRAMME):
            newest = (await funder.get(f"{path}/versions", params={"limit": "1"})).json()["items"][0]
            assert newest["change"] == "handed-over"
        again = await hand_over(operator, ACCESS, funder.organisation)
        assert again.headers["ETag"] == answer.headers["ETag"]  # the same keeper counts no version
        _, etag = await read(funder, ACCESS)
        said = {**FUNDER, "name": before["name"], "website": "https://kept.example"}
        kept = await funder.put(ACCESS, json=said, headers={"If-Match": etag})
        assert kept.status_code == 200, kept.text
        mine = await funder.post("/v1/products", json={**GRANT, "funderId": before["id"]})
        assert mine.status_code == 201, mine.text
        async with open_as(platform.runtimes["finance-directory"], "operator") as session:
            await load_reference_data(session)
        assert (await read(anybody, ACCESS))[0]["website"] == "https://kept.example"
        refused = await hand_over(operator, ACCESS, None, etag=stale)
        assert refused.status_code == 412
    finally:
        back = await hand_over(operator, ACCESS, None)
    assert back.status_code == 200, back.text
    async with open_as(platform.runtimes["finance-directory"], "operator") as session:
        await load_reference_data(session)
    assert (await read(anybody, ACCESS))[0]["website"] == before["website"]
    assert (await read(anybody, REACH))[0]["name"] == product["name"]
    lost = await funder.put(REACH, json=GRANT, headers={"If-Match": "*"})
    assert lost.status_code == 404
    assert (await funder.get(f"/v1/products/{mine.json()['id']}")).status_code == 200  # what it added stays its own


async def test_only_the_operator_hands_over_and_only_what_came_with_the_service(
    funder: Api, operator: Api, anybody: Api
) -> None:
    for api, status in ((funder, 403), (anybody, 401)):
        assert (await hand_over(api, ACCESS, uuid.uuid4())).status_code == status
    own = await draft_funder(funder)
    refused = await hand_over(operator, f"/v1/funders/{own['id']}", operator.organisation)
    assert refused.status_code == 409, refused.text
    assert (await hand_over(operator, f"/v1/funders/{uuid.uuid4()}", None, etag="*")).status_code == 404
    unsaid = await operator.post(f"{ACCESS}/actions/hand-over", json={}, headers={"If-Match": "*"})
    assert (unsaid.status_code, list_fields(unsaid)) == (422, {"/organisation"})
