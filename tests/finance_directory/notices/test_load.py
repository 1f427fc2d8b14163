"""Loading files of notices: what is stored, what is refused and why, in any order, twice, and after a kill."""

import gzip
import itertools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rtp_finance_directory.loading.found import FoundItem, Unreadable
from rtp_finance_directory.loading.progress import list_problems
from rtp_finance_directory.notices.loading.file_standard import NOTICES
from rtp_finance_directory.notices.loading.prepare import prepare
from rtp_shared.db import Database
from tests.finance_directory.notices.conftest import REAL, Load, Write, fetch, make_award, make_release

pytestmark = pytest.mark.anyio

ALL = "SELECT ocid, version, xmin::text, document::text FROM notices ORDER BY ocid"


async def test_the_hundred_real_releases_load_and_loading_twice_changes_nothing(
    operator: Database, load: Load, real: list[Any]
) -> None:
    loaded = await load(REAL)
    assert loaded.progress.counts == {"read": 100, "made": 99, "refused": 1}
    problems = await list_problems(operator, NOTICES, loaded.progress.digest)
    assert [(each.row, each.field, each.rule) for each in problems] == [
        (7, "awards/0/documents/1/url", "not-an-address"),
        (62, "parties/7/id", "same-id"),
        (62, "awards/0/suppliers/6/id", "same-id"),
    ]
    assert str(problems[0]).startswith(
        "row 7, awards/0/documents/1/url: 'http://Contract Finder' is not a web address."
    )
    before = await fetch(operator, ALL)
    assert {ocid for ocid, *_ in before} == {release["ocid"] for release in real} - {real[6]["ocid"]}
    assert len(before) == 96
    assert (await load(REAL)).before
    again = await load(REAL, again=True)
    assert again.progress.counts == {"read": 100, "unchanged": 99, "refused": 1}
    assert await fetch(operator, ALL) == before


async def test_a_notice_is_stored_as_the_british_fields_say(operator: Database, load: Load, write: Write) -> None:
    await load(write([make_release(), make_award()]))
    [row] = await fetch(
        operator,
        "SELECT stage, notice_types, reserved, reserved_lots, cpv, regions, value_pence, gross_value_pence,"
        " closes_on::text, starts_on::text, ends_on::text, extendable_until::text, buyer_body::text, buyer_known_by,"
        " releases FROM notices",
    )
    assert row == (
        "contract", ["UK4"], ["public-service-mutuals"], ["1"], ["85312400"], ["E12000007"], 40_000_050, 48_000_060,
        "2025-06-30", "2025-10-01", "2026-09-30", "2028-09-30", "da95d464-17f0-53ed-b6b7-cabb8ae4a12d", "identifier", 2,
    )  # fmt: skip
    [contract] = await fetch(
        operator,
        "SELECT key, suppliers, to_mutual, value_pence, awarded_on::text, ends_on::text, may_be_extended"
        " FROM notice_contracts",
    )
    assert contract == ("A1/C1", ["Care Mutual CIC"], True, 39_000_000, "2025-07-20", "2026-09-30", True)


async def test_releases_in_any_order_and_in_any_parts_compile_to_the_same(
    operator: Database, load: Load, write: Write
) -> None:
    update = make_release(id="000001-2025-b", date="2025-06-01T00:30:00+01:00", tag=["tenderUpdate"])
    update["tender"]["title"] = "Home care, corrected"
    # As text this date is the later one; as an instant it is the earlier.
    first = make_release(date="2025-06-01T00:00:00+02:00")
    found = set()
    for order in itertools.permutations([first, update, make_award()]):
        for place, release in enumerate(order):
            await load(write([release], f"{place}.json"), again=True)
        [row] = await fetch(operator, "SELECT title, stage, releases, document::text FROM notices")
        found.add(row)
        async with operator.transaction() as session:
            connection = await session.connection()
            await connection.exec_driver_sql("UPDATE notices SET digest = ''")
    assert len(found) == 1
    [(title, stage, releases, _)] = found
    assert (title, stage, releases) == ("Home care, corrected", "contract", 3)


async def test_nothing_of_a_person_is_kept(operator: Database, load: Load, write: Write) -> None:
    loaded = await load(write([make_award()]))
    assert set(loaded.progress.left_out) == {"parties/contactPoint", "parties/address/streetAddress"}
    everything = await fetch(
        operator, "SELECT notices::text FROM notices UNION ALL SELECT notice_releases::text FROM notice_releases"
    )
    assert not [row for (row,) in everything if "roe" in row.lower() or "Home Lane" in row]


def break_at(*path: Any, value: Any) -> dict[str, Any]:
    release = make_award()
    release["tender"] = make_release()["tender"]
    place: Any = release
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return release


@pytest.mark.parametrize(
    ("broken", "field", "rule", "words"),
    [
        (break_at("ocid", value=None), "ocid", "missing", "is missing"),
        (break_at("id", value=""), "id", "empty", "is empty"),
        (break_at("id", value=" 7"), "id", "not-as-written", "no blanks around"),
        (break_at("date", value="01/05/2025"), "date", "not-a-time", "for example 2025-05-01T00:00:00Z"),
        (break_at("tag", value=["tenders"]), "tag/0", "not-on-the-list", "'tenders' is not on the list of codes"),
        (break_at("tag", value="tender"), "tag", "not-a-list", "square brackets"),
        (break_at("tender", "status", value="open"), "tender/status", "not-on-the-list", "Write one of planning"),
        (break_at("tender", "value", "amount", value="400,000"), "tender/value/amount", "not-a-number", "not a number"),
        (break_at("tender", "value", "amount", value=-1), "tender/value/amount", "out-of-range", "'-1' is out"),
        (break_at("awards", 0, "value", "amount", value=1e300), "awards/0/value/amount", "out-of-range", "1 trillion"),
        (break_at("tender", "value", "currency", value="pounds"), "tender/value/currency", "not-on-the-list", "ISO"),
        (break_at("tender", "documents", 0, "url", value="www a"), "tender/documents/0/url", "not-an-address", "https"),
        (break_at("contracts", 0, "awardID", value=None), "contracts/0/awardID", "missing", "standard requires it"),
        (break_at("tender", "lots", 0, "id", value=None), "tender/lots/0/id", "missing", "standard requires it"),
        (break_at("parties", 1, "details", value=7), "parties/1/details", "not-an-object", "braces"),
        (
            break_at("tender", "lots", 0, "otherRequirements", "reservedParticipation", value="smeVcse"),
            "tender/lots/0/otherRequirements/reservedParticipation", "not-a-list", "square brackets",
        ),
        (
            break_at("contracts", 0, "period", "durationInMonths", value="12"),
            "contracts/0/period/durationInMonths", "not-a-number", "a whole number",
        ),
        (break_at("tender", "title", value="nul \0"), "tender/title", "unfit-text", "control characters"),
        ([], "", "not-an-object", "braces"),
    ],
)  # fmt: skip
async def test_a_broken_release_is_left_out_in_words_and_the_good_are_in(
    operator: Database, load: Load, write: Write, broken: Any, field: str, rule: str, words: str
) -> None:
    loaded = await load(write([make_release(7), broken, make_release(8)]))
    assert loaded.progress.counts == {"read": 3, "made": 2, "refused": 1}
    [problem] = await list_problems(operator, NOTICES, loaded.progress.digest)
    assert (problem.row, problem.field, problem.rule) == (2, field, rule)
    assert words in f"{problem.wrong}. {problem.right}"
    assert [ocid for ocid, *_ in await fetch(operator, ALL)] == ["ocds-h6vhtk-000007", "ocds-h6vhtk-000008"]


async def test_everything_that_is_wrong_with_a_release_is_said(load: Load, write: Write) -> None:
    release = make_release(date="never", language=5)
    del release["tag"]
    loaded = await load(write([release]))
    assert loaded.progress.broken_rules == {"not-a-time": 1, "not-text": 1, "missing": 1}


async def test_a_release_that_is_no_json_is_passed_over(load: Load, write: Write) -> None:
    path = write([make_release(1), make_release(2), make_release(3)])
    text = path.read_text("utf-8").replace('"ocid": "ocds-h6vhtk-000002"', '"ocid": ocds-h6vhtk-000002')
    path.write_text(text, "utf-8")
    loaded = await load(path)
    assert loaded.progress.counts == {"read": 3, "made": 2, "refused": 1}
    assert loaded.progress.broken_rules == {"unreadable": 1}


async def test_the_same_id_with_another_text_is_left_and_one_of_a_later_date_is_taken(
    operator: Database, load: Load, write: Write
) -> None:
    await load(write([make_release()], "first.json"))
    other, later = make_release(), make_release(date="2025-05-02T09:00:00+01:00")
    other["tender"]["title"], later["tender"]["title"] = "Another", "Later"
    assert (await load(write([other], "other.json"))).progress.counts == {"read": 1, "said_otherwise": 1}
    assert (await load(write([later], "later.json"))).progress.counts == {"read": 1, "changed": 1}
    assert (await load(write([other], "back.json", uri="x"))).progress.counts == {"read": 1, "older": 1}
    assert await fetch(operator, "SELECT title, version FROM notices") == [("Later", 2)]


async def test_a_release_that_stands_twice_is_stored_once(load: Load, write: Write) -> None:
    loaded = await load(write([make_release(), make_release()]))
    assert loaded.progress.counts == {"read": 2, "made": 1, "repeated": 1}
    assert loaded.progress.broken_rules == {"repeated": 1}


async def test_releases_that_contradict_each_others_form_are_reported_and_the_others_are_in(
    operator: Database, load: Load, write: Write
) -> None:
    one = make_release(tender=make_release()["tender"] | {"ours": {"a": 1}})
    two = make_award(tender={"id": "T1", "ours": {"a": {"b": 1}}})
    loaded = await load(write([one, two, make_release(2)]))
    assert loaded.progress.broken_rules == {"cannot-be-merged": 1}
    assert [ocid for ocid, *_ in await fetch(operator, ALL)] == ["ocds-h6vhtk-000002"]


def pack(path: Path) -> Path:
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    return packed


async def test_every_shape_of_file_gives_the_same(
    operator: Database, load: Load, real: list[Any], tmp_path: Path, write: Write
) -> None:
    records = [
        {"ocid": ocid, "releases": [each for each in real if each["ocid"] == ocid]}
        for ocid in {each["ocid"] for each in real}
    ]
    (tmp_path / "list.json").write_text(json.dumps(real), "utf-8")
    (tmp_path / "lines.jsonl").write_text("\n".join(map(json.dumps, real)) + "\n\n", "utf-8")
    (tmp_path / "packages.jsonl").write_text(
        "\r\n".join(json.dumps({"releases": real[at : at + 9]}) for at in range(0, 100, 9)), "utf-8"
    )
    (tmp_path / "records.json").write_text(json.dumps({"records": records, "version": "1.1"}), "utf-8")
    (tmp_path / "records.ndjson").write_text("\n".join(map(json.dumps, records)), "utf-8")
    (tmp_path / "indented.json").write_text(json.dumps({"releases": real}, indent=2), "utf-8-sig")
    await load(REAL)
    before = await fetch(operator, ALL)
    shapes = ("list.json", "lines.jsonl", "packages.jsonl", "records.json", "records.ndjson", "indented.json")
    for path in [*(tmp_path / name for name in shapes), pack(write(real, "packed.json"))]:
        loaded = await load(path)
        assert loaded.progress.counts == {"read": 100, "unchanged": 99, "refused": 1}, path.name
    assert await fetch(operator, ALL) == before
    assert (await load(write(real, "packed.json"))).before, "packed or not, it is the same file"


async def test_a_record_without_releases_gives_its_compiled_release_and_one_with_links_alone_is_reported(
    operator: Database, load: Load, tmp_path: Path
) -> None:
    compiled = make_release(5, tag=["compiled"])
    path = tmp_path / "records.json"
    records = [
        {"ocid": compiled["ocid"], "compiledRelease": compiled, "releases": [{"url": "https://a.example/1"}]},
        {"ocid": "ocds-h6vhtk-000006", "releases": [{"url": "https://a.example/2"}]},
        {"ocid": "ocds-h6vhtk-000007", "releases": [make_release(7), make_release(7, id="b", date="x")]},
    ]
    path.write_text(json.dumps({"records": records}), "utf-8")
    loaded = await load(path)
    assert loaded.progress.counts == {"read": 4, "made": 2, "refused": 2}
    problems = await list_problems(operator, NOTICES, loaded.progress.digest)
    assert [(each.row, each.field, each.rule) for each in problems] == [
        (2, "releases", "linked"), (3, "releases/1/date", "not-a-time"),
    ]  # fmt: skip


@pytest.mark.parametrize("depth", [300, 600, 900])
def test_a_release_that_is_nested_too_deeply_is_refused_by_itself(depth: int) -> None:
    release = {**make_release(), "further": json.loads("[" * depth + "]" * depth)}
    prepared = prepare(FoundItem(7, release))
    assert [(each.row, each.rule) for each in prepared.problems] == [(7, "too-deep")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"ocid,title\n1,2\n", "it is no JSON"),
        (b"PK\x03\x04", "it is no JSON"),
        (gzip.compress(b"{}" * 9000, mtime=0)[:20], "cannot be unpacked"),
        (b"\x1f\x8bnot packed", "cannot be unpacked"),
    ],
)
async def test_what_is_no_file_of_notices_is_refused_in_words(
    load: Load, tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=words):
        await load(path)


async def test_lines_that_are_no_release_are_said_by_their_number(
    operator: Database, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jsonl"
    good = json.dumps(make_release(1))
    deep = '{"a":' * 90_000
    path.write_text("\n".join([good, '{"ocid": }', deep, "[1]", '{"ocid": NaN}', json.dumps(make_release(2))]), "utf-8")
    loaded = await load(path)
    assert loaded.progress.counts == {"read": 6, "made": 2, "refused": 4}
    problems = await list_problems(operator, NOTICES, loaded.progress.digest)
    assert [(each.row, each.rule) for each in problems] == [
        (2, "unreadable"), (3, "unreadable"), (4, "not-an-object"), (5, "unreadable"),
    ]  # fmt: skip


async def test_a_load_that_is_killed_goes_on_behind_what_it_stored(operator: Database, write: Write) -> None:
    many = write([make_release(number) for number in range(1, 3001)])
    url = operator.url.set(drivername="postgresql").render_as_string(hide_password=False)
    process = start_command(url, many)
    stored = 0
    while not stored:
        assert process.poll() is None, "it ended before anything of it was seen"
        [(stored,)] = await fetch(operator, "SELECT coalesce(sum(items), 0) FROM notice_loads")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    [(stored,)] = await fetch(operator, "SELECT items FROM notice_loads WHERE finished_at IS NULL")
    assert 0 < stored < 3_000
    assert await fetch(operator, "SELECT count(*) FROM notices") == [(stored,)]
    again = start_command(url, many)
    said, error = again.communicate()
    assert again.returncode == 0, error
    assert f"went on behind the first {stored}" in said
    assert "3,000 new" in said
    assert await fetch(operator, "SELECT count(*) FROM notices") == [(3_000,)]


def start_command(url: str, *sources: Path | str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "rtp_finance_directory.load_notices", *map(str, sources)]
    environment = os.environ | {"RTP_DATABASE_URL": url}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
