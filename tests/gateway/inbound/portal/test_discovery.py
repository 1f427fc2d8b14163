"""What catalogues read: it has the form of its standard, and every address that it gives is there."""

import pytest

from tests.conftest import PUBLIC_URL
from tests.gateway.inbound.conftest import Anybody

pytestmark = pytest.mark.anyio
CATALOGUE = "/.well-known/api-catalog"


async def test_the_api_catalogue_lists_the_apis_with_their_descriptions(anybody: Anybody) -> None:
    answer = await anybody.get(CATALOGUE)
    assert answer.headers["content-type"] == (
        'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    )
    listed, *apis = answer.json()["linkset"]
    assert listed["anchor"] == f"{PUBLIC_URL}{CATALOGUE}"
    assert [each["href"] for each in listed["item"]] == [api["anchor"] for api in apis]
    for api in apis:
        for relation in ("service-desc", "service-doc", "service-meta", "status"):
            for link in api[relation]:
                path = link["href"].removeprefix(PUBLIC_URL)
                found = await anybody.get(path)
                assert found.status_code == 200, path
                kind = link["type"].partition(";")[0].rpartition("+")[2].rpartition("/")[2]
                assert kind in found.headers["content-type"], path


async def test_its_head_says_where_the_catalogue_is(anybody: Anybody) -> None:
    answer = await anybody.head(CATALOGUE)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["link"] == f'<{PUBLIC_URL}{CATALOGUE}>; rel="api-catalog"'


async def test_the_catalogue_of_government_can_harvest_the_apis(anybody: Anybody) -> None:
    accepted = "application/vnd.uk.gov.api.v1alpha+json"
    answer = await anybody.get("/apis", headers={"Accept": accepted, "correlation-id": "harvest-1"})
    assert answer.headers["content-type"] == accepted
    assert answer.headers["correlation-id"] == "harvest-1"
    for each in answer.json()["apis"]:
        assert each["api-version"] == "api.gov.uk/v1alpha"
        data = each["data"]
        assert data.keys() == {"name", "description", "url", "contact", "organisation", "documentation-url"}
        assert data["url"].startswith(f"{PUBLIC_URL}/")
        assert (await anybody.get(data["documentation-url"].removeprefix(PUBLIC_URL))).status_code == 200
