"""The verifier over directories of events: it says exactly what is wrong with them."""

import base64
import json
import random
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from rtp_gateway.forms.rendering import Form, thin_out
from rtp_gateway.outbound.transports.signing import Keyring
from rtp_gateway.verifier.bodies import pieces
from rtp_shared import events
from rtp_shared.clock import utcnow
from tests.support.verifying import Verifier, altered, chain, keep, page, sent, sequence

LISTS = (
    "duplicates",
    "begins_anew",
    "gaps",
    "explained_gaps",
    "out_of_order",
    "conflicts",
    "broken_links",
    "bad_signatures",
    "not_events",
    "missing_against_feed",
    "not_in_feed",
)


@pytest.fixture
def command(tmp_path: Path) -> Verifier:
    return Verifier(tmp_path)


def found(report: dict[str, Any]) -> dict[str, list[Any]]:
    """The kinds of findings that there are any of."""
    return {kind: report[kind] for kind in LISTS if report[kind]}


# --- Sequences, duplicates, conflicts and links


def test_nothing_wrong_in_any_form(command: Verifier, tmp_path: Path) -> None:
    full, mixed = chain(4), chain(5)
    forms = [Form.FULL, Form.THIN, Form.FHIR, Form.FULL, Form.THIN]
    received = [*full, *(sent(form, body) for form, body in zip(forms, mixed, strict=True))]
    done = command.run(keep(tmp_path / "received", received))
    assert (done.returncode, done.stderr) == (0, "")
    assert "9 events in 2 chains" in done.stdout
    assert "Nothing is wrong and nothing is missing." in done.stdout
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
    erased = thin_out(made[1], bytes.fromhex(events.digest(made[1])), erased_at=utcnow())
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
    assert report["exit_code"] == (2 if serious else 1 if expected["gaps"] else 0)


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


# --- Bytes


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    values=st.lists(st.tuples(json_values, st.booleans(), st.sampled_from([None, 0, 3])), max_size=4),
    space=st.text(alphabet=" \t\r\n", max_size=3),
    behind=json_values,
    as_page=st.booleans(),
)
def test_events_are_cut_out_of_a_page_byte_for_byte(
    values: list[tuple[Any, bool, int | None]], space: str, behind: Any, as_page: bool
) -> None:
    raw = [
        json.dumps(value, ensure_ascii=plain, indent=indent).encode(errors="surrogatepass")
        for value, plain, indent in values
    ]
    pad = space.encode()
    batch = b"%b[%b%b%b]%b" % (pad, pad, (pad + b"," + pad).join(raw), pad, pad)
    names = json.dumps(behind, ensure_ascii=False).encode()
    body = b'%b{%b"items":%b,"next":%b,"cursor":"]"}' % (pad, pad, batch, names) if as_page else batch
    assert list(pieces(body)) == [(each, value) for each, (value, _, _) in zip(raw, values, strict=True)]


NOT_EVENTS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "not JSON": lambda body: body[:-1],
    "not UTF-8": lambda body: body.replace(b"http", b"\xff", 1),
    "a name twice": lambda body: body.replace(b'"id":', b'"id":"","id":', 1),
    "too deep": lambda _: b"[" * 100_000,
    "a number too long": lambda body: body.replace(b'"specversion":"1.0"', b'"specversion":' + b"1" * 5000),
    "a string": lambda _: b'"event"',
    "another version": lambda body: altered(body, specversion="0.3"),
    "no id": lambda body: altered(body, id=None),
    "another's type": lambda body: altered(body, type="com.example.sent.v1"),
    "a time without its offset": lambda body: altered(body, time="2026-02-20T00:00:00"),
    "no sequence": lambda body: altered(body, sequence=None),
    "sequence 0": lambda body: altered(body, sequence="0000000000"),
    "a number as sequence": lambda body: altered(body, sequence=1),
    "digits of another script": lambda body: altered(body, sequence="٠٠٠٠٠٠٠٠٠١"),
    "another case's key": lambda body: altered(body, partitionkey=str(uuid.uuid4())),
    "a hash that is none": lambda body: altered(body, previoushash="A" * 64),
    "neither data nor hash": lambda body: altered(body, data=None),
    "data and hash": lambda body: altered(body, eventhash="0" * 64),
    "half a character": lambda body: altered(body, source="\ud800"),
    "a FHIR resource": lambda _: b'{"resourceType":"Bundle","entry":[]}',
}


@pytest.mark.parametrize("kind", NOT_EVENTS)
def test_what_is_no_event_is_serious(command: Verifier, tmp_path: Path, kind: str) -> None:
    (made,) = chain(1)
    report = command.report(keep(tmp_path / "received", [NOT_EVENTS[kind](made)]))
    assert [each["place"] for each in report["not_events"]] == ["0000.json"]
    assert list(found(report)) == ["not_events"]
    assert report["exit_code"] == 2


def test_the_others_of_a_batch_are_still_read(command: Verifier, tmp_path: Path) -> None:
    made = chain(2)
    directory = keep(tmp_path / "received", [b"[%b,7,%b]" % (made[0], made[1])])
    report = command.report(directory)
    assert [each["place"] for each in report["not_events"]] == ["0000.json:2"]
    assert (report["events"], report["links_checked"]) == (2, 1)


@settings(max_examples=20, deadline=None)
@given(files=st.lists(st.tuples(st.binary(max_size=200), st.binary(max_size=200), st.integers()), min_size=1))
def test_no_bytes_break_it(tmp_path_factory: pytest.TempPathFactory, files: list[tuple[bytes, bytes, int]]) -> None:
    """Noise, and events into which noise got; with headers likewise."""
    directory = tmp_path_factory.mktemp("received")
    (made,) = chain(1)
    signed = b"webhook-id: 1\nwebhook-timestamp: 1\nwebhook-signature: "
    for number, (noise, headers, place) in enumerate(files):
        at = place % len(made)
        (directory / f"{number}.json").write_bytes(noise if place % 2 else made[:at] + noise + made[at:])
        (directory / f"{number}.headers").write_bytes(headers if place % 3 else signed + headers)
    secret = tmp_path_factory.mktemp("secret") / "secret"
    secret.write_text(Keyring.new().secret)
    verifier_ = Verifier(tmp_path_factory.mktemp("verifier"))
    report = verifier_.report(directory, "--secret-file", secret)
    assert len(report["not_events"]) + report["events"] >= len(files)


# --- Signatures


NOW = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)


def with_headers(directory: Path, body: bytes, headers: dict[str, str] | str) -> Path:
    keep(directory, [body])
    text = headers if isinstance(headers, str) else "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    (directory / "0000.headers").write_bytes(text.encode("latin-1"))
    return directory


def secret_file(directory: Path, *keyrings: Keyring) -> Path:
    file = directory / "secrets"
    file.write_text("".join(f"{keyring.secret}\n" for keyring in keyrings))
    return file


def test_signatures_by_secret_and_by_public_key(command: Verifier, tmp_path: Path) -> None:
    (made,), keys, others = chain(1), Keyring.new(), Keyring.new()
    received = with_headers(tmp_path / "received", made, keys.sign_message("1", at=NOW, body=made))
    secret, other = secret_file(tmp_path, keys), tmp_path / "other"
    other.write_text(others.secret)
    by_secret = command.report(received, "--secret-file", secret)
    by_key = command.report(received, "--public-key", others.public_key, "--public-key", keys.public_key, packages=True)
    for report in (by_secret, by_key):
        assert (found(report), report["signatures_good"], report["unsigned"]) == ({}, 1, 0)
    for wrong in (["--secret-file", other], ["--public-key", others.public_key]):
        report = command.report(received, *wrong, packages=True)
        assert (list(found(report)), report["exit_code"]) == (["bad_signatures"], 2)
    assert command.report(received)["signatures_unchecked"] == 1
    assert "pip install cryptography" in command.refusal(received, "--public-key", keys.public_key)


def test_both_keys_of_a_rotation(command: Verifier, tmp_path: Path) -> None:
    """While they overlap either will do; what is signed by one alone needs that one."""
    (made,), former = chain(1), Keyring.new()
    current = former.rotate(NOW, timedelta(hours=24))
    for name, keyring, at in (("a", former, NOW), ("b", current, NOW), ("c", current, NOW + timedelta(days=2))):
        with_headers(tmp_path / name, made, keyring.sign_message("1", at=at, body=made))
    good = {
        (name, which): command.report(tmp_path / name, "--secret-file", file)["signatures_good"]
        for name in "abc"
        for which, keyrings in {"old": [former], "new": [current], "both": [former, current]}.items()
        if (file := secret_file(tmp_path, *keyrings))
    }
    assert [pair for pair, count in good.items() if not count] == [("a", "new"), ("c", "old")]


def test_signatures_of_the_reference_library(command: Verifier, tmp_path: Path) -> None:
    (made,), keys = chain(1), Keyring.new()
    signature = Webhook(keys.secret).sign("msg_1", NOW, made.decode())
    headers = {"Webhook-Id": "msg_1", "Webhook-Timestamp": str(int(NOW.timestamp())), "Webhook-Signature": signature}
    received = with_headers(tmp_path / "received", made, headers)
    assert command.report(received, "--secret-file", secret_file(tmp_path, keys))["signatures_good"] == 1


def test_the_official_vector(command: Verifier, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = (
        "POST /hook HTTP/1.1\nHost: example\nwebhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\nwebhook-timestamp: 1614265330\n"
        "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )
    received = with_headers(tmp_path / "received", b'{"test": 2432232314}', headers)
    report = command.report(received, "--secret-file", tmp_path / "secret")
    assert (report["signatures_good"], list(found(report))) == (1, ["not_events"])


@pytest.mark.parametrize("change", ["body", "webhook-id", "webhook-timestamp", "webhook-signature"])
def test_whatever_is_changed_the_signature_is_bad(command: Verifier, tmp_path: Path, change: str) -> None:
    (made,), keys = chain(1), Keyring.new()
    headers = keys.sign_message("11", at=NOW, body=made)
    if change == "webhook-signature":
        headers[change] = "v1," + base64.b64encode(bytes(32)).decode()
    elif change != "body":
        headers[change] += "1"
    body = altered(made, data={"number": "another"}) if change == "body" else made
    received = with_headers(tmp_path / "received", body, headers)
    report = command.report(received, "--secret-file", secret_file(tmp_path, keys))
    assert list(found(report)) == ["bad_signatures"]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ("webhook-id: 1\nwebhook-timestamp: 1", "webhook-signature is missing"),
        ("webhook-id: 1\nwebhook-signature: v1,AAAA", "webhook-timestamp is missing"),
        ("webhook-timestamp: 1\nwebhook-signature: v1,AAAA", "webhook-id is missing"),
    ],
)
def test_headers_that_are_wrong_are_findings(command: Verifier, tmp_path: Path, headers: str, reason: str) -> None:
    (made,) = chain(1)
    report = command.report(with_headers(tmp_path / "received", made, headers))
    (bad,) = report["bad_signatures"]
    assert reason in bad["reason"]
    assert report["exit_code"] == 2


# --- Usage, size


def test_what_cannot_be_checked_is_said_in_one_line(command: Verifier, tmp_path: Path) -> None:
    received, empty = keep(tmp_path / "received", chain(1)), keep(tmp_path / "empty", [])
    wrong = tmp_path / "wrong"
    wrong.write_text("not a secret")
    assert "--help" in command.refusal()
    assert "--help" in command.refusal("--oops")
    assert "not a directory" in command.refusal(tmp_path / "nowhere")
    assert "holds no events" in command.refusal(empty)
    assert "whsec_" in command.refusal(received, "--secret-file", wrong)
    assert "not a secret" not in command.refusal(received, "--secret-file", wrong)
    assert "No such file" in command.refusal(received, "--secret-file", tmp_path / "nowhere")
    assert "whpk_" in command.refusal(received, "--public-key", "whpk_!", packages=True)
    assert "ed25519" in command.refusal(received, "--public-key", "whpk_AAAA", packages=True)
    assert "--token-file" in command.refusal(received, "--feed", "https://rtp.test")
    assert "need --feed" in command.refusal(received, "--after", "cursor")


def test_a_long_list_is_cut_short_for_people_and_terminals_are_not_spoken_to(command: Verifier, tmp_path: Path) -> None:
    directory = keep(tmp_path / "received", [b""] * 25)
    (directory / "\x1b[2J.json").write_bytes(b"")
    done = command.run(directory)
    assert done.returncode == 2
    assert "NOT AN EVENT: 26" in done.stdout
    assert "and 6 more" in done.stdout
    assert "\x1b" not in done.stdout


def test_bodies_are_not_held_in_memory(command: Verifier, tmp_path: Path) -> None:
    """100 MB of events within 64 MB of memory."""
    (tmp_path / "received").mkdir()
    large = b"%b" % (b"x" * 1_000_000)
    with (tmp_path / "received" / "lines.jsonl").open("wb") as lines:
        for body in chain(100):
            lines.write(body.replace(b'"number":"', b'"number":"' + large, 1) + b"\n")
    limited = f"ulimit -d 65536; exec {sys.executable} -I -S verifier.pyz {tmp_path}/received --json"
    done = subprocess.run(
        ["bash", "-c", limited], cwd=command.directory, capture_output=True, text=True, timeout=60, check=False
    )
    assert json.loads(done.stdout)["events"] == 100, done.stderr
