"""Clocks that more than one stage makes: times of the platform's own, and lengths held by settings."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from rtp_applications.deadlines.rules.clock import Extendable
from rtp_applications.deadlines.rules.days import Length, Unit
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.deadlines.rules.running import SPENT, parse_length
from rtp_applications.workflow.definition import CaseClock, Setting
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.snapshot import CaseSnapshot

FIXED = "platform default, proposed 2026-11"
PROPOSED = f"{FIXED}; a body may set its own"
LOCALISM_ACT_84 = "Localism Act 2011 s.84 and statutory guidance (2012)"


CASE_ENDS = ("withdraw", "lapse", "supersede", "stop-case", "quash", "remit-by-court")
"""After these nobody here looks after the contract: what is owed of it is neither met nor missed."""


def is_done_with(name: str, done_on: Callable[[CaseSnapshot], date | None], snapshot: CaseSnapshot, day: date) -> bool:
    """Tell whether what the clock asks for is done already, or its time from this day was met or missed before: a case
    that is taken up again, or moved to another version, owes nothing twice.
    """
    spent = (
        each.clock == name and each.started_on == day and each.state in SPENT for each in snapshot.deadlines.values()
    )
    return done_on(snapshot) is not None or any(spent)


def for_the_group(number: int, unit: Unit = Unit.WORKING_DAYS) -> Extendable:
    """Let a case officer give the staff group more time for what it owes."""
    return Extendable(frozenset({Role.CASE_OFFICER}), Length(number, unit))


def for_the_body(number: int, unit: Unit = Unit.WORKING_DAYS) -> Extendable:
    """Let a decision maker give the body more time for what it owes: no officer puts off the own duty."""
    return Extendable(frozenset({Role.DECISION_MAKER}), Length(number, unit))


def propose_clock(
    name: str,
    description: str,
    days: int,
    *runs_in: Status,
    unit: Unit = Unit.WORKING_DAYS,
    rule: str | None = None,
    fixed: bool = False,
    idle: bool = False,
    window: bool = False,
    pauses_in: frozenset[Status] = frozenset(),
    extendable: Extendable | None = None,
    met_by: tuple[str, ...] = (),
    met_when: Callable[[CaseSnapshot], bool] | None = None,
    started_by: tuple[str, ...] = (),
    reminders: tuple[int, ...] = (),
    on_end: str | None = None,
    runs_from_entry: bool = False,
    counts_from: Callable[[CaseSnapshot, date], date | None] | None = None,
    met_as_of: Callable[[CaseSnapshot], date | None] | None = None,
) -> CaseClock:
    """Make a clock of the platform's own, which a body may replace by its rule of the same name unless it is fixed."""
    return CaseClock(
        name=name,
        description=description,
        runs_in=frozenset(runs_in),
        length=Length(days, unit),
        rule=None if fixed else rule or name,
        basis=Basis.POLICY,
        source=FIXED if fixed else PROPOSED,
        local_calendar=True,
        idle=idle,
        window=window,
        pauses_in=pauses_in,
        extendable=extendable,
        met_by=met_by,
        met_when=met_when,
        started_by=started_by,
        reminders=reminders,
        on_end=on_end,
        runs_from_entry=runs_from_entry,
        counts_from=counts_from,
        met_as_of=met_as_of,
    )


def read_time(setting: Setting) -> tuple[Length, str]:
    """Return the length that a setting holds, and its source with how sure it is."""
    source = setting.source if setting.tag == "found" else f"{setting.source} ({setting.tag})"
    return parse_length(setting.value), source


def make_publication_clock(name: str, description: str, rule: str, section: str, *runs_in: Status) -> CaseClock:
    """Make the clock of a duty to publish a period, counted from the day on which a challenge first needs it.

    It runs only if the authority has no such rule, and is met when it has one. The Act sets the duty and no days for
    it: the number is the platform's. It neither pauses nor is extended by the body whose failure it shows.
    """

    def find_first_day(snapshot: CaseSnapshot, today: date) -> date | None:
        return None if snapshot.get_rule(rule) else today

    def is_published(snapshot: CaseSnapshot) -> bool:
        return bool(snapshot.get_rule(rule))

    return CaseClock(
        name=name,
        description=description,
        runs_in=frozenset(runs_in),
        length=Length(28, Unit.CALENDAR_DAYS),
        basis=Basis.POLICY,
        rests=False,
        source=f"Localism Act 2011 {section}: the authority must publish it. The Act gives no days after which a "
        "failure shows; 28 are the platform's, proposed 2026-11",
        reminders=(7, 1),
        counts_from=find_first_day,
        met_once=is_published,
    )


def as_if_statutory(now: CaseClock) -> CaseClock:
    """Return the clock of a duty to publish as it once was: with the platform's own days as the statute's."""
    return replace(now, basis=Basis.STATUTE, rests=True)
