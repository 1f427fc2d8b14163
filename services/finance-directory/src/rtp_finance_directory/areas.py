"""Areas by ONS code, as far as the directory needs them: the UK, England, its nine regions, and single counties.

Source: ONS Register of Geographic Codes.
"""

import csv
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

UK = "K02000001"
ENGLAND = "E92000001"
REGION = r"^E1200000[1-9]$"
SMALLER_AREA = r"^E(06|07|08|09|10)\d{6}$"

NAMES = {
    UK: "the whole UK",
    ENGLAND: "England",
    "E12000001": "the North East",
    "E12000002": "the North West",
    "E12000003": "Yorkshire and the Humber",
    "E12000004": "the East Midlands",
    "E12000005": "the West Midlands",
    "E12000006": "the East of England",
    "E12000007": "London",
    "E12000008": "the South East",
    "E12000009": "the South West",
    "E10000016": "Kent",
}

REGIONS = tuple(code for code in NAMES if code.startswith("E12"))
"""The nine regions of England."""

REGION_OF = {"E10000016": "E12000008"}
"""The region that holds a smaller area."""


_BY_NAME = {
    "north east": "E12000001",
    "north west": "E12000002",
    "yorkshire and the humber": "E12000003",
    "east midlands": "E12000004",
    "west midlands": "E12000005",
    "east of england": "E12000006",
    "london": "E12000007",
    "greater london": "E12000007",
    "south east": "E12000008",
    "south west": "E12000009",
    "wales": "W92000004",
    "scotland": "S92000003",
    "northern ireland": "N92000002",
    "england": "E92000001",
    "united kingdom": "K02000001",
    "uk wide": "K02000001",
}


class Reach(NamedTuple):
    """The extent to which a product serves a region."""

    whole: bool
    part: bool


def find_reach(areas: Collection[str], region: str) -> Reach:
    return Reach(
        whole=not list_areas_around(region).isdisjoint(areas),
        part=any(REGION_OF.get(area) == region for area in areas),
    )


def serve_a_part(areas: Collection[str]) -> bool:
    """Return whether they serve a part of some region, and not the whole of it."""
    regions = (REGION_OF[area] for area in areas if area in REGION_OF)
    return any(not find_reach(areas, region).whole for region in regions)


def list_areas_around(region: str) -> set[str]:
    """Return the codes of the areas that hold the whole of a region."""
    return {UK, ENGLAND, region} if region.startswith("E") else {UK, region}


def list_areas_within(region: str) -> set[str]:
    """Return the codes of the areas that are a part of the region."""
    return {area for area, within in REGION_OF.items() if within == region}


def name_areas(codes: Collection[str]) -> str:
    """Return the areas as people name them, in the order given."""
    return ", ".join(NAMES.get(code, code) for code in codes)


@cache
def read_regions() -> Mapping[str, str]:
    """Return the region of each area, by its ONS code, and of each region by its name in small letters."""
    reference = files("rtp_finance_directory") / "reference"
    rows = csv.DictReader((reference / "area-regions.csv").read_text("utf-8").splitlines())
    return {row["code"]: row["region"] for row in rows} | _BY_NAME | {code: code for code in _BY_NAME.values()}
