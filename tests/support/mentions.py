"""A search for a word in all that any service keeps."""

from sqlalchemy import text

from rtp_embedded.platform import Platform
from tests.support.tables import open_as

_TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"

# Bytes are shown in hexadecimal digits.
_SAYS = """
    SELECT 1 FROM {} t
    WHERE position(:word IN t::text) > 0 OR position(encode(convert_to(:word, 'UTF8'), 'hex') IN t::text) > 0 LIMIT 1
"""


async def find_mentions(platform: Platform, word: str) -> list[str]:
    """Return the tables, as service.table, in which the word stands."""
    found: set[str] = set()
    for runtime in (platform.gateway, *platform.background.values()):
        async with open_as(runtime, "owner") as session:
            for table in (await session.scalars(text(_TABLES))).all():
                if await session.scalar(text(_SAYS.format(table)), {"word": word}):
                    found.add(f"{runtime.service.name}.{table}")
    return sorted(found)
