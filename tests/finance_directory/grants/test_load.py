"""Loading files of grants: what is stored, what is refused and why, twice, older, and after a kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from rtp_finance_directory.grants.loading.file_standard import GRANTS
from rtp_finance_directory.loading.progress import LoadedElsewhere, LoadProgress, list_problems
from rtp_shared.db import Database
from tests.finance_directory.grants.conftest import FILES, NOW, REAL, Load

pytestmark = pytest.mark.anyio

Write = Callable[..., Path]


async def fetch(database: Database, statement: str) -> list[tuple[Any, ...]]:
    async with database.transaction() as session:
        return [tuple(row) for row in (await session.execute(text(statement))).all()]


async def test_the_475_real_grants_load_and_loading_twice_changes_nothing(operator: Database, load: Load) -> None:
    loaded = await load(REAL)
    assert loaded.progress.counts == {"read": 475, "made": 475}
    assert not loaded.progress.broken_rules
    assert not loaded.progress.left_out
    before = await fetch(operator, "SELECT id, xmin::text, document::text FROM grants ORDER BY id")
    assert len(before) == 475
    assert (await load(REAL)).before
    again = await load(REAL, again=True)
    assert again.progress.counts == {"read": 475, "unchanged": 475}
    assert await fetch(operator, "SELECT id, xmin::text, document::text FROM grants ORDER BY id") == before


async def test_a_grant_is_stored_as_its_publisher_says(operator: Database, load: Load) -> None:
    await load(REAL)
    [row] = await fetch(
        operator,
        "SELECT currency, amount_pence, awarded_on::text, funder_id, recipient_id, recipient_scheme, programme,"
        " regions, modified_at::text, document ->> 'title' = title FROM grants WHERE grant_id = '360G-ALWF-1978'",
    )
    assert row == (
        "GBP", 1_500_000, "2020-11-03", "GB-CHC-1015648", "GB-EDU-133843", "GB-EDU", "Music", ["K02000001"],
        "2021-02-15 00:00:00+00", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "read", "rules"),
    [
        ("bom.csv", 1, {"missing": 6}),
        ("nulls.json", 2, {"missing": 18}),
        ("fundingproviders_grants_2_grants.csv", 2, {"missing": 3, "not-a-day": 2, "not-a-time": 2}),
        ("fundingproviders-grants_fixed_2_grants.json", 4, {"missing": 5, "not-a-day": 4, "not-a-time": 4}),
        ("fundingproviders-grants_malformed.json", 4, {"missing": 3, "not-a-day": 3, "not-a-time": 3, "unreadable": 1}),
    ],
)
async def test_each_broken_file_says_row_by_row_what_is_wrong(
    operator: Database, load: Load, name: str, read: int, rules: dict[str, int]
) -> None:
    loaded = await load(FILES / name)
    assert loaded.progress.counts == {"read": read, "refused": read}
    assert loaded.progress.broken_rules == rules
    problems = await list_problems(operator, GRANTS, loaded.progress.digest)
    assert len(problems) == sum(rules.values())
    assert all(problem.row and problem.wrong and problem.right for problem in problems)
    assert await fetch(operator, "SELECT count(*) FROM grants") == [(0,)]


async def test_a_newer_grant_replaces_an_older_and_never_the_other_way_round(
    operator: Database, load: Load, write: Write, real_grants: list[Any]
) -> None:
    first, second, third = real_grants[:3]
    await load(write([first, second, third], "first.json"))
    newer = first | {"title": "Newer", "dateModified": "2022-01-01T00:00:00Z"}
    older = second | {"title": "Older", "dateModified": "2019-01-01T00:00:00Z"}
    same_day = third | {"title": "The same day"}
    loaded = await load(write([newer, older, same_day], "second.json"))
    assert loaded.progress.counts == {"read": 3, "changed": 1, "older": 1, "said_otherwise": 1}
    [problem] = await list_problems(operator, GRANTS, loaded.progress.digest)
    assert (problem.row, problem.rule) == (3, "said-otherwise")
    assert "dateModified" in problem.right
    titles = await fetch(operator, "SELECT title FROM grants")
    assert {title for (title,) in titles} == {"Newer", second["title"], third["title"]}
    back = await load(write([first], "third.json"))
    assert back.progress.counts == {"read": 1, "older": 1}


async def test_a_day_for_grants_without_one_lets_a_correction_in(
    operator: Database, load: Load, write: Write, real_grants: list[Any]
) -> None:
    undated = {name: value for name, value in real_grants[0].items() if name != "dateModified"}
    await load(write([undated], "first.json"))
    corrected = write([undated | {"title": "Corrected"}], "second.json")
    assert (await load(corrected)).progress.counts == {"read": 1, "said_otherwise": 1}
    assert (await load(corrected, fallback=NOW)).progress.counts == {"read": 1, "changed": 1}


async def test_a_grant_that_stands_twice_is_stored_once(
    operator: Database, load: Load, write: Write, real_grants: list[Any]
) -> None:
    newer = real_grants[0] | {"title": "Newer", "dateModified": "2022-01-01T00:00:00Z"}
    loaded = await load(write([real_grants[0], newer, real_grants[0]]))
    assert loaded.progress.counts == {"read": 3, "made": 1, "repeated": 2}
    assert await fetch(operator, "SELECT title FROM grants") == [("Newer",)]


async def test_nothing_of_a_person_is_kept(
    operator: Database, load: Load, write: Write, real_grants: list[Any]
) -> None:
    grant = {name: value for name, value in real_grants[0].items() if name != "recipientOrganization"}
    grant |= {
        "recipientIndividual": {"id": "360G-ALWF-IND-1", "name": "Jane Roe"},
        "toIndividualsDetails": {"primaryGrantReason": "GTIR010"},
        "Full name of applicant": "Jane Roe",
    }
    other = real_grants[1] | {
        "recipientOrganization": [
            {"id": "GB-CHC-1", "name": "A", "contactName": "Jane Roe", "email": "jane.roe@example.org"}
        ]
    }
    loaded = await load(write([grant, other]))
    assert loaded.progress.counts == {"read": 2, "made": 2}
    assert set(loaded.progress.left_out) == {
        "recipientIndividual/name",
        "Full name of applicant",
        "recipientOrganization/contactName",
        "recipientOrganization/email",
    }
    everything = await fetch(
        operator, "SELECT grants::text FROM grants UNION ALL SELECT grant_loads::text FROM grant_loads"
    )
    assert not [row for (row,) in everything if "roe" in row.lower()]
    assert (None, None) in await fetch(operator, "SELECT recipient_id, recipient_name FROM grants")


async def test_thousands_of_errors_are_counted_and_the_first_thousand_kept(
    operator: Database, load: Load, write: Write, real_grants: list[Any]
) -> None:
    bad = [{**real_grants[0], "id": f"bad-{number}", "awardDate": "24/07/2014"} for number in range(5000)]
    loaded = await load(write([*bad[:2500], real_grants[0], *bad[2500:]]))
    assert loaded.progress.counts == {"read": 5001, "refused": 5000, "made": 1}
    assert loaded.progress.broken_rules == {"not-a-day": 5000}
    problems = await list_problems(operator, GRANTS, loaded.progress.digest)
    assert [problem.row for problem in problems] == list(range(1, 1001))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"title": "nul \0 in it"}, "unfit-text"),
        ({"title": "half \ud800 a pair"}, "unfit-text"),
        ({"title": "half \ud800 a pair", "own \0\ud800 field": 1}, "unfit-text"),
        ({"id": " "}, "missing"),
        ({"amountAwarded": 10**13}, "out-of-range"),
        ({"amountAwarded": 10**400}, "out-of-range"),
        ({"fundingOrganization": [{"id": "x" * 5000, "name": "A"}]}, "not-as-written"),
        ({"awardDate": "2021-02-31"}, "not-a-day"),
    ],
)
async def test_what_the_database_would_choke_on_is_refused_by_name(
    load: Load, write: Write, real_grants: list[Any], change: dict[str, Any], rule: str
) -> None:
    long = "many words " * 80_000
    loaded = await load(write([real_grants[0] | change, real_grants[1] | {"title": long}]))
    assert loaded.progress.broken_rules == {rule: 1}
    assert loaded.progress.counts == {"read": 2, "refused": 1, "made": 1}


async def test_a_number_that_python_reads_and_postgresql_does_not_is_stored_as_it_was_read(
    operator: Database, load: Load, write: Write, real_grants: list[Any]
) -> None:
    path = write([real_grants[0] | {"amountDisbursed": 77}])
    path.write_text(path.read_text("utf-8").replace(": 77", ": 0e999999999"), "utf-8")
    assert (await load(path)).progress.counts == {"read": 1, "made": 1}
    assert await fetch(operator, "SELECT (document ->> 'amountDisbursed')::float FROM grants") == [(0.0,)]


async def test_a_load_that_another_process_carries_on_is_left_to_it(
    operator: Database, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GRANTS, "most_rows", 100)
    stored: list[int] = []

    def load_the_next_batch_elsewhere(_: float, progress: LoadProgress) -> None:
        stored.append(progress.items)
        progress.items -= 1

    with pytest.raises(LoadedElsewhere):
        await load(REAL, show=load_the_next_batch_elsewhere)
    assert stored == [100]
    assert await fetch(operator, "SELECT items, (SELECT count(*) FROM grants) FROM grant_loads") == [(100, 100)]
    assert (await load(REAL)).progress.counts == {"read": 475, "made": 475}


async def test_a_load_that_is_killed_goes_on_behind_what_it_stored(
    operator: Database, write: Write, real_grants: list[Any]
) -> None:
    many = write([{**grant, "id": f"{grant['id']}-{round_}"} for round_ in range(20) for grant in real_grants])
    url = operator.url.set(drivername="postgresql").render_as_string(hide_password=False)
    process = start_command(url, many)
    stored = 0
    while not stored:
        assert process.poll() is None, "it ended before anything of it was seen"
        [(stored,)] = await fetch(operator, "SELECT coalesce(sum(items), 0) FROM grant_loads")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    [(stored,)] = await fetch(operator, "SELECT items FROM grant_loads WHERE finished_at IS NULL")
    assert 0 < stored < 9_500
    assert await fetch(operator, "SELECT count(*) FROM grants") == [(stored,)]
    again = start_command(url, many)
    said, error = again.communicate()
    assert again.returncode == 0, error
    assert f"went on behind the first {stored}" in said
    assert "9,500 new" in said
    assert await fetch(operator, "SELECT count(*) FROM grants") == [(9_500,)]


def start_command(url: str, *sources: Path | str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "rtp_finance_directory.load_grants", *map(str, sources)]
    environment = os.environ | {"RTP_DATABASE_URL": url}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
