"""Bodies are found first by the short names that people type."""

import csv
from importlib.resources import files

import pytest

from tests.conftest import Api

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Herts CC", "Hertfordshire County Council"),
        ("Hull", "Hull City Council"),
        ("UCLH", "University College London Hospitals NHS Foundation Trust"),
        ("hampshire icb", "NHS Hampshire and Isle of Wight Integrated Care Board"),
        ("GMCA", "Greater Manchester Combined Authority"),
        ("B&NES", "Bath and North East Somerset Council"),
    ],
)
async def test_a_body_is_found_first_by_its_short_name(stranger: Api, typed: str, name: str) -> None:
    found = (await stranger.get("/v1/bodies", params={"q": typed})).json()["items"]
    assert [each["name"] for each in found][:1] == [name], [each["name"] for each in found][:5]


async def test_a_short_name_is_that_of_the_body_that_has_it_today(stranger: Api) -> None:
    """The combined authority of the North East of 2024 took over the short name of the one before it."""
    found = (await stranger.get("/v1/bodies", params={"q": "NECA", "ended": "true"})).json()["items"]
    assert [each["name"] for each in found] == ["North East Mayoral Combined Authority"]


async def test_every_short_name_finds_its_body_first(stranger: Api) -> None:
    text = (files("rtp_applications") / "reference" / "body-aliases.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        if not row["until"]:
            found = (await stranger.get("/v1/bodies", params={"q": row["alias"]})).json()["items"]
            body = (await stranger.get(f"/v1/bodies/{row['body']}")).json()
            assert found[0]["id"] == body["id"], row
