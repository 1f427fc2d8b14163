"""Names are found as people type them."""

import pytest
from sqlalchemy import Text, literal, select

from rtp_embedded.platform import Platform
from rtp_shared.names import contain_name

pytestmark = pytest.mark.anyio

FOUND = [
    ("BIRMINGHAM WOMEN'S AND CHILDREN'S", "Women's"),
    ("BIRMINGHAM WOMEN'S AND CHILDREN'S", "women\u2019s"),
    ("BIRMINGHAM WOMEN'S AND CHILDREN'S", "womens & childrens"),
    ("King\u2019s College", "king's"),
    ("Hammersmith & Fulham", "Hammersmith and Fulham"),
    ("Brighton and Hove", "brighton&hove"),
    ("St Helens", "St. Helens"),
    ("St. Helens", "Saint Helens"),
    ("Stockton-on-Tees", "Stockton on Tees"),
    ("Stockton on Tees", "stockton\u2011on\u2013tees"),
    ("Camden", " Camden\u00a0 "),
    ("North Somerset  Council", "north somerset council"),
    ("Ynys Môn", "ynys mon"),
    ("Ynys Mon", "Ynys Mo\u0302n"),
    ("Comhairle nan Eilean Siar", "EILEAN"),
    ("\u30ab\u30d5\u30a7", "\u30d5\u30a7"),
    ("Bath and North East Somerset", "somerset bath"),
    ("Bath and North East Somerset", "north-east b"),
]
NOT_FOUND = [("Camden", "%"), ("Camden", "_"), ("Camden", " - "), ("Camden", "Cam den"), ("Saintsbury", "stsbury")]
NOT_FOUND += [("Camden", "camden council"), ("North East", "(?=x) .*"), ("North East", "east ort")]


async def find(platform: Platform, name: str, typed: str) -> bool:
    async with platform.runtimes["applications"].database.transaction(read_only=True) as session:
        return bool(await session.scalar(select(contain_name(literal(name, Text), typed))))


@pytest.mark.parametrize(("name", "typed"), FOUND)
async def test_a_name_is_found_as_it_is_typed(platform: Platform, name: str, typed: str) -> None:
    assert await find(platform, name, typed)


@pytest.mark.parametrize(("name", "typed"), NOT_FOUND)
async def test_what_is_no_part_of_a_name_finds_nothing(platform: Platform, name: str, typed: str) -> None:
    assert not await find(platform, name, typed)
