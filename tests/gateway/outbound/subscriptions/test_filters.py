"""Filters choose the events that were meant, and what could silently choose none is refused with its place."""

import json
import uuid
from datetime import date, datetime
from enum import IntEnum, StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Literal

import jsonschema
import openapi_spec_validator
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from rtp_gateway.outbound.subscriptions import filters
from rtp_gateway.outbound.subscriptions.errors import FiltersRefused
from rtp_gateway.outbound.subscriptions.filters import (
    ATTRIBUTES,
    DEEPEST,
    FIELDS,
    LONGEST,
    MOST,
    Filters,
    check,
    matches,
)
from rtp_shared import contracts
from rtp_shared.contracts import EventData, events
from rtp_shared.contracts.applications import CaseOpened
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.problems import FieldError
from rtp_shared.schemas import Input
from rtp_shared.validation import describe_failure

Json = dict[str, Any]

EMPLOYER = "0199c3d4-52a0-7c11-9d2e-6a1f0c9b7e55"
EVENT: Json = {
    "specversion": "1.0",
    "id": "5f0d6a0e-6f0b-4d3c-9a55-000000000004",
    "source": "https://righttoprovide.example/applications",
    "type": "org.righttoprovide.applications.case-submitted.v1",
    "subject": "cases/0199c3d4-52a0-7c11-9d2e-6a1f0c9b7e55",
    "time": "2026-11-23T10:15:04.123456Z",
    "sequence": "0000000002",
    "route": "right-to-provide",
    "region": "E12000003",
    "employer": EMPLOYER,
    "causationid": None,
    "data": {
        "headcount": 12,
        "annualValuePence": -5,
        "status": "submitted",
        "conditions": True,
        "fitting": False,
        "decidedOn": "2026-11-23",
        "legalForm": None,
        "kind": ["a"],
        "basis": {"a": "b"},
        "daysLeft": 1.5,
        "number": "",
        "route": "another",
    },
}

HOLDS: list[Json] = [
    {"exact": {"route": "right-to-provide"}},
    {"exact": {"employer": EMPLOYER, "region": "E12000003"}},
    {"exact": {"sequence": "0000000002"}},
    {"exact": {"data.headcount": "12"}},
    {"exact": {"data.annualValuePence": "-5"}},
    {"exact": {"data.conditions": "true"}},
    {"exact": {"data.fitting": "false"}},
    {"exact": {"data.route": "another"}},
    {"prefix": {"type": "org.righttoprovide.applications."}},
    {"prefix": {"type": EVENT["type"]}},
    {"prefix": {"data.decidedOn": "2026-11", "time": "2026-11-23T"}},
    {"prefix": {"data.headcount": "1"}},
    {"suffix": {"type": ".v1", "source": "/applications"}},
    {"suffix": {"data.conditions": "e"}},
    {"all": [{"exact": {"route": "right-to-provide"}}, {"prefix": {"region": "E12"}}]},
    {"any": [{"exact": {"route": "employer-led"}}, {"prefix": {"region": "E12"}}]},
    {"not": {"exact": {"route": "employer-led"}}},
    {"not": {"not": {"prefix": {"route": "right"}}}},
    {"not": {"any": [{"exact": {"route": "employer-led"}}, {"all": [{"suffix": {"route": "led"}}]}]}},
]
DOES_NOT: list[Json] = [
    {"exact": {"route": "Right-to-provide"}},
    {"exact": {"route": "right"}},
    {"exact": {"route": "right-to-provide "}},
    {"exact": {"route": "right-to-provide", "region": "E12000004"}},
    {"exact": {"sequence": "2"}},
    {"exact": {"data.headcount": "012"}},
    {"exact": {"data.headcount": "12.0"}},
    {"exact": {"data.conditions": "True"}},
    {"exact": {"data.conditions": "1"}},
    {"exact": {"data.route": "right-to-provide"}},
    {"prefix": {"route": "to-provide"}},
    {"suffix": {"route": "right-to"}},
    {"prefix": {"route": "right-to-provide-"}},
    {"all": [{"exact": {"route": "right-to-provide"}}, {"prefix": {"region": "W"}}]},
    {"any": [{"exact": {"route": "employer-led"}}, {"prefix": {"region": "W"}}]},
    {"not": {"exact": {"route": "right-to-provide"}}},
]
LACKED = [
    "sector", "causationid", "data.role", "data.legalForm", "data.kind", "data.basis", "data.daysLeft",
]  # fmt: skip
"""What the event has not, has as null, or has as a list, an object or a fraction, which no filter compares."""


@pytest.mark.parametrize(
    ("entry", "holds"), [*[(each, True) for each in HOLDS], *[(each, False) for each in DOES_NOT]], ids=json.dumps
)
def test_what_holds_and_what_does_not(entry: Json, holds: bool) -> None:
    check([entry])
    assert matches([entry], EVENT) is holds


@pytest.mark.parametrize("name", LACKED)
@pytest.mark.parametrize("dialect", ["exact", "prefix", "suffix"])
@pytest.mark.parametrize("text", ["a", "null", "None", "1"])
def test_what_the_event_lacks_does_not_match_and_not_of_it_does(dialect: str, name: str, text: str) -> None:
    entry = {dialect: {name: text}}
    check([entry, {"not": entry}])
    assert not matches([entry], EVENT)
    assert matches([{"not": entry}], EVENT)


def test_no_filters_let_everything_pass_and_several_must_all_hold() -> None:
    check([])
    assert matches([], EVENT)
    assert matches([], {})
    assert matches(HOLDS, EVENT)
    assert not matches([*HOLDS, DOES_NOT[0]], EVENT)
    assert not matches([DOES_NOT[0], *HOLDS], EVENT)


def nest(depth: int) -> Json:
    """A filter that is `depth` filters deep, with `all`, `any` and `not` in turn."""
    entry: Json = {"exact": {"route": "x"}}
    for level in range(depth - 1):
        entry = ({"not": entry}, {"all": [entry]}, {"any": [entry]})[level % 3]
    return entry


LIMITS: list[list[Json]] = [
    [nest(DEEPEST)],
    [{"exact": {"route": "x"}}] * MOST,
    [{"any": [{"exact": {"route": "x", "region": "y"}}] * ((MOST - 2) // 2)}, {"exact": {"route": "x"}}],
    [{"exact": {"route": "x" * LONGEST}}],
    [{"exact": dict.fromkeys([*ATTRIBUTES, *FIELDS][:MOST], "x")}],
]


@pytest.mark.parametrize("entries", LIMITS, ids=range(len(LIMITS)))
def test_at_the_limit(entries: list[Json]) -> None:
    check(entries)
    assert TypeAdapter(Filters).validate_python(entries) == entries


OBJECT, ONE = {"exact": {"route": "x"}}, "exactly one of exact, prefix, suffix, all, any and not"
REFUSED: list[tuple[list[Any], list[tuple[str, str]]]] = [
    # The form of an entry.
    ([{}], [("/filters/0", ONE)]),
    (["exact"], [("/filters/0", ONE)]),
    ([None], [("/filters/0", ONE)]),
    ([OBJECT, [OBJECT]], [("/filters/1", ONE)]),
    ([{"exact": {"route": "x"}, "prefix": {"route": "x"}}], [("/filters/0", ONE)]),
    # Dialects.
    ([{"sql": "route = 'x'"}], [("/filters/0/sql", "dialect not offered")]),
    ([{"Exact": {"route": "x"}}], [("/filters/0/Exact", "dialect not offered")]),
    ([{"": {}}], [("/filters/0/", "dialect not offered")]),
    ([{"a/b~c": {}}], [("/filters/0/a~1b~0c", "dialect not offered")]),
    ([OBJECT, {"not": {"any": [OBJECT, {"sql": "x"}]}}], [("/filters/1/not/any/1/sql", "dialect not offered")]),
    # Comparisons.
    ([{"exact": {}}], [("/filters/0/exact", "one or more attributes")]),
    ([{"prefix": None}], [("/filters/0/prefix", "one or more attributes")]),
    ([{"suffix": "v1"}], [("/filters/0/suffix", "one or more attributes")]),
    ([{"exact": [{"route": "x"}]}], [("/filters/0/exact", "one or more attributes")]),
    ([{"exact": {"route": ""}}], [("/filters/0/exact/route", "1 to 500 characters")]),
    ([{"exact": {"route": "x" * (LONGEST + 1)}}], [("/filters/0/exact/route", "1 to 500 characters")]),
    ([{"exact": {"route": None}}], [("/filters/0/exact/route", "must be a string")]),
    ([{"exact": {"route": ["x"]}}], [("/filters/0/exact/route", "must be a string")]),
    ([{"exact": {"data.headcount": 5}}], [("/filters/0/exact/data.headcount", "must be a string")]),
    ([{"exact": {"data.fitting": True}}], [("/filters/0/exact/data.fitting", "must be a string")]),
    ([{"exact": {"route": "a\0"}}], [("/filters/0/exact/route", "U+0000")]),
    ([{"exact": {"route": "\ud800"}}], [("/filters/0/exact/route", "U+D800")]),
    # Names: a typing mistake would keep every event out, or none.
    ([{"any": [OBJECT, {"exact": {"routee": "x"}}]}], [("/filters/0/any/1/exact/routee", "'routee'")]),
    ([{"exact": {"caseId": "x"}}], [("/filters/0/exact/caseId", "'caseId'")]),
    ([{"exact": {"Type": "x"}}], [("/filters/0/exact/Type", "'Type'")]),
    ([{"exact": {"data": "x"}}], [("/filters/0/exact/data", "'data'")]),
    ([{"exact": {"eventhash": "x"}}], [("/filters/0/exact/eventhash", "'eventhash'")]),
    ([{"exact": {"headcount": "x"}}], [("/filters/0/exact/headcount", "data.<field>")]),
    ([{"exact": {"data.headcounts": "5"}}], [("/filters/0/exact/data.headcounts", "'data.headcounts'")]),
    ([{"exact": {"data.case_id": "5"}}], [("/filters/0/exact/data.case_id", "'data.case_id'")]),
    ([{"exact": {"data.supportNeeds": "hr"}}], [("/filters/0/exact/data.supportNeeds", "'data.supportNeeds'")]),
    ([{"exact": {"data.": "5"}}], [("/filters/0/exact/data.", "'data.'")]),
    ([{"exact": {"a/b": "5"}}], [("/filters/0/exact/a~1b", "'a/b'")]),
    # all, any and not.
    ([{"all": []}], [("/filters/0/all", "a list of one or more")]),
    ([{"any": []}], [("/filters/0/any", "a list of one or more")]),
    ([{"any": OBJECT}], [("/filters/0/any", "a list of one or more")]),
    ([{"all": "exact"}], [("/filters/0/all", "a list of one or more")]),
    ([{"all": None}], [("/filters/0/all", "a list of one or more")]),
    ([{"not": [OBJECT]}], [("/filters/0/not", ONE)]),
    ([{"not": {}}], [("/filters/0/not", ONE)]),
    ([{"not": None}], [("/filters/0/not", ONE)]),
    ([{"all": [OBJECT, 5]}], [("/filters/0/all/1", ONE)]),
    # Everything that is wrong, at once.
    (
        [{"exact": {"routee": "x", "route": "", "region": "E"}}, OBJECT, {"cesql": ""}],
        [
            ("/filters/0/exact/routee", "'routee'"),
            ("/filters/0/exact/route", "characters"),
            ("/filters/2/cesql", "dialect not offered"),
        ],
    ),
    # Limits.
    ([nest(DEEPEST + 1)], [("/filters/0/all/0/not/any/0/all/0/not/any/0/all/0/not", "at most 8")]),
    ([OBJECT] * (MOST + 1), [("/filters", "at most 100")]),
    ([{"all": [OBJECT] * MOST}], [("/filters", "at most 100")]),
    ([{"exact": {"route": "x", "region": "y"}}] * 51, [("/filters", "at most 100")]),
]


def list_refusals(entries: list[Any]) -> list[FieldError]:
    try:
        check(entries)
    except FiltersRefused as refused:
        return list(refused.errors)
    return []


BEYOND_A_SCHEMA = {"U+", "at most"}
"""Reasons that the published schema cannot give."""


@pytest.mark.parametrize(("entries", "expected"), REFUSED, ids=range(len(REFUSED)))
def test_refused_with_its_place_and_reason_and_by_the_published_schema_too(
    entries: list[Any], expected: list[tuple[str, str]]
) -> None:
    found = list_refusals(entries)
    assert [error.field for error in found] == [pointer for pointer, _ in expected]
    for error, (_, reason) in zip(found, expected, strict=True):
        assert reason in error.reason
    assert list_answered(entries) == found
    beyond = all(any(word in reason for word in BEYOND_A_SCHEMA) for _, reason in expected)
    assert is_published(entries) is beyond


def test_however_much_is_wrong_the_answer_stays_short() -> None:
    found = list_refusals([{"exact": {f"x{number}" + "y" * 1000: "" for number in range(100_000)}}])
    assert len(found) == MOST + 1
    assert found[-1].field == "/filters"
    assert max(len(error.reason) for error in found) < 200
    deep: Json = OBJECT
    for _ in range(100_000):
        deep = {"not": deep}
    assert [error.field for error in list_refusals([deep])] == ["/filters/0" + "/not" * DEEPEST]


class Body(Input):
    sink: str
    filters: Filters = Field(default=[])


def list_answered(entries: Any) -> list[FieldError]:
    """What a caller is told who sends these filters in a request body."""
    try:
        Body.model_validate({"sink": "x", "filters": entries})
    except ValidationError as error:
        return describe_failure(error, {"sink": "x", "filters": entries})
    return []


def test_in_a_body_they_are_refused_with_whatever_else_is_wrong() -> None:
    with pytest.raises(ValidationError) as refused:
        Body.model_validate({"filters": [{"sql": "x"}], "colour": "red"})
    assert {each["loc"] for each in refused.value.errors()} == {("sink",), ("filters", 0, "sql"), ("colour",)}
    wrong: Any
    for wrong in (None, {}, "exact", 5):
        assert [error.field for error in list_answered(wrong)] == ["/filters"]
    assert Body.model_validate({"sink": "x", "filters": HOLDS}).filters == HOLDS
    assert Body(sink="x").filters == []


# What is offered.


def test_every_attribute_that_an_event_has_can_be_filtered_by() -> None:
    about = contracts.About(route="r", sector="s", region="E", employer=uuid.uuid4(), commissioner=uuid.uuid4())
    case_id = uuid.uuid4()
    _, body = events.write(
        CaseOpened(case_id=case_id, route="r"),
        base_url="http://rtp.test",
        service="applications",
        subject_id=case_id,
        sequence=2,
        dataref="/v1",
        previous="0" * 64,
        about=about,
    )
    event = json.loads(body)
    attributes = set(event) - {"data"}
    assert attributes | {"causationid"} == set(ATTRIBUTES)
    every = [{"exact": {name: event[name] for name in attributes}}, {"exact": {"data.caseId": str(case_id)}}]
    check(every)
    assert matches(every, event)


class Colour(StrEnum):
    RED = "red"


class Size(IntEnum):
    SMALL = 1


def test_the_data_fields_that_are_single_values() -> None:
    class Declared(EventData):
        SUBJECT: ClassVar[str] = "things"

        some_text: str
        a_number: int | None = None
        yes: bool = False
        an_id: uuid.UUID
        a_day: date
        at: datetime | None
        colour: Colour
        size: Size | None = None
        said: Literal["a", "b"]
        code: Annotated[str, Field(max_length=3)] | None = None
        either: int | str
        route: Route
        many: list[str]
        weight: float
        perhaps: float | str
        thing: dict[str, str] | None = None
        anything: Any = None

    named = "someText aNumber yes anId aDay at colour size said code either route"
    assert list(filters._list_single_values(Declared)) == named.split()
    assert {"data.caseId", "data.headcount", "data.dueOn", "data.employer", "data.submittedAt"} <= set(FIELDS)
    assert not {"data.case_id", "data.supportNeeds", "data.financePurposes", "data.adviserIds"} & set(FIELDS)


@cache
def build_document() -> Json:
    app = FastAPI(separate_input_output_schemas=False)

    @app.post("/subscriptions")
    def subscribe(body: Body) -> Body:
        return body

    return app.openapi()


def is_published(entries: Any) -> bool:
    """Whether the published schema allows these filters."""
    published = {**build_document(), "$ref": "#/components/schemas/Body/properties/filters"}
    return bool(jsonschema.Draft202012Validator(published).is_valid(entries))


def test_the_six_dialects_are_published() -> None:
    openapi_spec_validator.validate(build_document())
    schemas = build_document()["components"]["schemas"]
    assert schemas["Body"]["properties"]["filters"]["items"] == {"$ref": "#/components/schemas/Filter"}
    offered = {option["$ref"].rpartition("/")[2] for option in schemas["Filter"]["anyOf"]}
    dialects = {name for option in offered for name in schemas[option]["required"]}
    assert dialects == {"exact", "prefix", "suffix", "all", "any", "not"}
    assert schemas["Compared"]["propertyNames"]["enum"] == [*ATTRIBUTES, *FIELDS]
    (example,) = schemas["Body"]["properties"]["filters"]["examples"]
    check(example)


# Laws.

NAMES = ["type", "route", "employer", "data.headcount", "data.status", "data.fitting"]
texts = st.sampled_from(["a", "ab", "b", "ba", "1", "12", "2", "true", "false", "e"])
scalars = st.one_of(texts, st.sampled_from([1, 2, 12, 0, True, False, None, 1.0, 10**40, ""]), st.text())
json_values = st.recursive(
    scalars, lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)), max_leaves=6
)
fields = st.dictionaries(st.sampled_from([name[5:] for name in NAMES if name.startswith("data.")]), json_values)
happened = st.builds(
    lambda attributes, held: {**attributes, **held},
    st.dictionaries(st.sampled_from([name for name in NAMES if not name.startswith("data.")]), json_values),
    st.one_of(st.just({}), st.fixed_dictionaries({"data": st.one_of(fields, json_values)})),
)
comparisons = st.builds(
    lambda dialect, compared: {dialect: compared},
    st.sampled_from(["exact", "prefix", "suffix"]),
    st.dictionaries(st.sampled_from(NAMES), texts, min_size=1, max_size=2),
)


def one_of_depth(depth: int) -> st.SearchStrategy[Json]:
    if depth == 1:
        return comparisons
    inner = one_of_depth(depth - 1)
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        comparisons,
        st.builds(lambda each: {"all": each}, several),
        st.builds(lambda each: {"any": each}, several),
        st.builds(lambda each: {"not": each}, inner),
    )


entries_ = one_of_depth(4)
lists_ = st.lists(entries_, max_size=3)


@given(entries_, happened)
def test_not_not_is_the_filter_itself(entry: Json, event: Json) -> None:
    holds = matches([entry], event)
    assert matches([{"not": {"not": entry}}], event) is holds
    assert matches([{"not": entry}], event) is not holds


@given(st.lists(entries_, min_size=1, max_size=3), happened)
def test_de_morgan(several: list[Json], event: Json) -> None:
    opposites = [{"not": each} for each in several]
    assert matches([{"not": {"all": several}}], event) is matches([{"any": opposites}], event)
    assert matches([{"not": {"any": several}}], event) is matches([{"all": opposites}], event)
    assert matches([{"all": several}], event) is matches(several, event)


def turn_round(entry: Json) -> Json:
    """The same with every list and object in the other order."""
    ((dialect, operand),) = entry.items()
    if dialect == "not":
        return {dialect: turn_round(operand)}
    if dialect in ("all", "any"):
        return {dialect: [turn_round(each) for each in reversed(operand)]}
    return {dialect: dict(reversed(operand.items()))}


@given(lists_, happened, st.randoms(use_true_random=False))
def test_order_does_not_matter(several: list[Json], event: Json, random: Any) -> None:
    holds = matches(several, event)
    shuffled = list(several)
    random.shuffle(shuffled)
    assert matches(shuffled, event) is holds
    assert matches([turn_round(each) for each in reversed(several)], event) is holds


@given(comparisons, happened)
def test_attributes_of_one_filter_hold_together(entry: Json, event: Json) -> None:
    ((dialect, compared),) = entry.items()
    apart = [{dialect: {name: text}} for name, text in compared.items()]
    assert matches([entry], event) is matches(apart, event)


@given(st.sampled_from(NAMES), texts, happened)
def test_what_is_exact_is_a_prefix_and_a_suffix(name: str, text: str, event: Json) -> None:
    entries = [{"prefix": {name: text}}, {"suffix": {name: text}}]
    assert not matches([{"exact": {name: text}}], event) or matches(entries, event)


@given(st.sampled_from(ATTRIBUTES), st.text(), st.text())
def test_texts_are_compared_as_python_compares_them(name: str, actual: str, text: str) -> None:
    event = {name: actual}
    assert matches([{"exact": {name: text}}], event) is (actual == text)
    assert matches([{"prefix": {name: text}}], event) is actual.startswith(text)
    assert matches([{"suffix": {name: text}}], event) is actual.endswith(text)
    assert matches([{"exact": {name: actual}}, {"prefix": {name: actual}}, {"suffix": {name: actual}}], event)


@given(st.sampled_from(FIELDS), st.integers() | st.booleans(), st.integers() | st.booleans())
def test_numbers_and_booleans_are_compared_as_json_writes_them(name: str, actual: Any, other: Any) -> None:
    event = json.loads(json.dumps({"data": {name.removeprefix("data."): actual}}))
    assert matches([{"exact": {name: json.dumps(other)}}], event) is (json.dumps(other) == json.dumps(actual))
    assert matches([{"exact": {name: json.dumps(actual)}}], event)


@given(lists_, st.dictionaries(st.text() | st.sampled_from([*NAMES, "data"]), json_values))
def test_matching_never_raises(several: list[Json], event: Json) -> None:
    assert matches(several, event) in (True, False)
    assert matches(several, json.loads(json.dumps(event))) is matches(several, event)


@given(lists_)
def test_what_is_offered_is_taken_as_it_is(several: list[Json]) -> None:
    check(several)
    assert TypeAdapter(Filters).validate_python(several) == several
    assert is_published(several)


words = st.sampled_from(["exact", "prefix", "all", "any", "not", "sql", "route", "routee", "data.headcount", "data.x"])
strange = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=2)),
    max_leaves=12,
)


@given(st.lists(strange | entries_, max_size=3))
def test_whatever_comes_is_taken_or_refused_alike(several: list[Any]) -> None:
    faults = list_refusals(several)
    assert list_answered(several) == faults
    assert all(fault.field.startswith("/filters/") for fault in faults)
    if not faults:
        assert is_published(several)
        matches(several, EVENT)
