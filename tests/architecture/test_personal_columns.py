"""Every column of every service is declared: as of people, who are then told of it, or as of nobody.

`python -m tests.architecture.test_personal_columns` prints what is declared nowhere. Columns that hold something of
people are declared beside what is handed out (`subject_data` of the service); the others in `columns/`.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from rtp_advice_matching.subject_data import sources as advice
from rtp_applications.subject_data import sources as applications
from rtp_finance_directory.subject_data import routes as finance
from rtp_gateway.subject_data import own as gateway
from rtp_operations.services import ALL

OF_NOBODY = Path(__file__).parent / "columns"
Columns = Mapping[str, frozenset[str]]


def join(*parts: Mapping[str, str]) -> Columns:
    tables = {table for part in parts for table in part}
    return {table: frozenset(" ".join(part.get(table, "") for part in parts).split()) for table in tables}


OF_PEOPLE: Mapping[str, Columns] = {
    "applications": join(*(each.columns for each in applications.SOURCES), applications.OF_CASES),
    "advice-matching": join(*(each.columns for each in advice.SOURCES), advice.OF_OTHERS),
    "finance-directory": join(finance.COLUMNS, finance.OF_OTHERS),
    "gateway": join(gateway.COLUMNS),
}
"""Shown to the person, or spoken of by others, and then named there with the reason why it is not."""


def read_of_nobody(service: str) -> Columns:
    lines = (OF_NOBODY / f"{service}.txt").read_text("utf-8").splitlines()
    return {table: frozenset(names.split()) for table, _, names in (line.partition(":") for line in lines)}


def read_models(service: str) -> Columns:
    [found] = [each for each in ALL if each.name == service]
    return {table.name: frozenset(each.name for each in table.c) for table in found.metadata.tables.values()}


def find_undeclared(models: Columns, *declared: Columns) -> dict[str, list[str]]:
    known = {table: frozenset().union(*(each.get(table, frozenset()) for each in declared)) for table in models}
    return {table: sorted(names - known[table]) for table, names in models.items() if names - known[table]}


each_service = pytest.mark.parametrize("service", sorted(OF_PEOPLE))


@each_service
def test_every_column_is_declared(service: str) -> None:
    undeclared = find_undeclared(read_models(service), OF_PEOPLE[service], read_of_nobody(service))
    assert undeclared == {}, "of people: beside what is handed out; of nobody: tests/architecture/columns"


@each_service
def test_no_column_is_declared_twice_or_is_none(service: str) -> None:
    models, people, nobody = read_models(service), OF_PEOPLE[service], read_of_nobody(service)
    assert {
        t: sorted(names & people.get(t, frozenset()))
        for t, names in nobody.items()
        if names & people.get(t, frozenset())
    } == {}
    assert find_undeclared(people, models) == {}
    assert find_undeclared(nobody, models) == {}


def test_a_new_column_fails_until_it_is_declared() -> None:
    models = {"parties": frozenset({"id", "nickname"})}
    assert find_undeclared(models, {"parties": frozenset({"id"})}) == {"parties": ["nickname"]}
    assert find_undeclared(models, {"parties": frozenset({"id", "nickname"})}) == {}


@each_service
def test_whatever_names_a_person_by_its_name_is_of_people(service: str) -> None:
    """The words by which columns name a person are no others' business to declare as of nobody."""
    names = {
        "person",
        "people",
        "reported_by",
        "made_by",
        "placed_by",
        "lifted_by",
        "created_by",
        "uploaded_by",
        "actor",
    }
    assert {table: sorted(found & names) for table, found in read_of_nobody(service).items() if found & names} == {}


if __name__ == "__main__":
    for name in sorted(OF_PEOPLE):
        for table, columns in find_undeclared(read_models(name), OF_PEOPLE[name]).items():
            print(f"{name} {table}: {' '.join(columns)}")  # noqa: T201 - it is what it is for
