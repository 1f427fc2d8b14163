"""Open data: complete, in step with what is published elsewhere, explained column by column, and of nobody."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from rtp_applications.statistics.commands import publish_periods
from rtp_embedded.platform import Platform
from tests.applications.registers.decisions.test_commands import CHALLENGE, refused
from tests.conftest import Api, NewClient
from tests.support.cases import open_case, submit_case
from tests.support.pages import read_pages

pytestmark = pytest.mark.anyio
OPEN_GOVERNMENT_LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


@pytest.fixture
async def anybody(platform: Platform) -> Any:
    async with Api(transport=httpx.ASGITransport(platform.app), base_url=platform.public_url) as nobody:
        yield nobody


async def download(api: Api, path: str) -> Any:
    answer = await api.get(f"/v1/open-data{path}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text))) if path.endswith(".csv") else answer.json()


async def publish_month(platform: Platform, group: Api) -> None:
    """Publish April 2019 with at least eight open cases."""
    for _ in range(8):
        await submit_case(group, await open_case(group, employer="GB-LAE-HAV"))
    async with platform.background["applications"].database.transaction() as session:
        await publish_periods(session, now=datetime(2019, 5, 2, tzinfo=UTC))


async def test_a_year_of_decisions_is_the_register_in_both_formats(
    new_client: NewClient, platform: Platform, anybody: Api
) -> None:
    office = await refused(new_client, route=CHALLENGE)
    year = datetime.now(UTC).year
    whole = await download(anybody, f"/decisions-{year}.json")
    register = await read_pages(anybody, "/v1/decisions", limit=200)
    published = [each for each in register if each["publishedAt"].startswith(str(year))]
    assert sorted(each["id"] for each in whole["decisions"]) == sorted(each["id"] for each in published)
    assert whole["licence"] == OPEN_GOVERNMENT_LICENCE
    rows = await download(anybody, f"/decisions-{year}.csv")
    assert [row["id"] for row in rows] == [each["id"] for each in whole["decisions"]]
    [row] = [row for row in rows if row["serviceName"] == office.case["serviceName"]]
    assert (row["decision"], row["text"]) == ("refused", "The service stops.")
    assert office.case["id"] not in str(whole)
    assert office.case["number"] not in str(whole)


async def test_a_year_without_decisions_has_a_line_of_names_and_no_rows(anybody: Api) -> None:
    assert await download(anybody, "/decisions-2013.csv") == []
    assert (await download(anybody, "/decisions-2013.json"))["decisions"] == []
    assert (await anybody.get("/v1/open-data/decisions-1.csv")).status_code == 422


async def test_figures_are_those_of_the_statistics(new_client: NewClient, platform: Platform, anybody: Api) -> None:
    await publish_month(platform, await new_client())
    statistics = (await anybody.get("/v1/statistics/months/2019-04")).json()
    figures = (await download(anybody, "/figures.json"))["figures"]
    of_the_month = [each for each in figures if each["period"] == "2019-04"]
    open_cases = {each["of"]: each["value"] for each in of_the_month if each["figure"] == "open-cases"}
    assert open_cases == {each["status"]: each["cases"] for each in statistics["openCases"]}
    assert open_cases
    numbers = sorted(_list_numbers(statistics))
    assert sorted(each["value"] for each in of_the_month) == numbers
    rows = await download(anybody, "/figures.csv")
    assert [(row["period"], row["figure"], row["of"], row["value"]) for row in rows] == [
        (each["period"], each["figure"], each["of"], str(each["value"])) for each in figures
    ]


def _list_numbers(statistics: dict[str, Any]) -> list[int]:
    """Every number that a month shows, but the years of survival, which are labels."""
    tables = [each for name, each in statistics.items() if isinstance(each, list)]
    rows = [row for table in tables for row in table]
    return [
        value
        for row in [*rows, {"launched": statistics["launched"]}]
        for name, value in row.items()
        if isinstance(value, int) and name != "years"
    ]


async def test_the_catalogue_names_what_can_be_downloaded_and_every_column_is_explained(
    new_client: NewClient, anybody: Api
) -> None:
    await refused(new_client, route=CHALLENGE)
    answer = await anybody.get("/v1/open-data")
    assert answer.headers["content-type"] == "application/ld+json"
    catalogue = answer.json()
    dictionary = (await anybody.get("/v1/open-data/dictionary")).json()
    explained = {each["url"]: each["tableSchema"]["columns"] for each in dictionary["tables"]}
    assert catalogue["dcterms:license"] == {"@id": OPEN_GOVERNMENT_LICENCE}
    for dataset in catalogue["dcat:dataset"]:
        for distribution in dataset["dcat:distribution"]:
            url = distribution["dcat:downloadURL"]["@id"]
            downloaded = await anybody.get(url)
            assert downloaded.status_code == 200
            media_type = distribution["dcat:mediaType"]["@id"].removeprefix(
                "https://www.iana.org/assignments/media-types/"
            )
            assert downloaded.headers["content-type"].partition(";")[0] == media_type
            if media_type == "text/csv":
                names = next(csv.reader(io.StringIO(downloaded.text)))
                assert names == [column["name"] for column in explained.pop(url)]
    assert explained == {}


async def test_what_would_be_calculated_in_a_spreadsheet_stays_text(new_client: NewClient, anybody: Api) -> None:
    await refused(new_client, route=CHALLENGE, serviceName="=HYPERLINK(1) Library")
    rows = await download(anybody, f"/decisions-{datetime.now(UTC).year}.csv")
    assert "'=HYPERLINK(1) Library" in {row["serviceName"] for row in rows}
