"""What every request body takes: days and times as text in ISO 8601, whole numbers as JSON may write them."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, cast, get_args

import pytest
from fastapi.dependencies.models import Dependant
from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from tests.architecture.test_routes import routes
from tests.conftest import NewClient

NO_DAYS = [0, 46356, 16852.0, True, "0", "46356", "20261130", "2026-11-30T00:00:00Z", "2026-W48-1", "30/11/2026",
           " 2026-11-30", "2026-11-3", "٢٠٢٦-11-30"]  # fmt: skip
NO_INSTANTS = [
    0,
    1764500000,
    "1764500000",
    "2026-11-30",
    "2026-11-30T09:00:00",
    "20261130T090000Z",
    "2026-11-30 09:00Z",
]
NO_NUMBERS = ["3", True, 3.5, "3.0", float("inf")]
PARSED_LATER = (
    {("RuleGiven", "value")}
    | {(name, "filters") for name in ("NewSubscription", "Replacement", "SubscriptionChanges")}
    | {("DayRange", name) for name in ("min", "max")}  # a day or a time, as the protocol of CommonGrants has it
)


def list_models() -> list[type[BaseModel]]:
    """Return every model that is a part of a request body of any service."""
    found: dict[type[BaseModel], None] = {}

    def walk(annotation: Any) -> None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in found:
            found[annotation] = None
            for field in annotation.model_fields.values():
                walk(field.annotation)
        for part in get_args(annotation):
            walk(part)

    for _, route in routes():
        if route.body_field is not None:
            walk(route.body_field.field_info.annotation)
    return list(found)


def leaves(annotation: Any) -> set[Any]:
    parts = get_args(annotation)
    if annotation is AwareDatetime:
        return {datetime}
    return {leaf for part in parts for leaf in leaves(part)} if parts else {annotation}


def fields_of(kind: type) -> Iterator[tuple[type[BaseModel], str]]:
    for model in list_models():
        for name, field in model.model_fields.items():
            if kind in leaves(field.annotation) and (model.__name__, name) not in PARSED_LATER:
                yield model, field.alias or name


def refuses(model: type[BaseModel], name: str, value: object, *, types: tuple[str, ...] = ()) -> bool:
    try:
        model.model_validate({name: value})
    except ValidationError as error:
        return any(each["loc"][:1] == (name,) and (not types or each["type"] in types) for each in error.errors())
    return False


def test_every_day_of_every_body_is_text_in_one_form() -> None:
    fields = list(fields_of(date))
    assert len(fields) > 60
    for model, name in fields:
        assert not refuses(model, name, "2026-11-30", types=("value_error", "date_from_datetime_parsing")), (
            model,
            name,
        )
        assert [value for value in NO_DAYS if not refuses(model, name, value)] == [], (model, name)


def test_every_time_of_every_body_is_text_with_its_zone() -> None:
    fields = list(fields_of(datetime))
    assert {name for _, name in fields} == {"from", "to", "accesstokenexpiresutc", "expiresAt"}
    for model, name in fields:
        assert not refuses(model, name, "2026-11-30T09:00:00.5+01:00", types=("value_error",)), (model, name)
        assert [value for value in NO_INSTANTS if not refuses(model, name, value)] == [], (model, name)


def test_every_whole_number_of_every_body_may_have_a_point_and_a_nought() -> None:
    fields = list(fields_of(int))
    assert len(fields) > 50
    for model, name in fields:
        assert not refuses(model, name, 16852.0, types=("int_type", "int_from_float")), (model, name)
        assert [value for value in NO_NUMBERS if not refuses(model, name, value)] == [], (model, name)


def test_no_truth_value_of_any_body_is_a_number_or_a_word() -> None:
    for model, name in fields_of(bool):
        assert [value for value in (0, 1, "true", "yes") if not refuses(model, name, value)] == [], (model, name)


def test_every_day_and_time_that_is_asked_for_is_text_in_one_form() -> None:
    def walk(dependant: Dependant) -> Iterator[tuple[str, TypeAdapter[Any]]]:
        for field in dependant.query_params:
            if {date, datetime} & leaves(field.field_info.annotation):
                yield (
                    field.alias,
                    TypeAdapter(cast("Any", Annotated[field.field_info.annotation, None, *field.field_info.metadata])),
                )
        for dependency in dependant.dependencies:
            yield from walk(dependency)

    found = [each for _, route in routes() for each in walk(route.dependant)]
    instants = {
        "asAt", "changedSince", "changedBefore", "openedSince", "openedBefore", "submittedSince", "submittedBefore",
        "escalatedSince", "escalatedBefore", "finalSince", "finalBefore",
        "readSince", "readBefore",
    }  # fmt: skip
    assert {name for name, _ in found} == {
        "from", "to", "on", "dueBefore", "dueAfter", "commencedOn", "awardOn", "comparableContractOn",
        "availableOn", "staleSince", "unverifiedSince", "awardedFrom", "awardedUntil", "changedFrom", "changedUntil",
        "closesFrom", "closesUntil", "endsBefore", "openOn", *instants,
    }  # fmt: skip
    for name, adapter in found:
        for value in ("0", "46356", "20261130", "2026-11-30T09:00:00"):
            with pytest.raises(ValidationError):
                adapter.validate_python(value)
        adapter.validate_python("2026-11-30T09:00:00Z" if name in instants else "2026-11-30")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("asked", "field", "reason"),
    [
        ("/v1/decisions?from=2026-12-01&to=2026-11-30", "from", "is after to"),
        ("/v1/deadlines?dueAfter=2026-12-01&dueBefore=2026-11-30", "dueAfter", "is after dueBefore"),
        ("/v1/deadlines?dueBefore=0", "dueBefore", "must be a day"),
        ("/v1/decisions?from=20261130", "from", "must be a day"),
        (f"/v1/cases/{'0' * 8}-0000-0000-0000-{'0' * 12}?asAt=2026-11-30T09:00:00+00:00", "asAt", "%2B"),
    ],
)
async def test_a_wrong_day_or_span_is_named(new_client: NewClient, asked: str, field: str, reason: str) -> None:
    answer = await (await new_client()).get(asked)
    assert answer.status_code == 422, answer.text
    assert [(each["in"], each["field"]) for each in answer.json()["errors"]] == [("query", field)]
    assert reason in answer.json()["errors"][0]["reason"]
