"""Transfers of staff worked out by hand from the Transfer of Undertakings (Protection of Employment) Regulations 2006
(SI 2006/246), as amended by SI 2014/16 regs 10 and 11 and SI 2023/1426 reg 9: what is known of each, what is refused,
and why. Where a number of days is the platform's own, the reason says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Facts = Mapping[str, Any]
APRIL = date(2027, 4, 1)
UNION: Facts = {"consultedWith": "recognised-union", "inPlace": "recognised-union"}
ELECTED: Facts = {"consultedWith": "elected-representatives", "inPlace": "none"}
DIRECTLY: Facts = {"consultedWith": "employees-directly", "inPlace": "none"}
MEASURES, NO_MEASURES = {"employerMeasures": True}, {"employerMeasures": False}


def sized(employer: int, transferring: int) -> Facts:
    return {"employerHeadcount": employer, "transferring": transferring}


def at(**days: date) -> Facts:
    return {name: f"{day}" for name, day in days.items()}


def election(invited: date, held: date | None = None, elected: int = 0) -> Facts:
    said = {"invitedOn": f"{invited}", "elected": elected, "conduct": "Secret ballot of all affected employees."}
    return {**said, "heldOn": f"{held}"} if held else said


@dataclass(frozen=True, kw_only=True)
class Worked:
    because: str
    refused: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Recorded(Worked):
    """A consultation that is put on file."""

    given: Facts
    election: Facts | None = None


@dataclass(frozen=True, kw_only=True)
class Reviewed(Worked):
    """A transfer whose readiness is to be reviewed, on the day of going live."""

    consultation: Facts
    go_live: date = APRIL
    letter: date | None = date(2027, 2, 1)
    letter_envisages: bool = False
    election: Facts | None = None
    rules: Facts = field(default_factory=dict)
    counted: int = 62
    """Heads in the snapshot of the workforce."""


@dataclass(frozen=True, kw_only=True)
class Given(Worked):
    """Employee liability information that is put on file on the day on which it was given."""

    go_live: date | None
    given_on: date
    more: Facts = field(default_factory=dict)


NOT_DIRECTLY, NOT_THOSE, NOT_ELECTED = (
    ["direct-consultation-allowed"], ["those-in-place-consulted"], ["representatives-elected"],
)  # fmt: skip
MARCH_1, MARCH_8 = date(2027, 3, 1), date(2027, 3, 8)
RECORDED = (
    Recorded(because="13A(1)(a)(i): fewer than 50 employees", given={**DIRECTLY, **sized(49, 30)}),
    Recorded(
        because="13A(1)(a)(i): 50 are not fewer than 50", given={**DIRECTLY, **sized(50, 30)}, refused=NOT_DIRECTLY
    ),
    Recorded(because="13A(1)(a)(ii): fewer than 10 transfer, of an employer of any size",
             given={**DIRECTLY, **sized(4200, 9)}),
    Recorded(because="13A(1)(a)(ii): 10 are not fewer than 10", given={**DIRECTLY, **sized(4200, 10)},
             refused=NOT_DIRECTLY),
    Recorded(because="13A(1)(a): at least one of the conditions, so both will do", given={**DIRECTLY, **sized(49, 9)}),
    Recorded(because="13A before 1 July 2024 was for fewer than 10 employees; SI 2023/1426 reg 8",
             given={**DIRECTLY, **sized(10, 10)}),
    Recorded(because="13A(1)(b): a recognised union is an appropriate representative",
             given={**DIRECTLY, "inPlace": "recognised-union", **sized(20, 5)}, refused=NOT_DIRECTLY),
    Recorded(because="13A(1)(b): so are employee representatives with authority",
             given={**DIRECTLY, "inPlace": "employee-representatives", **sized(20, 5)}, refused=NOT_DIRECTLY),
    Recorded(because="13A(1)(c): a small employer that invited employees to elect awaits the election",
             given={**DIRECTLY, **sized(20, 5), **at(informedOn=date(2027, 3, 15))}, election=election(MARCH_1),
             refused=NOT_DIRECTLY),
    Recorded(because="13(11): the reasonable time, 14 days of the platform's own, ends on 15 March: not yet",
             given={**DIRECTLY, **sized(4200, 62), **at(informedOn=date(2027, 3, 15))}, election=election(MARCH_1),
             refused=NOT_DIRECTLY),
    Recorded(because="13(11): after it, each affected employee is informed",
             given={**DIRECTLY, **sized(4200, 62), **at(informedOn=date(2027, 3, 16))}, election=election(MARCH_1)),
    Recorded(because="13(11): an election that elected nobody does not shorten their time to elect somebody",
             given={**DIRECTLY, **sized(4200, 62), **at(informedOn=MARCH_8)}, election=election(MARCH_1, MARCH_8),
             refused=NOT_DIRECTLY),
    Recorded(because="13(3)(b), (11): though some were in place the employer may ask for an election, and nobody stood",
             given={**DIRECTLY, **sized(4200, 62), "inPlace": "employee-representatives",
                    **at(informedOn=date(2027, 3, 16))}, election=election(MARCH_1)),
    Recorded(because="13(3)(a): where a union is recognised there is nobody else to elect",
             given={**DIRECTLY, **sized(4200, 62), "inPlace": "recognised-union",
                    **at(informedOn=date(2027, 3, 16))}, election=election(MARCH_1), refused=NOT_DIRECTLY),
    Recorded(because="13(3)(b)(ii): who were elected are consulted, not passed over",
             given={**DIRECTLY, **sized(20, 5), **at(informedOn=MARCH_8)}, election=election(MARCH_1, MARCH_8, 3),
             refused=NOT_DIRECTLY),
    Recorded(because="13(3)(a): the recognised union is consulted", given={**UNION, **sized(4200, 62)}),
    Recorded(because="13(3)(a): where a union is recognised, nobody else is",
             given={**ELECTED, "inPlace": "recognised-union", **sized(4200, 62)}, refused=NOT_THOSE),
    Recorded(because="13(3)(a): a union that is not recognised is no appropriate representative",
             given={**UNION, "inPlace": "none", **sized(4200, 62)}, refused=NOT_THOSE),
    Recorded(because="13(3)(b): the employer may choose representatives in place",
             given={**ELECTED, "inPlace": "employee-representatives", **sized(4200, 62)}),
    Recorded(because="13(3)(b)(ii): representatives for the transfer are elected first",
             given={**ELECTED, **sized(4200, 62)}, refused=NOT_ELECTED),
    Recorded(because="14: an invitation is no election", given={**ELECTED, **sized(4200, 62)},
             election=election(MARCH_1), refused=NOT_ELECTED),
    Recorded(because="14: elected on 8 March, informed on 8 March",
             given={**ELECTED, **sized(4200, 62), **at(informedOn=MARCH_8)}, election=election(MARCH_1, MARCH_8, 3)),
    Recorded(because="14: nobody is informed as a representative before the election",
             given={**ELECTED, **sized(4200, 62), **at(informedOn=date(2027, 3, 7))},
             election=election(MARCH_1, MARCH_8, 3), refused=NOT_ELECTED),
    Recorded(because="13(3): who was in place is asked", given={**UNION, "inPlace": None, **sized(4200, 62)},
             refused=["representatives-said"]),
    Recorded(because="13(2)(c): the employer says whether it envisages measures itself",
             given={**UNION, "employerMeasures": None, **sized(4200, 62)}, refused=["employers-measures-said"]),
)  # fmt: skip

FEBRUARY_1, MARCH_11, MARCH_22 = date(2027, 2, 1), date(2027, 3, 11), date(2027, 3, 22)
TOO_SHORT, NOT_CONSULTED = ["consulted-long-enough"], ["tupe-consulted"]


def lift(*duties: str) -> Facts:
    """Special circumstances that lift these duties."""
    said = {"reason": "The fund closed the site within a week.", "steps": "Each shift was met at its place."}
    return {"specialCircumstances": [{"duty": duty, **said} for duty in duties]}


EVERY_DUTY = INFORMATION, MEASURES_TOLD, TALKS, LONG_ENOUGH = "information", "measures", "consultation", "long-enough"
IN_TIME = {**UNION, **NO_MEASURES, **at(begunOn=MARCH_11, informedOn=MARCH_11)}
REVIEWED = (
    Reviewed(because="13(2): informed 21 days before, the platform's own long enough; without measures that is all",
             consultation=IN_TIME),
    Reviewed(because="13(2): informed 20 days before is too late",
             consultation={**IN_TIME, **at(informedOn=date(2027, 3, 12))}, refused=TOO_SHORT),
    Reviewed(because="13(2): begun is not informed", consultation={**UNION, **NO_MEASURES, **at(begunOn=FEBRUARY_1)},
             refused=NOT_CONSULTED),
    Reviewed(because="13(6): the employer envisages measures, and did not end consulting on them",
             consultation={**IN_TIME, **MEASURES}, refused=NOT_CONSULTED),
    Reviewed(because="13(6): so where the mutual envisages them, the platform's own reading",
             consultation=IN_TIME, letter_envisages=True, refused=NOT_CONSULTED),
    Reviewed(because="13(6): consulted for 21 days, from 1 to 22 March",
             consultation={**UNION, **MEASURES, **at(begunOn=MARCH_1, informedOn=MARCH_1, endedOn=MARCH_22)}),
    Reviewed(because="13(6): with a view to agreement, which may be reached early",
             consultation={**UNION, **MEASURES, **at(begunOn=MARCH_1, informedOn=MARCH_1, endedOn=MARCH_8)}),
    Reviewed(because="13(2): informed on 11 March, 21 days before the transfer",
             consultation={**UNION, **MEASURES,
                           **at(begunOn=FEBRUARY_1, informedOn=date(2027, 3, 11), endedOn=MARCH_22)}),
    Reviewed(because="13(2): and on 12 March a day too late, however early it began",
             consultation={**UNION, **MEASURES,
                           **at(begunOn=FEBRUARY_1, informedOn=date(2027, 3, 12), endedOn=MARCH_22)},
             refused=TOO_SHORT),
    Reviewed(because="13(6): what was said after the transfer was no consultation of it",
             consultation={**UNION, **MEASURES, **at(begunOn=MARCH_22, informedOn=MARCH_22, endedOn=date(2027, 4, 20))},
             refused=TOO_SHORT),
    Reviewed(because="13(2): the winter's clock changes nothing: 28 March 2027 is a day like others",
             consultation={**UNION, **MEASURES, **at(begunOn=MARCH_8, informedOn=MARCH_8, endedOn=date(2027, 3, 29))}),
    Reviewed(because="13(2): nor does Christmas: the days are calendar days",
             go_live=date(2028, 1, 4), consultation={**IN_TIME, **at(begunOn=date(2027, 12, 14),
                                                                   informedOn=date(2027, 12, 14))}),
    Reviewed(because="13(2): 29 February 2028 counts",
             go_live=date(2028, 3, 14), consultation={**IN_TIME, **at(begunOn=date(2028, 2, 22),
                                                                     informedOn=date(2028, 2, 22))}),
    Reviewed(because="13(2): and 20 days over it are 20 days",
             go_live=date(2028, 3, 14), consultation={**IN_TIME, **at(begunOn=date(2028, 2, 23),
                                                                     informedOn=date(2028, 2, 23))},
             refused=TOO_SHORT),
    Reviewed(because="13(2): a body that consults for 45 days, by its own rule, is held to them",
             rules={"transfer-consultation": {"number": 45, "unit": "calendar-days"}}, consultation=IN_TIME,
             refused=TOO_SHORT),
    Reviewed(because="13(2): 45 days before 1 April is 15 February",
             rules={"transfer-consultation": {"number": 45, "unit": "calendar-days"}},
             consultation={**IN_TIME, **at(begunOn=date(2027, 2, 15), informedOn=date(2027, 2, 15))}),
    Reviewed(because="13(9): neither to consult nor long enough was reasonably practicable: short is no block",
             consultation={**UNION, **MEASURES, **lift(TALKS, LONG_ENOUGH),
                           **at(begunOn=MARCH_22, informedOn=MARCH_22)}),
    Reviewed(because="13(9): to consult was practicable, and did not end", refused=NOT_CONSULTED,
             consultation={**UNION, **MEASURES, **lift(LONG_ENOUGH), **at(begunOn=MARCH_22, informedOn=MARCH_22)}),
    Reviewed(because="13(9): long enough was practicable, whatever was not of the talks", refused=TOO_SHORT,
             consultation={**UNION, **MEASURES, **lift(TALKS), **at(begunOn=MARCH_22, informedOn=MARCH_22)}),
    Reviewed(because="13(9): also where informing in full was not reasonably practicable",
             consultation={**UNION, **MEASURES, **lift(INFORMATION, TALKS, LONG_ENOUGH), **at(begunOn=MARCH_22)}),
    Reviewed(because="13(9): what of the information was practicable was given long enough before",
             consultation={**UNION, **NO_MEASURES, **lift(INFORMATION), **at(begunOn=MARCH_11)}),
    Reviewed(because="13(9): a day later it was not", refused=TOO_SHORT,
             consultation={**UNION, **NO_MEASURES, **lift(INFORMATION), **at(begunOn=date(2027, 3, 12))}),
    Reviewed(because="13(9): that the talks were lifted informs nobody", refused=NOT_CONSULTED,
             consultation={**UNION, **NO_MEASURES, **lift(TALKS), **at(begunOn=MARCH_11)}),
    Reviewed(because="13(4): the mutual has not told of its measures, nor that there are none", letter=None,
             consultation=IN_TIME, refused=["measures-told"]),
    Reviewed(because="13(9) excuses the employer, and not the mutual's silence (13(4))", letter=None,
             consultation={**UNION, **MEASURES, **lift(*EVERY_DUTY), **at(begunOn=MARCH_22)},
             refused=["measures-told"]),
    Reviewed(because="13(2)(d): the letter came on the day of informing", letter=MARCH_11, consultation=IN_TIME),
    Reviewed(because="13(2)(d): it came on the day after, and was not part of the information",
             letter=date(2027, 3, 12), consultation=IN_TIME, refused=["informed-of-the-measures"]),
    Reviewed(because="13(2)(d), 13(9): special circumstances are said", letter=date(2027, 3, 12),
             consultation={**IN_TIME, **lift(MEASURES_TOLD)}),
    Reviewed(because="13(9): of another duty they are not said", letter=date(2027, 3, 12),
             consultation={**IN_TIME, **lift(LONG_ENOUGH)}, refused=["informed-of-the-measures"]),
    Reviewed(because="13(10): invited by 25 February, 14 days before 11 March, and informed by 31 March, 5 working "
             "days after the election of the 22nd over Easter", election=election(date(2027, 2, 25), MARCH_22, 3),
             consultation={**ELECTED, **NO_MEASURES, **at(begunOn=date(2027, 3, 31), informedOn=date(2027, 3, 31))}),
    Reviewed(because="13(10): informed a working day later, not as soon as reasonably practicable",
             election=election(date(2027, 2, 25), MARCH_22, 3), refused=TOO_SHORT,
             consultation={**ELECTED, **NO_MEASURES, **at(begunOn=APRIL, informedOn=APRIL)}),
    Reviewed(because="13(10)(b): invited on 26 February, too late to elect by 11 March",
             election=election(date(2027, 2, 26), MARCH_22, 3), refused=TOO_SHORT,
             consultation={**ELECTED, **NO_MEASURES, **at(begunOn=MARCH_22, informedOn=MARCH_22)}),
    Reviewed(because="13(10): of the elected alone, and not of a union that was there all along",
             election=election(FEBRUARY_1, MARCH_22, 3), refused=TOO_SHORT,
             consultation={**UNION, **NO_MEASURES, **at(begunOn=MARCH_22, informedOn=MARCH_22)}),
    Reviewed(because="13(11): invited only after they were informed, employees were not asked first",
             election=election(MARCH_8), refused=[*NOT_CONSULTED, "direct-consultation-fits-count"],
             consultation={**DIRECTLY, **MEASURES, **at(begunOn=MARCH_1, informedOn=MARCH_1)}),
    Reviewed(because="13(11): employees who elected nobody are informed; there is nobody to consult",
             election=election(FEBRUARY_1), consultation={**DIRECTLY, **MEASURES, **at(begunOn=MARCH_1,
                                                                                     informedOn=MARCH_1)}),
    Reviewed(because="13A(1)(a)(ii), (1A): nine were said to transfer, and nine are counted", counted=9,
             consultation={**IN_TIME, **DIRECTLY, **sized(4200, 9)}),
    Reviewed(because="13A(1)(a)(ii), (1A): nine were said to transfer, and ten are counted", counted=10,
             consultation={**IN_TIME, **DIRECTLY, **sized(4200, 9)}, refused=["direct-consultation-fits-count"]),
    Reviewed(because="13A(1)(a)(i): of an employer of fewer than 50 any number transfers", counted=30,
             consultation={**IN_TIME, **DIRECTLY, **sized(49, 30)}),
    Reviewed(because="13A(2): employees who are consulted directly are consulted like representatives",
             consultation={**DIRECTLY, **MEASURES, **sized(40, 5), **at(begunOn=MARCH_1, informedOn=MARCH_1)},
             refused=NOT_CONSULTED),
)  # fmt: skip

LATE = ["lateness-is-explained"]
EXPLAINED = {
    "lateBecause": "Payroll was moved in January; the list was whole on 8 March.",
    "specialCircumstances": True,
}
GIVEN = (
    Given(because="11(6): not less than 28 days before 1 April 2027 is by 4 March",
          go_live=APRIL, given_on=date(2027, 3, 4)),
    Given(because="11(6): on 5 March it is 27 days", go_live=APRIL, given_on=date(2027, 3, 5), refused=LATE),
    Given(because="11(6): 28 days before 1 March 2028, over a 29 February, is 2 February",
          go_live=date(2028, 3, 1), given_on=date(2028, 2, 2)),
    Given(because="11(6): on 3 February 2028 it is late", go_live=date(2028, 3, 1), given_on=date(2028, 2, 3),
          refused=LATE),
    Given(because="11(6): 28 days before 1 January 2027 is 4 December 2026",
          go_live=date(2027, 1, 1), given_on=date(2026, 12, 4)),
    Given(because="11(6): Christmas is no excuse: the days are calendar days",
          go_live=date(2027, 1, 1), given_on=date(2026, 12, 7), refused=LATE),
    Given(because="11(6): the clocks go back on 31 October 2027, and 28 days stay 28",
          go_live=date(2027, 11, 15), given_on=date(2027, 10, 18)),
    Given(because="11(6): of 14 days, the text before SI 2014/16 reg 10, nothing is left",
          go_live=APRIL, given_on=date(2027, 3, 18), refused=LATE),
    Given(because="11(6): special circumstances are said: late is a recorded reason, no block",
          go_live=APRIL, given_on=MARCH_8, more=EXPLAINED),
    Given(because="11(6), 12: late without special circumstances is said to be, and no block either",
          go_live=APRIL, given_on=MARCH_8, more={**EXPLAINED, "specialCircumstances": False}),
    Given(because="11(6): a claim of special circumstances without any is none", go_live=APRIL, given_on=MARCH_8,
          more={"specialCircumstances": True}, refused=LATE),
    Given(because="11(6): a reason without a word on special circumstances is not enough", go_live=APRIL,
          given_on=MARCH_8, more={"lateBecause": "The list was late."}, refused=LATE),
    Given(because="11(6): as soon as reasonably practicable may be after the transfer", go_live=APRIL,
          given_on=date(2027, 4, 5), more=EXPLAINED),
    Given(because="11(6): early is early: months before, with later changes told (11(5))", go_live=APRIL,
          given_on=date(2026, 10, 1)),
    Given(because="11(6): before a day is set nothing is late", go_live=None, given_on=date(2027, 3, 5)),
    Given(because="11(3): as of a day 14 days before", go_live=APRIL, given_on=date(2027, 3, 4),
          more=at(asAt=date(2027, 2, 18))),
    Given(because="11(3): as of a day 15 days before it is too old", go_live=APRIL, given_on=date(2027, 3, 4),
          more=at(asAt=date(2027, 2, 17)), refused=["as-at-within-bounds"]),
    Given(because="11(3): as of the day itself", go_live=APRIL, given_on=date(2027, 3, 4),
          more=at(asAt=date(2027, 3, 4))),
    Given(because="11(3): as of no day", go_live=APRIL, given_on=date(2027, 3, 4), more={"asAt": None},
          refused=["day-of-the-information-said"]),
)  # fmt: skip
