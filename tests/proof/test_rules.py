"""That the rules in Python, by which histories, documents and names are shown, let clients read what `policy` does."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import z3
from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.documents.rules import OUTSIDE, find_sight
from rtp_applications.history.reading import can_read
from rtp_applications.parties.views import can_see_name
from rtp_applications.sides import get_body_readers, is_of_named_body, is_on_bodies_side, may_know_of
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Audience, Confidentiality, Role, Status
from rtp_applications.workflow.identities import OVERSIGHT
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, Party, RelatedCase
from rtp_shared.identities import organisation_identity
from tests.applications.workflow.ground import CALENDARS, NOW, build_snapshot, party
from tests.proof import policy
from tests.proof.callers import ANY_CLIENT, ANY_ORGANISATION, CALLERS
from tests.proof.catalogue import Catalogue
from tests.proof.example import Example, list_unknowns

BODIES, CLIENTS = [UUID(int=place) for place in (1, 2, 3)], ["one", "two"]
MINE = "one", BODIES[0]
"""The client and the organisation that ask."""
JOINED = [int(NOW.timestamp() * 1000) + later for later in (-200_000_000, -1, 0, 1)]
"""When people joined, in milliseconds."""
KINDS = sorted(name for name, each in CALLERS.items() if each.is_client)
identities = st.sampled_from(
    [*(f"client:{each}" for each in CLIENTS), *map(organisation_identity, BODIES), OVERSIGHT, "system"]
)
optional_bodies = st.none() | st.sampled_from(BODIES)
cases = st.builds(
    lambda **named: replace(build_snapshot(Status.EOI_SUBMITTED).case, **named),
    opened_by=st.sampled_from(CLIENTS),
    readers=st.lists(identities, unique=True, max_size=4),
    employer_id=optional_bodies,
    commissioner_id=optional_bodies,
    decision_body_id=optional_bodies,
    duty_holder_id=optional_bodies,
    further_employer_ids=st.lists(st.sampled_from(BODIES), max_size=9),
    submitted_at=st.none() | st.sampled_from([NOW, NOW - timedelta(days=2)]),
    disclosed_position=st.none() | st.integers(0, 3),
)
callers = st.sampled_from(KINDS).map(lambda kind: Caller("p-somebody", tuple(map(_name_me, CALLERS[kind].readers))))


def _name_me(identity: str) -> str:
    client, organisation = MINE
    kind = identity.partition(":")[0]
    return {"client": f"client:{client}", "org": organisation_identity(organisation)}.get(kind, identity)


def decide(condition: Any, rows: Mapping[str, Any]) -> bool:
    """Return whether the condition holds of these rows, which are by the ways that lead to them."""
    values: dict[str, Any] = {str(ANY_CLIENT): MINE[0], str(ANY_ORGANISATION): str(MINE[1])}
    for unknown in list_unknowns(condition):
        name = str(unknown)
        plain = name.removesuffix(" is null")
        if name not in values:
            value = _find(rows, plain)
            values[name] = value is None if name != plain else _spell(value, unknown)
    return Example(values).decide(condition)


def _find(rows: Mapping[str, Any], name: str) -> Any:
    """Return the value of a column, or of a function of one."""
    found = re.fullmatch(r"(?:(\w+)\(.*?)?([\w.]+)\.(\w+)(?:\[(\d)\])?\)*", name)
    assert found, name
    function, path, column, place = found.groups()
    value = getattr(rows[path], column)
    if place:
        return value[int(place) - 1] if int(place) <= len(value) else None
    return FUNCTIONS[function](value) if function and value is not None else value


def _spell(value: Any, unknown: Any) -> Any:
    if value is None:
        return 0 if unknown.sort() == z3.IntSort() else ""
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    if isinstance(value, date):
        return value.toordinal()
    return str(value) if isinstance(value, UUID | StrEnum) else value


FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "date": civil_date,
    "date_trunc": lambda value: value,
    "uuid_extract_version": lambda value: value.version,
    "uuid_extract_timestamp": lambda value: value.int >> 80,
}


def look(catalogue: Catalogue, table: str, caller: Caller) -> policy.Sight:
    """Return a row as the caller looks at it."""
    kind = next(each for each in CALLERS.values() if tuple(map(_name_me, each.readers)) == caller.identities)
    return policy.look(catalogue, table, kind.stands_for)


@given(case=cases, caller=callers)
def test_sides_are_those_of_the_policy(catalogue: Catalogue, case: Facts, caller: Caller) -> None:
    row = look(catalogue, "cases", caller)
    body_readers = sorted(get_body_readers(case))
    related = RelatedCase(
        id=case.id, is_later=False, opened_by=case.opened_by, submitted=case.submitted_at is not None,
        readers=case.readers, body_readers=body_readers,
    )  # fmt: skip
    assert may_know_of(related, caller.identities) is decide(policy.knows_case(row), {"cases": case})
    assert is_on_bodies_side(case, caller) is decide(policy.is_on_bodies_side(row), {"cases": case})
    assert is_of_named_body(case, caller.identities) is decide(policy.is_of_named_body(row), {"cases": case})


@given(case=cases, caller=callers, audience=st.sampled_from(Audience), place=st.integers(0, 4))
def test_histories_are_read_as_the_policy_says(
    catalogue: Catalogue, case: Facts, caller: Caller, audience: Audience, place: int
) -> None:
    row = look(catalogue, "audit_entries", caller)
    entry = SimpleNamespace(case_id=case.id, position=place, audience=audience)
    rows = {"audit_entries": entry, "audit_entries.case_id": case}
    reads = can_read(_build(case), caller, place=place, audience=audience)
    assert (reads and decide(policy.of_a_known_case(row), rows)) is decide(policy.reads_entry(row), rows)


@given(
    case=cases,
    caller=callers,
    audience=st.sampled_from(Audience),
    kind=st.sampled_from(Confidentiality),
    since=st.none() | st.integers(0, 3),
    role=st.none() | st.sampled_from(sorted(OUTSIDE)),
)
def test_documents_are_read_as_the_policy_says_and_by_outsiders_no_more(
    catalogue: Catalogue,
    case: Facts,
    caller: Caller,
    audience: Audience,
    kind: Confidentiality,
    since: int | None,
    role: Role | None,
) -> None:
    row = look(catalogue, "documents", caller)
    document = SimpleNamespace(case_id=case.id, audience=audience, confidentiality=kind, disclosed_from=since)
    rows = {"documents": document, "documents.case_id": case}
    parties = [party(role, person=caller.person, holder=caller.vouching_client)] if role else []
    sight = find_sight(_build(case, *parties), caller, NOW)
    seen = audience in sight.audiences and kind in sight.confidentialities and (since is not None or sight.drafts)
    sees = seen and decide(policy.of_a_known_case(row), rows)
    may = decide(policy.reads_document(row), rows)
    assert sees is may if role is None else may or not sees


@given(
    case=cases,
    caller=callers,
    role=st.sampled_from(Role),
    holder=identities,
    ended=st.none() | st.sampled_from([0, 1, 2, 3]),
    id_=st.sampled_from([UUID(int=4 << 76 | 2 << 62), *(UUID(int=ms << 80 | 7 << 76 | 2 << 62) for ms in JOINED)]),
)
def test_names_are_shown_as_the_policy_says(
    catalogue: Catalogue, case: Facts, caller: Caller, role: Role, holder: str, ended: int | None, id_: UUID
) -> None:
    row = look(catalogue, "party_names", caller)
    valid_to = None if ended is None else civil_date(NOW) - timedelta(days=ended)
    somebody = Party(id_, role, "p-else", holder, date(2026, 1, 1), valid_to)
    found = SimpleNamespace(case_id=case.id, role=role, holder=holder, valid_to=valid_to)
    name = SimpleNamespace(party_id=id_)
    rows = {"party_names": name, "party_names.party_id": found, "party_names.party_id.case_id": case}
    shown = can_see_name(_build(case, somebody), somebody, caller)
    known = decide(policy.knows_case(row.follow("case_parties", "party_id").find_case()), rows)
    assert (shown and known) is decide(policy.reads_name(row), rows)


def _build(case: Facts, *parties: Party) -> CaseSnapshot:
    return CaseSnapshot(case=case, parties={each.id: each for each in parties}, calendars=CALENDARS)
