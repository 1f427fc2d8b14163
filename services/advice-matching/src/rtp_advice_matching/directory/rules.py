"""What a profile must not say at once: a pure rule. Each refusal names the field and why."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from rtp_advice_matching.directory.facets import AdviserKind, ChargeBasis
from rtp_shared.problems import FieldError

STALE_AFTER = timedelta(days=90)
"""A profile that nobody has verified for so long is stale: Open Referral UK asks for an assurance of three months."""
NOT_PROPOSED_AFTER = timedelta(days=365)
"""Who was last verified so long ago is still shown, with the day, and proposed to nobody; the length is proposed."""
CALENDAR_PAST = timedelta(days=366)
CALENDAR_AHEAD = timedelta(days=1096)
MONTH = 30
"""Days that count as a month to come."""

# RFC 5646 section 2.1, without what was grandfathered: language, script, region, variants, extensions, private use.
LANGUAGE_TAG = (
    r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
    r"(-[0-9A-WY-Za-wy-z](-[A-Za-z0-9]{2,8})+)*(-[Xx](-[A-Za-z0-9]{1,8})+)?"
)
_LANGUAGE_TAG = re.compile(LANGUAGE_TAG)


def tidy_language(tag: str) -> str:
    """Return a language tag as RFC 5646 section 2.1.1 writes it (en-GB, zh-Hant); raise ValueError if it is none."""
    if not _LANGUAGE_TAG.fullmatch(tag):
        raise ValueError("is not a language tag (BCP 47), for example en, cy or zh-Hant")
    language, *rest = tag.lower().split("-")
    written = [language]
    for part in rest:
        after_singleton = any(len(each) == 1 for each in written[1:])
        if not after_singleton and len(part) == 2:
            part = part.upper()
        elif not after_singleton and len(part) == 4 and part.isalpha():
            part = part.title()
        written.append(part)
    return "-".join(written)


def find_contradictions(profile: Mapping[str, Any]) -> Iterator[FieldError]:
    """Yield what does not go together in the facts of a profile, field by field."""
    yield from _check_meeting(profile)
    yield from _check_charge(profile)
    smallest, largest = profile["headcount_from"], profile["headcount_to"]
    if smallest is not None and largest is not None and smallest > largest:
        yield FieldError("/headcountTo", "is below headcountFrom")
    yield from _check_calendar(profile["calendar"])


def _check_meeting(profile: Mapping[str, Any]) -> Iterator[FieldError]:
    if profile["in_person"] and not profile["regions"]:
        yield FieldError("/regions", "names no region, but inPerson is true: name where they meet groups")
    if profile["regions"] and not profile["in_person"]:
        yield FieldError("/inPerson", "is false, but regions are named: in these they would meet groups in person")
    if not profile["in_person"] and not profile["remote"]:
        yield FieldError("/remote", "is false, and so is inPerson: they would meet nobody")


def _check_charge(profile: Mapping[str, Any]) -> Iterator[FieldError]:
    basis, rate = profile["charge_basis"], profile["day_rate"]
    if basis == ChargeBasis.FREE and rate is not None:
        yield FieldError("/dayRate", "is given, but chargeBasis is free")
    if basis == ChargeBasis.BUYER_PAID_DAY and rate is None:
        yield FieldError("/dayRate", "is missing: chargeBasis is buyer-paid-day")
    if profile["kind"] == AdviserKind.AMBASSADOR and basis != ChargeBasis.FREE:
        yield FieldError("/chargeBasis", "must be free: an ambassador is unpaid")


def find_far_spans(calendar: Sequence[Mapping[str, Any]], *, today: date) -> Iterator[FieldError]:
    """Yield the spans of a calendar that is given today, and that lie too far off to be meant."""
    for number, span in enumerate(calendar):
        far_back = _read_day(span["starts_on"]) < today - CALENDAR_PAST
        if far_back or _read_day(span["ends_on"]) > today + CALENDAR_AHEAD:
            yield FieldError(f"/calendar/{number}", "is more than a year ago, or more than three years ahead")


def count_hours(usual: int | None, calendar: Sequence[Mapping[str, Any]], *, today: date) -> int | None:
    """Return the hours that somebody has in the month to come, by the usual ones and the calendar; None if not said."""
    if not calendar:
        return usual
    days = [today + timedelta(days=number) for number in range(MONTH)]
    spans = [(_read_day(span["starts_on"]), _read_day(span["ends_on"]), span["hours_per_month"]) for span in calendar]
    said = [next((hours for first, last, hours in spans if first <= day <= last), usual) for day in days]
    hours = [each for each in said if each is not None]
    return sum(hours) // MONTH if len(hours) == MONTH else None


def _check_calendar(calendar: Sequence[Mapping[str, Any]]) -> Iterator[FieldError]:
    spans = []
    for number, span in enumerate(calendar):
        first, last = _read_day(span["starts_on"]), _read_day(span["ends_on"])
        if last < first:
            yield FieldError(f"/calendar/{number}/endsOn", "is before startsOn")
        else:
            spans.append((first, last, number))
    spans.sort()
    for (_, ended, before), (begins, _, number) in pairwise(spans):
        if begins <= ended:
            late, early = max(before, number), min(before, number)
            yield FieldError(f"/calendar/{late}", f"overlaps /calendar/{early}: one day has one number of hours")


def _read_day(value: str | date) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
