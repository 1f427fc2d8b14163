"""The forms of an event: untouched, thin, and as the NHS sends signals. Each keeps the chain of events whole."""

import hashlib
import json
import uuid
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_gateway.forms import signals
from rtp_gateway.forms.rendering import Form, render, thin_out
from rtp_shared import contracts
from rtp_shared.contracts import About, catalogue, events
from rtp_shared.contracts.applications import CaseOpened

HERE = Path(__file__).parents[1]
EXAMPLES = Path(contracts.__file__).parent / "examples"
OFFICIAL = json.loads((HERE / "mns-signals.json").read_text())
SUBSCRIPTION = "https://righttoprovide.example/fhir/R4/Subscription/0199c3d4-52a0-7c11-9d2e-6a1f0c9b7e55"
SIGNAL = jsonschema.Draft202012Validator(
    json.loads((HERE / "mns-fhirsignal.schema.json").read_text()), format_checker=jsonschema.FormatChecker()
)
CLOUDEVENT = jsonschema.Draft7Validator(
    json.loads((HERE.parent / "contracts" / "cloudevents.schema.v1.0.2.json").read_text()),
    format_checker=jsonschema.FormatChecker(),
)
AT = datetime(2027, 4, 5, 12, 30, tzinfo=UTC)

each_example = pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.json")))
routes = st.sampled_from(["right-to-provide", "employer-led", "a “quoted” née\n\U0001f600"])


def read_example(name: str) -> bytes:
    return (EXAMPLES / f"{name}.json").read_bytes()


def compute_digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def render_json(form: Form, body: bytes) -> tuple[str, Any]:
    content_type, bytes_ = render(form, body, hash_=compute_digest(body), subscription_url=SUBSCRIPTION)
    return content_type, json.loads(bytes_)


@st.composite
def chains(draw: st.DrawFn) -> list[bytes]:
    """Events of one case, one after the other."""
    case_id, chain = draw(st.uuids(version=4)), list[bytes]()
    for sequence in range(1, draw(st.integers(2, 6)) + 1):
        _, body = events.write(
            CaseOpened(case_id=case_id, route=draw(routes)),
            base_url=draw(st.sampled_from(["https://rtp.example", "http://localhost:8000/rtp"])),
            service="applications",
            subject_id=case_id,
            sequence=sequence,
            dataref=f"/v1/cases/{case_id}",
            previous=events.compute_digest(chain[-1]) if chain else None,
            about=About(sector=draw(st.sampled_from([None, "youth"])), employer=draw(st.none() | st.uuids())),
            at=draw(st.datetimes(min_value=datetime(2020, 1, 1), timezones=st.just(UTC))),  # noqa: DTZ001
        )
        chain.append(body)
    return chain


def read_chain(bundle: dict[str, Any]) -> dict[str, str]:
    parameter = bundle["entry"][0]["resource"]["parameter"][3]
    [extension] = parameter["extension"]
    assert extension["url"].endswith("/fhir/StructureDefinition/event-chain")
    return {each["url"]: each["valueString"] for each in extension["extension"]}


@each_example
def test_full_is_the_very_same_bytes(name: str) -> None:
    body = read_example(name)
    content_type, sent = render(Form.FULL, body, hash_=compute_digest(body), subscription_url=SUBSCRIPTION)
    assert sent is body
    assert content_type == "application/cloudevents+json"


@each_example
def test_thin_is_the_event_without_its_data(name: str) -> None:
    body = read_example(name)
    full = json.loads(body)
    content_type, sent = render_json(Form.THIN, body)
    assert content_type == "application/cloudevents+json"
    assert list(sent) == [name for name in full if name != "data"] + ["eventhash"]
    assert sent == {**{name: full[name] for name in sent if name in full}, "eventhash": compute_digest(body).hex()}
    CLOUDEVENT.validate(sent)


@given(chains())
def test_the_chain_holds_in_every_form(chain: list[bytes]) -> None:
    thins = [json.loads(thin_out(body, compute_digest(body))) for body in chain]
    hashes = [read_chain(render_json(Form.FHIR, body)[1]) for body in chain]
    for number, body in enumerate(chain):
        assert thins[number]["eventhash"] == hashes[number]["eventhash"] == hashlib.sha256(body).hexdigest()
        assert hashes[number]["sequence"] == thins[number]["sequence"] == f"{number + 1:010d}"
        assert hashes[number]["partitionkey"] == thins[number]["partitionkey"]
    for earlier, later in pairwise(thins):
        assert later["previoushash"] == earlier["eventhash"]
    for former, latter in pairwise(hashes):
        assert latter["previoushash"] == former["eventhash"]
    assert "previoushash" not in hashes[0]


@given(chains())
def test_what_was_erased_keeps_its_place_in_the_chain(chain: list[bytes]) -> None:
    body = chain[1]
    erased = thin_out(body, compute_digest(body), AT)
    event = json.loads(erased)
    assert event["erasedat"] == "2027-04-05T12:30:00.000000Z"
    assert {name: value for name, value in event.items() if name != "erasedat"} == json.loads(
        thin_out(body, compute_digest(body))
    )
    for form in (Form.FULL, Form.THIN):
        # Whatever hash is given now: only the one that was taken of the whole counts.
        assert render(form, erased, hash_=compute_digest(erased), subscription_url=SUBSCRIPTION)[1] is erased
    assert thin_out(erased, compute_digest(erased), AT) is erased
    bundle = render_json(Form.FHIR, erased)[1]
    SIGNAL.validate(bundle)
    assert read_chain(bundle)["eventhash"] == hashlib.sha256(body).hexdigest()
    assert read_chain(bundle)["erasedat"] == event["erasedat"]


@pytest.mark.parametrize("name", OFFICIAL)
def test_the_official_examples_pass_the_schema(name: str) -> None:
    SIGNAL.validate(OFFICIAL[name])


def test_the_schema_refuses_what_is_no_signal() -> None:
    for path, wrong in (("type", "collection"), ("timestamp", "yesterday"), ("entry", [])):
        assert not SIGNAL.is_valid({**OFFICIAL["pds-change-of-gp-2/signal.json"], path: wrong})
    bundle = render_json(Form.FHIR, read_example(CaseOpened.TYPE))[1]
    bundle["entry"][0]["resource"]["parameter"].append({"name": "sequence", "valueString": "1"})
    assert not SIGNAL.is_valid(bundle)  # which is why the chain is an extension


@each_example
def test_every_event_is_a_signal(name: str) -> None:
    body = read_example(name)
    event = json.loads(body)
    content_type, bundle = render_json(Form.FHIR, body)
    assert content_type == "application/fhir+json"
    SIGNAL.validate(bundle)
    assert (bundle["id"], bundle["timestamp"]) == (event["id"], event["time"])
    [entry] = bundle["entry"]
    assert entry["fullUrl"] == f"urn:uuid:{entry['resource']['id']}"
    parameters = {each["name"]: each for each in entry["resource"]["parameter"]}
    assert parameters["subscription"]["valueReference"]["reference"] == SUBSCRIPTION
    notified = {part["name"]: part for part in parameters["notification-event"]["part"]}
    assert notified["timestamp"]["valueInstant"] == event["time"]
    assert notified["focus"]["valueReference"]["reference"] == event["dataref"]
    context = {part["name"]: part for part in parameters["additional-context"]["part"]}
    assert signals.find_event_type(context["event-type"]["valueString"]) == event["type"]
    assert context["source"]["valueUri"] == event["source"]
    assert context["subject"]["valueReference"]["identifier"]["value"] == event["subject"]


@given(chains())
def test_a_signal_holds_no_data_and_is_the_same_on_every_attempt(chain: list[bytes]) -> None:
    for body in chain:
        event = {**json.loads(body), "data": {"name": "Ms Secret"}}
        told = json.dumps(event).encode()
        first, second = (render(Form.FHIR, told, hash_=b"1", subscription_url=SUBSCRIPTION) for _ in range(2))
        assert first == second
        assert b"Secret" not in first[1]
        SIGNAL.validate(json.loads(first[1]))
        elsewhere = render(Form.FHIR, told, hash_=b"1", subscription_url=SUBSCRIPTION + "0")[1]
        ids = {json.loads(each)["entry"][0]["resource"]["id"] for each in (first[1], elsewhere)}
        assert len(ids) == 2
        assert all(uuid.UUID(each) for each in ids)


def test_every_event_type_has_a_name_of_its_own_and_back() -> None:
    names = {signals.name_signal(type_): type_ for type_ in catalogue()}
    assert len(names) == len(catalogue())
    assert signals.name_signal("org.righttoprovide.applications.case-submitted.v1") == (
        "rtp-applications-case-submitted-1"
    )
    for name, type_ in names.items():
        assert signals.find_event_type(name) == type_
    assert signals.find_event_type("pds-change-of-gp-2") is None


@pytest.mark.parametrize("type_", ["com.example.made.v1", "org.righttoprovide.applications.case-submitted", ""])
def test_only_types_of_ours_have_names(type_: str) -> None:
    with pytest.raises(ValueError, match="not a type"):
        signals.name_signal(type_)
