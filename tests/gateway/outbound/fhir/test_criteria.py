"""Criteria as FHIR writes them, read and written: pure."""

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_gateway.forms import signals
from rtp_gateway.outbound.fhir import criteria
from rtp_gateway.outbound.fhir.errors import CriteriaRefused
from rtp_gateway.outbound.subscriptions import filters
from rtp_shared.contracts import catalogue
from rtp_shared.contracts.vocabulary import Route, Sector

SUBMITTED = "eventType=rtp-applications-case-submitted-1"
TYPE = "org.righttoprovide.applications.case-submitted.v1"

values = {
    "route": st.sampled_from(list(Route)).map(str),
    "sector": st.sampled_from(list(Sector)).map(str),
    "region": st.from_regex(r"[A-Z][0-9]{8}", fullmatch=True).filter(str.isascii),
    "employer": st.uuids().map(str),
    "commissioner": st.uuids().map(str),
    "caseid": st.uuids().map(str),
    "subject": st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40),
}


gaps = st.sampled_from([" ", "  ", "\n", "\t "])


def quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str, dict[str, str]]:
    """Criteria as somebody may write them, and what they mean."""
    type_ = draw(st.sampled_from(sorted(catalogue())))
    said = draw(st.fixed_dictionaries({}, optional=values))
    pairs = draw(st.permutations([("eventType", signals.name_signal(type_)), *said.items()]))
    texts = []
    for key, value in pairs:
        bare = not set(value) & set("'\\=") and not any(c.isspace() for c in value) and draw(st.booleans())
        texts.append(f"{key}{draw(st.sampled_from(['=', ' = ']))}{value if bare else quoted(value)}")
    return f"{draw(gaps)}AND{draw(gaps)}".join(texts), type_, said


@given(written())
def test_criteria_go_both_ways(given_: tuple[str, str, dict[str, str]]) -> None:
    text, type_, said = given_
    chosen = criteria.read(text)
    assert (chosen.type, chosen.values) == (type_, said)
    filters.check(chosen.filters)
    again = criteria.write([chosen.type], chosen.filters)
    assert again is not None
    assert again.startswith("eventType=rtp-")
    assert criteria.read(again) == chosen
    assert criteria.write([type_], [{"all": [{"exact": {key: value}} for key, value in said.items()]}]) == again


@given(written(), st.dictionaries(st.sampled_from([*values, "type"]), st.sampled_from(["youth", "E12000007", "x"])))
def test_criteria_choose_what_their_conditions_say(
    given_: tuple[str, str, dict[str, str]], other: dict[str, str]
) -> None:
    text, type_, said = given_
    chosen = criteria.read(text)
    assert filters.matches(chosen.filters, {"type": type_, **said})
    event = {"type": type_, **said, **other}
    assert filters.matches(chosen.filters, event) == all(event.get(key) == value for key, value in said.items())


@given(st.text(max_size=60) | st.text("eventType=rtp' AND\\s1", max_size=60))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    try:
        criteria.read(text)
    except CriteriaRefused as refused:
        [error] = refused.errors
        assert error.field == "/criteria"


def test_criteria_as_mns_and_as_others_write_them() -> None:
    assert criteria.read(f"{SUBMITTED} AND region=E12000007") == criteria.read(
        "region = 'E12000007'  AND eventType='rtp-applications-case-submitted-1'"
    )
    assert criteria.read(f"{SUBMITTED} AND subject='it\\'s \\\\ this'").values == {"subject": "it's \\ this"}
    case_id = uuid.uuid4()
    assert criteria.read(f"{SUBMITTED} AND caseid={str(case_id).upper()}").values == {"caseid": str(case_id)}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sector=youth", "must name the type of event"),
        ("eventType=pds-change-of-gp-2", "not published"),
        (f"{SUBMITTED} AND colour=red", "key that is not known; there are eventType, route, sector"),
        (f"{SUBMITTED} AND sector=sport", "sector must be one of community-health, "),
        (f"{SUBMITTED} AND region=London", "region must be an ONS code"),
        (f"{SUBMITTED} AND employer=Leeds", "employer must be the id"),
        (f"{SUBMITTED} AND {SUBMITTED}", "names eventType twice"),
        (f"{SUBMITTED} AND sector=youth AND sector=fire-and-rescue", "names sector twice"),
        (f"{SUBMITTED} OR sector=youth", f"needs AND at character {len(SUBMITTED) + 2}; there is no OR"),
        (f"{SUBMITTED} and sector=youth", "needs AND"),
        (f"{SUBMITTED} AND ", "cannot be read from character"),
        (f"{SUBMITTED} AND sector='youth", "cannot be read from character"),
        (f"{SUBMITTED} AND sector='youth'AND route=employer-led", "cannot be read from character"),
        (f"{SUBMITTED} AND subject=''", "cannot be read from character"),
        (f"{SUBMITTED} AND subject='\\n'", "cannot be read from character"),
        (f"{SUBMITTED} AND subject='\x00'", "not text"),
        (f"{SUBMITTED} AND subject={'x' * 501}", "at most 500"),
        (f"{SUBMITTED}{' ' * 2000}", "at most 2000"),
        ("Patient?name=x", "cannot be read from character 1 on|must name the type|not known"),
        ("", "cannot be read from character 1 on"),
    ],
)
def test_criteria_are_refused_with_what_to_do(text: str, reason: str) -> None:
    with pytest.raises(CriteriaRefused) as refused:
        criteria.read(text)
    assert re.search(reason, refused.value.errors[0].reason), refused.value.errors
