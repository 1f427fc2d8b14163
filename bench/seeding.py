"""Fill a database of the applications service with made-up cases, by COPY.

`python -m bench.seeding URL 1000000` fills the database at the URL, which must have the reference data and no cases,
and be reached as its superuser. The cases are spread as they would be: over ten years, over all bodies, of which the
largest employer has one in fifty; one in ten is a draft. Each body's staff have a client of their own. They are the
same ones each time.
"""

import argparse
import itertools
import json
import random
import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.copy import LibpqWriter
from tests.support.cases import EMPLOYER

from rtp_applications.bodies.models import body_id
from rtp_applications.workflow.enums import Status
from rtp_shared.contracts.vocabulary import Sector

LARGEST = body_id(EMPLOYER)
LARGEST_SHARE = 0.02
BEGAN, YEARS = datetime(2016, 4, 1, tzinfo=UTC), 10
STATUSES = {
    Status.DRAFT: 10, Status.EOI_SUBMITTED: 6, Status.EOI_SCREENING: 4, Status.EOI_UNDER_REVIEW: 4, Status.REFUSED: 30,
    Status.FEASIBILITY: 6, Status.BUSINESS_CASE: 6, Status.WITHDRAWN: 14, Status.LAUNCHED: 20,
}  # fmt: skip
KINDS = ("library", "day service", "youth club", "leisure centre", "community nursing", "children's centre", "museum")
_SYLLABLES = ("ba", "cor", "den", "fi", "gal", "hu", "lin", "mo", "nes", "pra", "ri", "sto", "tu", "ver", "wick")
WORDS = ["".join(each) for each in itertools.product(_SYLLABLES, _SYLLABLES, _SYLLABLES)]
"""Made-up words, of which the first are the most frequent in summaries, as in any language."""
COLUMNS = (
    "id", "number", "route", "process_version", "status", "version", "sequence", "opened_by", "readers", "employer_id",
    "region", "service_name", "summary", "sector", "finance_purposes", "support_needs", "conflicts_declared",
    "opened_at", "changed_at", "submitted_at",
)  # fmt: skip
_COPY = f"COPY cases ({', '.join(COLUMNS)}) FROM STDIN"
_DEADLINES = """
    INSERT INTO case_deadlines (id, case_id, clock, state, due_on, due_at, content)
    SELECT id, case_id, 'eoi-decision', 'running', due_on, due_at, jsonb_build_object(
        'id', id, 'clock', 'eoi-decision', 'basis', 'policy', 'source', 'Made up', 'calendar', 'england-and-wales',
        'length', jsonb_build_object('number', 60, 'unit', 'calendar-days'), 'pausable', true,
        'started_at', at, 'started_on', at::date, 'start_event', 'submit', 'extensions', '[]'::jsonb,
        'pauses', '[]'::jsonb, 'due_on', due_on, 'due_at', due_at, 'provisional', false, 'state', 'running',
        'reminders', '[]'::jsonb, 'reminded', 0, 'closed_at', NULL, 'history', '[]'::jsonb)
    FROM (SELECT uuidv7() AS id, id AS case_id, submitted_at AS at, submitted_at::date + 60 AS due_on,
              (submitted_at::date + 61)::timestamptz AS due_at
          FROM cases WHERE status IN ('eoi-submitted', 'eoi-screening', 'eoi-under-review')) made
"""


def make_cases(count: int, bodies: Sequence[tuple[uuid.UUID, str | None]]) -> Iterator[tuple[Any, ...]]:
    """Make the rows of cases, the oldest first. `bodies` are the employers, each with its region."""
    chance = random.Random(1)  # noqa: S311 - the same cases each time
    regions = dict(bodies)
    others = [each for each in regions if each != LARGEST]
    sizes = list(itertools.accumulate(1 / (place + 20) for place in range(len(others))))
    statuses, frequent = list(STATUSES), list(itertools.accumulate(STATUSES.values()))
    ranks = list(itertools.accumulate(1 / (place + 5) for place in range(len(WORDS))))
    sectors, step = [each.value for each in Sector], timedelta(days=365 * YEARS) / count
    for number in range(count):
        largest = chance.random() < LARGEST_SHARE
        body = LARGEST if largest else chance.choices(others, cum_weights=sizes)[0]
        status, at = chance.choices(statuses, cum_weights=frequent)[0], BEGAN + step * number
        submitted = status is not Status.DRAFT
        client = f"staff-of-{body}"
        readers = [f"client:{client}", "system", *([f"org:{body}", "scope:cases:oversee"] if submitted else [])]
        words = chance.choices(WORDS, cum_weights=ranks, k=14)
        yield (
            _make_id(at, chance), f"RTP-{number:012d}", "right-to-provide", 3, status.value, 3, 2, client, readers,
            body, regions.get(body), f"{words[0].title()} {chance.choice(KINDS)} {words[1]}", " ".join(words[2:]),
            chance.choice(sectors), [], [], True, at, at + timedelta(days=chance.randrange(200)),
            at + timedelta(days=9) if submitted else None,
        )  # fmt: skip


def _make_id(at: datetime, chance: random.Random) -> uuid.UUID:
    bits = int(at.timestamp() * 1000) << 80 | 7 << 76 | chance.getrandbits(12) << 64
    return uuid.UUID(int=bits | 2 << 62 | chance.getrandbits(62))


def seed(url: str, count: int) -> None:
    """Fill the database. Its triggers rest meanwhile, and what they write is written for all cases at once."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '512MB'")
        bodies = connection.execute("SELECT id, region FROM bodies WHERE ended_on IS NULL ORDER BY id").fetchall()
        with connection.cursor() as cursor, cursor.copy(_COPY, writer=LibpqWriter(cursor)) as copy:
            for row in make_cases(count, bodies):
                copy.write_row(row)
        connection.execute(_DEADLINES)
        connection.execute("INSERT INTO case_changes SELECT id, 1, 1 FROM cases ON CONFLICT DO NOTHING")
        index = connection.execute("SELECT pg_get_indexdef('ix_search_entries_words'::regclass)").fetchone()
        assert index is not None
        connection.execute("DROP INDEX ix_search_entries_words")
        connection.execute("INSERT INTO search_entries SELECT * FROM current_search_entries ORDER BY reader, case_id")
        connection.execute(index[0])
        connection.execute("INSERT INTO list_entries SELECT * FROM current_list_entries ORDER BY reader, case_id")
        connection.execute("VACUUM ANALYZE")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.seeding", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("cases", type=int)
    options = parser.parse_args()
    started = time.monotonic()
    seed(options.url, options.cases)
    print(json.dumps({"cases": options.cases, "seconds": round(time.monotonic() - started, 1)}))


if __name__ == "__main__":
    main()
