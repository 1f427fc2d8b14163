"""Every date of every action: one too early and one too late are refused with the reason, those at its bounds are not,
and one entered late names its document and is marked.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import get_args

import pytest
from pydantic import BaseModel, ValidationError

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.bounds import LATE_ENTRY, DateBounds, before_bounds
from rtp_applications.workflow.definition import Action, Process, Step
from rtp_applications.workflow.processes import NEWEST
from rtp_applications.workflow.snapshot import Payload
from rtp_applications.workflow.stages.screening.payloads import Acknowledgement
from rtp_shared.problems import FieldError
from rtp_shared.schemas import STORED
from tests.applications.workflow.ground import NOW, Ready, attempt, giving, refused_for, take

DAY, TODAY = timedelta(days=1), civil_date(NOW)
ACTIONS = [(process, action) for process in NEWEST for action in process.actions]
BOUNDS = [
    pytest.param(process, action, each, id=f"{process.route}-{action.name}-{each.attribute.replace('/', '.')}")
    for process, action in ACTIONS
    for each in action.guards
    if isinstance(each, DateBounds)
]
LATE = [
    pytest.param(process, action, id=f"{process.route}-{action.name}")
    for process, action in ACTIONS
    if LATE_ENTRY in {each.name for each in action.guards}
]
FILLED_IN = {"/intention_published_on"}
"""Dates that nobody enters: the platform fills them in."""


def test_every_date_of_every_action_has_bounds() -> None:
    unbounded = [
        (action.name, where)
        for _, action in ACTIONS
        for where in _list_dates(action.payload_model)
        if where not in FILLED_IN
        and where[1:] not in {each.attribute for each in action.guards if isinstance(each, DateBounds)}
    ]
    assert unbounded == []


@pytest.mark.parametrize(("process", "action", "bounds"), BOUNDS)
def test_a_date_is_taken_at_its_bounds_and_refused_outside(
    process: Process, action: Action, bounds: DateBounds
) -> None:
    ready = attempt(process, action.name)
    first, last = (limit.find(_step(ready, action)) for limit in (bounds.earliest, bounds.latest))
    assert first is not None, "the ready attempt has no such day: make one that has"
    assert last is not None, "the ready attempt has no such day: make one that has"
    assert [_refuse(ready, action, bounds, day) for day in (first, last)] == [None, None]
    for day, limit in ((first - DAY, bounds.earliest), (last + DAY, bounds.latest)):
        refusal = _refuse(ready, action, bounds, day)
        assert refusal is not None
        assert refusal.reason.startswith(f"{day} is ")
        assert limit.says in refusal.reason
        assert refusal.field.rsplit("/", 1)[-1] == bounds.description.split()[0].rsplit("/", 1)[-1]


@pytest.mark.parametrize(("process", "action"), LATE)
def test_a_date_entered_late_names_its_document(process: Process, action: Action) -> None:
    """A month passes between what happened and its being put on file."""
    ready = attempt(process, action.name)
    late = replace(ready, now=ready.now + timedelta(days=30), payload=_with_dates(ready, action))
    guard = next(each for each in action.guards if each.name == LATE_ENTRY)
    reference = "reference" if guard.field == "/reference" else "taken_from"
    undocumented, documented = giving(late, **{reference: None}), giving(late, **{reference: "Minute 12"})
    refusal = guard.find_error(_step(undocumented, action))
    assert refusal is not None
    assert refusal.field == guard.field
    assert guard.find_error(_step(documented, action)) is None
    assert guard.find_error(_step(giving(ready, **{reference: None}), action)) is None


def test_what_was_entered_late_is_marked_on_the_record() -> None:
    process, action = next((p, a) for p, a in ACTIONS if a.name == "acknowledge")
    ready = replace(attempt(process, action.name), now=NOW + timedelta(days=8))
    assert refused_for("acknowledge", ready) == [LATE_ENTRY]
    after = take("acknowledge", giving(ready, taken_from="Letter of 1 March")).after
    kept = after.records[Acknowledgement.KIND, ""].content
    assert (kept["takenFrom"], kept["enteredLate"]) == ("Letter of 1 March", ["/sentOn"])
    in_time = take("acknowledge", replace(ready, now=NOW + timedelta(days=7))).after
    assert "enteredLate" not in in_time.records[Acknowledgement.KIND, ""].content


def test_nobody_says_themselves_what_is_late() -> None:
    given = {"sentOn": "2026-11-30", "enteredLate": []}
    with pytest.raises(ValidationError, match="the platform says itself"):
        Acknowledgement.model_validate(given)
    assert Acknowledgement.model_validate(given, context=STORED).entered_late == []


def test_an_earlier_payload_knows_nothing_of_it() -> None:
    former = before_bounds(Acknowledgement)
    assert former.model_fields.keys() == {"sent_on", "sponsor_named"}
    with pytest.raises(ValidationError, match="takenFrom"):
        former.model_validate({"sentOn": "2026-11-30", "takenFrom": "Letter"})
    assert former is before_bounds(Acknowledgement)


def _list_dates(model: type[BaseModel], under: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        parts = [field.annotation, *get_args(field.annotation)]
        if date in parts:
            yield f"{under}/{name}"
        for each in parts:
            if isinstance(each, type) and issubclass(each, BaseModel):
                yield from _list_dates(each, f"{under}/{name}/*")


def _step(ready: Ready, action: Action) -> Step:
    """The step of the ready attempt, as guards see it."""
    today = civil_date(ready.now)
    return Step(
        process=ready.process, action=action, snapshot=ready.snapshot, payload=ready.payload, signed=(), now=ready.now,
        today=today,
    )  # fmt: skip


def _refuse(ready: Ready, action: Action, bounds: DateBounds, day: date) -> FieldError | None:
    return bounds.find_error(_step(_on(ready, bounds, day), action))


def _on(ready: Ready, bounds: DateBounds, day: date) -> Ready:
    outer, _, inner = bounds.attribute.partition("/*/")
    if not inner:
        return giving(ready, **{outer: day})
    items = getattr(ready.payload, outer)
    return giving(ready, **{outer: [each.model_copy(update={inner: day}) for each in items]})


def _with_dates(ready: Ready, action: Action) -> Payload:
    """The payload with a day for each date of what has happened, also where it may be left out."""
    named = [each.attribute for each in action.guards if isinstance(each, DateBounds) and each.timely]
    missing = [each for each in named if getattr(ready.payload, each) is None]
    assert ready.payload is not None
    return ready.payload.model_copy(update=dict.fromkeys(missing, TODAY))
