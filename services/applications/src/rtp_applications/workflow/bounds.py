"""Bounds of the dates that people enter: a date lies between what made it possible and what ends it.

Whoever may type any date empties every safeguard that counts from one: a notice of years ago has always been out long
enough. So every date of an action has its bounds in the process, published with it. One entered late is taken only with
the reference of the document that it is taken from, and is marked as such.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, partial
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic.alias_generators import to_camel

from rtp_applications.deadlines.rules.days import add_months
from rtp_applications.workflow.definition import Action, Guard, Step
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.problems import FieldError
from rtp_shared.schemas import STORED, Line

LATE_ENTRY = "late-entry-has-its-document"
"""Name of the guard that stands beside the bounds of what has happened."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A day by which dates are bounded: named as refusals and the published process name it."""

    says: str
    find: Callable[[Step], date | None]
    """Returns None where the case has no such day: then nothing is bounded by it."""


def read_today(step: Step) -> date:
    return step.today


TODAY = Limit("today", read_today)


def in_days(number: int, says: str) -> Limit:
    """Return the limit so many days after today, or before it."""
    return Limit(says, lambda step: step.today + timedelta(days=number))


TOMORROW = in_days(1, "tomorrow")


def same_as(field: str, *, months: int = 0, says: str | None = None) -> Limit:
    """Return the limit at another date of the payload, so many months later."""

    def find(step: Step) -> date | None:
        day: date | None = getattr(step.payload, field)
        return add_months(day, months) if day else None

    return Limit(says or to_camel(field), find)


def _refuse_given(value: list[str] | None, info: ValidationInfo) -> list[str] | None:
    if value is not None and info.context != STORED:
        raise ValueError("the platform says itself what was entered late")
    return value


class Dated(Payload):
    """A payload with dates of what has happened, which may be entered late."""

    ADDED: ClassVar[tuple[str, ...]] = ("entered_late", "taken_from")
    """Fields that such a payload did not have before dates had bounds."""

    entered_late: Annotated[list[str] | None, AfterValidator(_refuse_given)] = Field(
        default=None,
        json_schema_extra={"readOnly": True},
        description="JSON pointers of the dates that were entered late. The platform fills it in",
    )


class DatedByDocument(Dated):
    """One that has no other field for the document from which its dates are taken."""

    taken_from: Line | None = Field(
        default=None,
        description="Reference of the document that the dates are taken from: needed for one that is entered late",
        examples=["Register of notices 2026/118"],
    )


@cache
def before_bounds(model: type[Dated]) -> type[Dated]:
    """Return the payload as it was before dates had bounds: it knows neither lateness nor what it is taken from."""
    added = [name for each in model.__mro__ for name in each.__dict__.get("ADDED", ())]
    hidden = [name for name in dict.fromkeys(added) if name in model.model_fields]
    members: dict[str, object] = {"__module__": model.__module__, "__doc__": model.__doc__, **dict.fromkeys(hidden)}
    return type(model.__name__, (model,), {**members, "__annotations__": dict.fromkeys(hidden, ClassVar[None])})


@dataclass(frozen=True, slots=True, kw_only=True)
class DateBounds(Guard):
    """The bounds of one date of an action's payload, both days included."""

    attribute: str
    """Its name in the payload; `conditions/*/due_on` for those of every item of a list."""
    earliest: Limit
    latest: Limit
    expected: Limit | None = None
    """The step that it serves: a day before it is taken, but as entered late."""
    timely: bool
    """True for what has happened, and is put on file soon after it; it may be entered late."""


def bound(
    attribute: str,
    earliest: Limit,
    latest: Limit = TODAY,
    *,
    expected: Limit | None = None,
    timely: bool = True,
    law: str = "",
) -> DateBounds:
    """Make the bounds of a date: of what has happened if the latest is today, else of what is to come. `timely` is
    false for what has happened long before anybody thought of the case, as the registration of a company.
    """
    field = "/" + "/".join(to_camel(part) for part in attribute.split("/"))
    says = f"{field[1:]} is not before {earliest.says} and not after {latest.says}"
    return DateBounds(
        name=f"{attribute.replace('_', '-').replace('/*/', '-')}-within-bounds",
        description=f"{says} ({law})." if law else f"{says}.",
        check=partial(_find_breach, attribute, earliest, latest),
        field="" if "*" in field else field,
        reads_payload=True,
        attribute=attribute,
        earliest=earliest,
        latest=latest,
        expected=expected,
        timely=timely and latest is TODAY,
    )


def _find_breach(attribute: str, earliest: Limit, latest: Limit, step: Step) -> FieldError | None:
    """Return the first date out of bounds, with the limit that it breaks and that limit's day."""
    for pointer, day in _list_days(attribute, step.payload):
        first, last = earliest.find(step), latest.find(step)
        if first and day < first:
            return FieldError(pointer, f"{day} is before {_name(earliest, first)}")
        if last and day > last:
            return FieldError(pointer, f"{day} is after {_name(latest, last)}")
    return None


def _name(limit: Limit, day: date) -> str:
    return f"{limit.says}, {day}"


def _list_days(attribute: str, payload: Any) -> Iterator[tuple[str, date]]:
    """Yield each date that the payload gives under this name, with its JSON pointer."""
    outer, _, inner = attribute.partition("/*/")
    given = getattr(payload, outer)
    if not inner:
        if given is not None:
            yield f"/{to_camel(outer)}", given
        return
    for number, item in enumerate(given):
        if (day := getattr(item, inner)) is not None:
            yield f"/{to_camel(outer)}/{number}/{to_camel(inner)}", day


def list_late(step: Step) -> list[str]:
    """Return the JSON pointers of the dates that are entered late: they lie further back than the setting `late-entry`
    has it, or before the step that they serve.
    """
    bounds = [each for each in step.action.guards if isinstance(each, DateBounds) and each.timely]
    if not bounds:
        return []
    return [
        pointer
        for each in bounds
        for pointer, day in _list_days(each.attribute, step.payload)
        if day < _find_first_timely_day(each, step)
    ]


def _find_first_timely_day(bounds: DateBounds, step: Step) -> date:
    in_time = step.today - timedelta(days=step.process.get_setting(step.snapshot, "late-entry")["number"])
    served = bounds.expected.find(step) if bounds.expected else None
    return max(in_time, served) if served else in_time


def _find_missing_document(reference: str, step: Step) -> FieldError | None:
    late = list_late(step)
    if not late or getattr(step.payload, reference) or _is_out_of_bounds(step):
        return None
    return FieldError(
        f"/{to_camel(reference)}", f"entered late: {', '.join(late)}; name the document that it is taken from"
    )


def _is_out_of_bounds(step: Step) -> bool:
    """Return True if a date is refused whatever document there is."""
    return any(isinstance(each, DateBounds) and each.find_error(step) for each in step.action.guards)


def with_late_entries(*bounds: DateBounds, reference: str = "taken_from") -> tuple[Guard, ...]:
    """Return the bounds with the condition that a date entered late names its document, in the field `reference`. One
    whose document the payload names in any case needs no such condition.
    """
    field = to_camel(reference)
    return (
        *bounds,
        Guard(
            name=LATE_ENTRY,
            description="A date that lies more than a week back, or before the step that it serves, is entered late: "
            f"{field} names the document that it is taken from.",
            check=partial(_find_missing_document, reference),
            field=f"/{field}",
            reads_payload=True,
        ),
    )


def mark_late(step: Step) -> Payload:
    """Return the payload with its dates that were entered late marked."""
    payload: Payload = step.payload
    late = list_late(step) if isinstance(payload, Dated) else []
    return payload.model_copy(update={"entered_late": late}) if late else payload


def without_bounds(*former: Guard) -> Callable[[Action], Action]:
    """Return what makes an action as it was before its dates had bounds: with these guards in their place."""

    def restore(now: Action) -> Action:
        place = next(number for number, each in enumerate(now.guards) if is_of_dates(each))
        kept = [each for each in now.guards if not is_of_dates(each)]
        model = before_bounds(now.payload_model) if issubclass(now.payload_model, Dated) else now.payload_model
        return replace(now, guards=(*kept[:place], *former, *kept[place:]), payload_model=model)

    return restore


def is_of_dates(guard: Guard) -> bool:
    """Return True for the bounds of a date, and for the condition on those entered late."""
    return isinstance(guard, DateBounds) or guard.name == LATE_ENTRY
