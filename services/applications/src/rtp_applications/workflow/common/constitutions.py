"""Who decides for a body, and what it then owes before and after: its constitution, as a dated rule of its own.

A body that set none is taken to have the one that is usual for its kind. Read in the texts of 2026-11-29: SI 2012/2089,
SI 2017/68, SI 2014/2095, sections 100A to 100E of the Local Government Act 1972, and sections 9F to 9FA of the Local
Government Act 2000 as the Localism Act 2011, Schedule 2, inserts them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from rtp_applications.workflow.snapshot import CaseSnapshot

RULE = "constitution"
"""Name of the body's rule."""


class ConstitutionForm(StrEnum):
    """By which arrangements a body is run."""

    LEADER_AND_CABINET = "leader-and-cabinet"
    MAYOR_AND_CABINET = "mayor-and-cabinet"
    COMMITTEE_SYSTEM = "committee-system"
    COMBINED_AUTHORITY = "combined-authority"
    FIRE_AUTHORITY = "fire-authority"
    NHS_TRUST_BOARD = "nhs-trust-board"
    INTEGRATED_CARE_BOARD = "integrated-care-board"


class DecidedBy(StrEnum):
    """Who decides for the body in this matter."""

    EXECUTIVE = "executive"
    """Leader or mayor and cabinet together."""
    COMMITTEE = "committee"
    """Of the executive where there is one, else of the body."""
    WHOLE_BODY = "whole-body"
    """Full council, the authority or the board."""
    MEMBER = "member"
    """One member alone: a mayor, a leader, a portfolio holder."""
    OFFICER = "officer"
    """One officer by delegation."""


WITH_AN_EXECUTIVE = frozenset({ConstitutionForm.LEADER_AND_CABINET, ConstitutionForm.MAYOR_AND_CABINET})
OF_COUNCILS = WITH_AN_EXECUTIVE | {ConstitutionForm.COMMITTEE_SYSTEM}
BOARDS = frozenset({ConstitutionForm.NHS_TRUST_BOARD, ConstitutionForm.INTEGRATED_CARE_BOARD})


@dataclass(frozen=True, slots=True)
class Constitution:
    """A body's constitution as it bears on a decision in a case. What it owes is named by the provision, or is None."""

    form: ConstitutionForm
    decided_by: DecidedBy
    clear_working_days: bool = False
    """Whether the clear days of its agendas leave out weekends and bank holidays."""

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Constitution":
        form, decided_by = ConstitutionForm(said["form"]), DecidedBy(said["decidedBy"])
        return cls(form, decided_by, said.get("clearWorkingDays", False))

    def to_json(self) -> dict[str, Any]:
        return {"form": self.form, "decidedBy": self.decided_by, "clearWorkingDays": self.clear_working_days}

    @property
    def is_one_person(self) -> bool:
        return self.decided_by in (DecidedBy.MEMBER, DecidedBy.OFFICER)

    @property
    def is_executive(self) -> bool:
        """Return whether the executive of a council decides: all of it, a committee, a member or an officer for it."""
        return self.form in WITH_AN_EXECUTIVE and self.decided_by is not DecidedBy.WHOLE_BODY

    @property
    def is_board(self) -> bool:
        return self.form in BOARDS

    @property
    def _is_combined(self) -> bool:
        return self.form is ConstitutionForm.COMBINED_AUTHORITY

    @property
    def key_decision(self) -> str | None:
        """Return the law that says which decision is a key decision of the body; None where it knows none."""
        if self.is_executive:
            return "SI 2012/2089 reg 8(1)"
        return "SI 2017/68 art 11(1)(a)" if self._is_combined else None

    @property
    def scrutiny_says_what_is_key(self) -> bool:
        """Return whether that goes by the view of the overview and scrutiny committee."""
        return self._is_combined

    @property
    def key_decision_notice(self) -> str | None:
        if self.is_executive:
            return "SI 2012/2089 reg 9"
        return "SI 2017/68 art 11" if self._is_combined else None

    @property
    def general_exception(self) -> str | None:
        if self.is_executive:
            return "SI 2012/2089 reg 10"
        return "SI 2017/68 art 12" if self._is_combined else None

    @property
    def special_urgency(self) -> str | None:
        if self.is_executive:
            return "SI 2012/2089 reg 11"
        return "SI 2017/68 art 13" if self._is_combined else None

    @property
    def private_meeting(self) -> str | None:
        """Return the law by which notice of a private meeting is given; other councils resolve on it when they meet."""
        return "SI 2012/2089 reg 5" if self.is_executive and not self.is_one_person else None

    @property
    def agenda(self) -> str | None:
        """Return the law by which the agenda of the meeting is public before it; a board's own rule says so itself."""
        if self.is_one_person or self.is_board:
            return None
        return "SI 2012/2089 regs 6 and 7" if self.is_executive else "Local Government Act 1972 ss.100A(6) and 100B"

    @property
    def shorter_notice(self) -> str | None:
        """Return the law by which a meeting may be convened at shorter notice than five clear days."""
        if self.agenda is None:
            return None
        return (
            "SI 2012/2089 regs 6(1)(b), 7(3)(a)" if self.is_executive else "Local Government Act 1972 ss.100A, 100B(3)"
        )

    @property
    def decision_record(self) -> str | None:
        """Return the law by which a written statement of the decision is made and is public."""
        if self.is_executive:
            of_one = {DecidedBy.MEMBER: "reg 13(1)", DecidedBy.OFFICER: "reg 13(4)"}
            return f"SI 2012/2089 {of_one.get(self.decided_by, 'reg 12')}"
        return "SI 2014/2095 reg 7" if self.decided_by is DecidedBy.OFFICER and not self.is_board else None

    @property
    def call_in(self) -> str | None:
        """Return the law by which scrutiny calls in a decision that is made but not carried out."""
        if self.is_executive:
            return "Local Government Act 2000 s.9F(2)(a) and (4)"
        return "SI 2017/68 art 7(4)" if self._is_combined else None

    @property
    def scrutiny_direction(self) -> str | None:
        """Return the law by which scrutiny directs that a decision rests meanwhile, and by which it is met about anew;
        the Act has no such times for councils.
        """
        return "SI 2017/68 art 7(4)" if self._is_combined else None


def _decide_as(form: ConstitutionForm, decided_by: DecidedBy, *kinds: str) -> dict[str, Constitution]:
    return dict.fromkeys(kinds, Constitution(form, decided_by))


BY_KIND: Mapping[str, Constitution] = {
    **_decide_as(
        ConstitutionForm.LEADER_AND_CABINET, DecidedBy.EXECUTIVE,
        "county", "unitary", "district", "metropolitan-borough", "london-borough",
    ),
    **_decide_as(ConstitutionForm.COMMITTEE_SYSTEM, DecidedBy.COMMITTEE, "city-of-london"),
    **_decide_as(ConstitutionForm.COMBINED_AUTHORITY, DecidedBy.WHOLE_BODY, "combined-authority"),
    **_decide_as(ConstitutionForm.FIRE_AUTHORITY, DecidedBy.WHOLE_BODY, "fire-authority"),
    **_decide_as(ConstitutionForm.NHS_TRUST_BOARD, DecidedBy.WHOLE_BODY, "nhs-trust"),
    **_decide_as(ConstitutionForm.INTEGRATED_CARE_BOARD, DecidedBy.WHOLE_BODY, "integrated-care-board"),
}  # fmt: skip
"""The constitution of a body that set none, by its kind: of any other kind it is not known, and asks for nothing."""


def list_forms(kind: str) -> frozenset[ConstitutionForm]:
    """Return the forms that a body of this kind can have: no council is run by a board, and no trust by a cabinet. Of a
    kind that is not known, any.
    """
    usual = BY_KIND.get(kind)
    if usual is None:
        return frozenset(ConstitutionForm)
    return OF_COUNCILS if usual.form in OF_COUNCILS else frozenset({usual.form})


def find_constitution(snapshot: CaseSnapshot, on: date | None = None) -> Constitution | None:
    """Return the constitution, as of a day or today, of the body that decides in the case, and of no other that it
    names: before a reorganisation, of the body that decided then.
    """
    day = on or snapshot.read_on
    body = snapshot.find_decision_body(day)
    if body is None:
        return None
    own = body.find_rule(RULE, None, day)
    return Constitution.from_json(own.value) if own else BY_KIND.get(body.kind)
