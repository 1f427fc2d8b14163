"""The checks made from the schema agree with a validator of another, on every field with values of every kind."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from rtp_finance_directory.grants.standard.checks import build_check, read_schema
from rtp_finance_directory.grants.standard.columns import Field, list_fields

VALUES: Sequence[Any] = (
    1, -1, 1.5, "x", "", True, [], {}, [1], "2020-01-01", "2020-13-01", "2020-01", "2020", "01/02/2020",
    "2020-01-01T00:00:00Z", "2020-01-01T00:00:00", "https://example.org/a", "no address", "GBP", "GB", "Yes", "yes",
)  # fmt: skip
CODES = {"regrantType", "locationScope", "primaryGrantReason", "secondaryGrantReason"}
"""Of lists that the standard keeps in files of their own: its schema takes any text."""


@pytest.fixture(scope="module")
def other() -> Draft202012Validator:
    return Draft202012Validator(read_schema(), format_checker=FormatChecker())


def put(grant: dict[str, Any], field: Field, value: Any) -> dict[str, Any]:
    """Return the grant with the value there, and what has to stand beside it."""
    changed = at = copy.deepcopy(grant)
    if field.names[0] == "recipientIndividual":
        del changed["recipientOrganization"]
    for name, is_list in zip(field.names[:-1], field.lists[:-1], strict=True):
        beside: dict[str, Any] = {"id": "a", "name": "b"} if name.startswith(("recipient", "funding")) else {}
        at = at.setdefault(name, [beside] if is_list else beside)
        at = at[0] if is_list else at
    at[field.names[-1]] = value
    return changed


def list_tries(grant: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for field in list_fields():
        values = [value for value in VALUES if field.names[-1] not in CODES or not isinstance(value, str)]
        yield from (("/".join(field.names), put(grant, field, value)) for value in values)
    yield from ((name, {key: grant[key] for key in grant if key != name}) for name in grant)
    yield "both", grant | {"recipientIndividual": {"id": "a", "name": "b"}}


def test_a_grant_passes_exactly_where_it_passes_the_schema(other: Draft202012Validator, real_grants: list[Any]) -> None:
    differing = []
    tried = 0
    for place, grant in list_tries(real_grants[0]):
        tried += 1
        by_schema = other.is_valid(grant)
        by_us = build_check()(copy.deepcopy(grant), []) is None
        if by_schema != by_us:
            differing.append((place, by_schema))
    assert tried > 2000
    assert not differing


@pytest.mark.parametrize("name", sorted(CODES - {"primaryGrantReason", "secondaryGrantReason"}))
def test_codes_of_closed_lists_are_checked_though_the_schema_does_not(name: str, real_grants: list[Any]) -> None:
    [fault] = build_check()(real_grants[0] | {name: "none"}, []) or []
    assert (fault.path, fault.rule) == ((name,), "not-on-the-list")
