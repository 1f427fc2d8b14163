"""Sequences, copies, links and order of arrival."""

import json
import random
import uuid
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rtp_gateway.forms.rendering import Form, thin_out
from rtp_shared.clock import utcnow
from rtp_shared.contracts import events
from tests.verifier.receiver import Verifier, altered, chain, found, keep, page, sent, sequence


def test_nothing_wrong_in_any_form(command: Verifier, tmp_path: Path) -> None:
    full, mixed = chain(4), chain(5)
    forms = [Form.FULL, Form.THIN, Form.FHIR, Form.FULL, Form.THIN]
    received = [*full, *(sent(form, body) for form, body in zip(forms, mixed, strict=True))]
    done = command.run(keep(tmp_path / "received", received))
    assert (done.returncode, done.stderr) == (0, "")
    assert "9 events in 2 chains" in done.stdout
    assert "Nothing is wrong, and nothing is missing" in done.stdout
    report = command.report(tmp_path / "received")
    assert found(report) == {}
    assert (report["links_checked"], report["links_not_checkable"], report["unsigned"]) == (7, 0, 9)


def test_files_of_every_kind(command: Verifier, tmp_path: Path) -> None:
    made = chain(8)
    directory = keep(tmp_path / "received", made[:1])
    (directory / "below").mkdir()
    (directory / "below" / "batch.json").write_bytes(b" [ %b ,\n%b ]\n" % (made[1], made[2]))
    (directory / "page.json").write_bytes(page(made[3:5]))
    (directory / "lines.jsonl").write_bytes(b"%b\n\n%b\r\n%b" % (made[5], made[6], made[7]))
    (directory / "notes.txt").write_text("none of its business")
    report = command.report(directory)
    assert found(report) == {}
    assert (report["events"], report["links_checked"]) == (8, 7)


def test_an_erased_event_is_there(command: Verifier, tmp_path: Path) -> None:
    made = chain(3)
    erased = thin_out(made[1], bytes.fromhex(events.compute_digest(made[1])), erased_at=utcnow())
    report = command.report(keep(tmp_path / "received", [made[0], erased, made[2], made[1]]))
    assert list(found(report)) == ["duplicates"]
    assert (report["erased"], report["links_checked"]) == (1, 2)


def test_a_chain_may_begin_anew(command: Verifier, tmp_path: Path) -> None:
    report = command.report(keep(tmp_path / "received", chain(4, anew_at=3)))
    assert [each["sequence"] for each in report["begins_anew"]] == [3]
    assert (report["exit_code"], report["links_checked"]) == (0, 2)


def test_an_event_that_was_moved_breaks_the_chain(command: Verifier, tmp_path: Path) -> None:
    made = chain(2)
    moved = altered(made[1], sequence="0000000003")
    report = command.report(keep(tmp_path / "received", [*made, moved]))
    assert [each["sequence"] for each in report["broken_links"]] == [3]
    assert report["exit_code"] == 2


def test_a_thin_event_that_was_altered_does_not_agree_with_the_full_one(command: Verifier, tmp_path: Path) -> None:
    (made,) = chain(1)
    forged = altered(sent(Form.THIN, made), time="2020-01-01T00:00:00Z")
    report = command.report(keep(tmp_path / "received", [made, forged]))
    assert [each["reason"] for each in report["conflicts"]] == ["one event with different attributes"]


def test_order_of_arrival(command: Verifier, tmp_path: Path) -> None:
    made, other = chain(4), chain(2)
    came = [made[0], other[0], made[2], made[1], other[1], made[3], made[0]]
    directory = keep(tmp_path / "received", came)
    assert list(found(command.report(directory))) == ["duplicates"]
    report = command.report(directory, "--in-order")
    assert [(each["sequence"], each["after"]) for each in report["out_of_order"]] == [(2, 3)]
    assert report["exit_code"] == 1


KINDS = ("original", "data", "id", "link")
"""An event as it was published, and altered in its data, its id or its link to the event before."""


def variant(kind: str, body: bytes) -> bytes:
    number = sequence(body)
    alterations: dict[str, dict[str, Any]] = {
        "original": {},
        "data": {"data": {"number": "another"}},
        "id": {"id": str(uuid.uuid5(uuid.UUID(json.loads(body)["id"]), "another"))},
        "link": {"previoushash": f"{number:064x}"},
    }
    return altered(body, **alterations[kind])


copies = st.lists(st.sampled_from([*KINDS, "original", "original", "original"]), max_size=3)
"""What is received of one event: nothing, the event, several times, something else."""


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(received=st.lists(st.lists(copies, min_size=1, max_size=7), min_size=1, max_size=3), seed=st.integers())
def test_it_says_exactly_what_was_removed_repeated_and_altered(
    tmp_path_factory: pytest.TempPathFactory, received: list[list[list[str]]], seed: int
) -> None:
    """By what was done to each event, not by hashes: what follows from it is written down here a second time."""
    expected: dict[str, list[tuple[Any, ...]]] = {"gaps": [], "duplicates": [], "conflicts": [], "broken_links": []}
    arriving: list[bytes] = []
    for kinds_of in received:
        made = chain(len(kinds_of))
        key = json.loads(made[0])["partitionkey"]
        arriving += [variant(kind, body) for body, kinds in zip(made, kinds_of, strict=True) for kind in kinds]
        here = [number for number, kinds in enumerate(kinds_of, start=1) if kinds]
        expected["gaps"] += [(key, a + 1, b - 1) for a, b in pairwise([0, *here]) if b > a + 1]
        for number, kinds in enumerate(kinds_of, start=1):
            before = kinds_of[number - 2] if number > 1 else []
            times = Counter(kinds)
            expected["duplicates"] += [(key, number, count) for count in times.values() if count > 1]
            expected["conflicts"] += [(key, number)] * (len(times) > 1)
            badly_linked = {"link"} if before or number == 1 else set()
            if before and "original" not in before:
                badly_linked = set(KINDS)
            expected["broken_links"] += [(key, number) for kind in times if kind in badly_linked]
    assume(arriving)
    directory = scattered(arriving, tmp_path_factory.mktemp("received"), random.Random(seed))  # noqa: S311
    report = Verifier(tmp_path_factory.mktemp("verifier")).report(directory)
    told: dict[str, list[tuple[Any, ...]]] = {
        "gaps": [(each["partitionkey"], each["first"], each["last"]) for each in report["gaps"]],
        "duplicates": [(each["partitionkey"], each["sequence"], each["times"]) for each in report["duplicates"]],
        "conflicts": [(each["partitionkey"], each["sequence"]) for each in report["conflicts"]],
        "broken_links": [(each["partitionkey"], each["sequence"]) for each in report["broken_links"]],
    }
    assert {kind: sorted(each) for kind, each in told.items()} == {
        kind: sorted(each) for kind, each in expected.items()
    }
    assert (report["events"], report["not_events"]) == (len(arriving), [])
    serious = expected["conflicts"] or expected["broken_links"]
    assert report["exit_code"] == (2 if serious else 4 if expected["gaps"] else 0)


def scattered(bodies: list[bytes], directory: Path, luck: random.Random) -> Path:
    """In any order, in files of every kind, what was not altered in any form."""
    luck.shuffle(bodies)
    (directory / "lines.jsonl").write_bytes(b"")
    for number, body in enumerate(bodies):
        kind = luck.choice(["file", "lines", "batch", "page"])
        if kind == "lines":
            with (directory / "lines.jsonl").open("ab") as lines:
                lines.write(body + b"\n")
        else:
            form = {"file": body, "batch": b"[%b]" % body, "page": page([body])}[kind]
            (directory / f"{number}.json").write_bytes(form)
    return directory
