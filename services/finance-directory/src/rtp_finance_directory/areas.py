"""Areas by ONS code, as far as the directory needs them: the UK, England, its nine regions, and single counties.

Source: ONS Register of Geographic Codes.
"""

from collections.abc import Collection
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
