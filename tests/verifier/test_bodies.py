"""Bodies and pages, and what is no event."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_gateway.outbound.transports.signing import Keyring
from rtp_verifier.bodies import split_body
from tests.verifier.receiver import Verifier, altered, chain, found, keep

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
    assert list(split_body(body)) == [(each, value) for each, (value, _, _) in zip(raw, values, strict=True)]


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
    (events,) = chain(1)
    report = command.report(keep(tmp_path / "received", [NOT_EVENTS[kind](events)]))
    assert [each["place"] for each in report["not_events"]] == ["0000.json"]
    assert list(found(report)) == ["not_events"]
    assert report["exit_code"] == 2


def test_the_others_of_a_batch_are_still_read(command: Verifier, tmp_path: Path) -> None:
    events = chain(2)
    directory = keep(tmp_path / "received", [b"[%b,7,%b]" % (events[0], events[1])])
    report = command.report(directory)
    assert [each["place"] for each in report["not_events"]] == ["0000.json:2"]
    assert (report["events"], report["links_checked"]) == (2, 1)


@settings(max_examples=20, deadline=None)
@given(files=st.lists(st.tuples(st.binary(max_size=200), st.binary(max_size=200), st.integers()), min_size=1))
def test_no_bytes_break_it(tmp_path_factory: pytest.TempPathFactory, files: list[tuple[bytes, bytes, int]]) -> None:
    """Noise, and events into which noise got; with headers likewise."""
    directory = tmp_path_factory.mktemp("received")
    (events,) = chain(1)
    signed = b"webhook-id: 1\nwebhook-timestamp: 1\nwebhook-signature: "
    for number, (noise, headers, place) in enumerate(files):
        at = place % len(events)
        (directory / f"{number}.json").write_bytes(noise if place % 2 else events[:at] + noise + events[at:])
        (directory / f"{number}.headers").write_bytes(headers if place % 3 else signed + headers)
    secret = tmp_path_factory.mktemp("secret") / "secret"
    secret.write_text(Keyring.new().secret)
    verifier_ = Verifier(tmp_path_factory.mktemp("verifier"))
    report = verifier_.report(directory, "--secret-file", secret)
    assert len(report["not_events"]) + report["events"] >= len(files)
