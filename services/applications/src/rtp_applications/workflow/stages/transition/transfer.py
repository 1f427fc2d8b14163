"""Payloads of informing and consulting on the transfer of staff: TUPE (SI 2006/246) regs 11 and 13 to 14."""

from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from rtp_applications.workflow.bounds import DatedByDocument
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.transition.payloads import (
    ConsultedWith,
    EmployeeLiabilityInformation,
    TupeConsultation,
)
from rtp_shared.schemas import Count, Day, Input, Prose, not_before


class RepresentativesInPlace(StrEnum):
    """Who stood for the affected employees when the information fell due (TUPE reg 13(3))."""

    UNION = "recognised-union"
    """An independent trade union, recognised for employees of their description."""
    EMPLOYEES = "employee-representatives"
    """Appointed or elected for something else, with authority to be informed and consulted about the transfer."""
    NONE = "none"


class TransferDuty(StrEnum):
    """A duty of the employer towards the representatives, which special circumstances may lift by itself."""

    INFORMATION = "information"
    """To inform them of all that TUPE reg 13(2) and (2A) name."""
    MEASURES = "measures"
    """To inform them of the mutual's measures (TUPE reg 13(2)(d))."""
    CONSULTATION = "consultation"
    """To consult them on the measures, consider what they say and reply (TUPE reg 13(6), (7))."""
    LONG_ENOUGH = "long-enough"
    """To do so long enough before the transfer (TUPE reg 13(2))."""


class SpecialCircumstances(Input):
    """Special circumstances that made one duty not reasonably practicable, and what was done all the same."""

    duty: TransferDuty
    reason: Prose = Field(
        description="What the circumstances were, and why they made this duty not reasonably practicable. That "
        "somebody who controls the employer did not tell it is none (TUPE reg 15(6))"
    )
    steps: Prose = Field(description="All steps towards it that were taken, as far as they were reasonably practicable")


class TransferConsultation(TupeConsultation):
    """Informing and consulting on the transfer, with what tells whether it was as the regulations ask. Every
    consultation on file can be read so.
    """

    measures_letter_on: Day | None = Field(
        default=None,
        description="When the mutual's letter of measures came, as the employer has it. The mutual's own account is "
        "that of record-measures-letter",
    )
    in_place: RepresentativesInPlace | None = Field(
        default=None,
        description="Who stood for the affected employees when the information fell due (TUPE reg 13(3)). Always asked",
    )
    informed_on: Day | None = Field(
        default=None,
        description="When they had all of the information of TUPE reg 13(2) and (2A), the mutual's measures among it; "
        "of several parts the last",
    )
    employer_measures: bool | None = Field(
        default=None,
        strict=True,
        description="Whether the employer itself envisages measures (TUPE reg 13(2)(c)): then it consults with a view "
        "to agreement (reg 13(6)). Always asked",
    )
    not_as_required: Prose | None = Field(
        default=None,
        description="What was not done as TUPE reg 13 asks, and why, where no special circumstances are claimed. Staff "
        "transfer all the same (reg 4) and may complain to a tribunal (reg 15): it counts once the day of the transfer "
        "has come, and opens nothing before",
    )
    special_circumstances: list[SpecialCircumstances] = Field(
        default=[],
        max_length=len(TransferDuty),
        description="For each duty that could not be performed in full: what made that not reasonably practicable, and "
        "which steps were taken towards it all the same (TUPE reg 13(9)). The other duties stay",
    )

    @model_validator(mode="after")
    def _each_duty_once(self) -> Self:
        duties = [each.duty for each in self.special_circumstances]
        if len(duties) != len(set(duties)):
            raise ValueError("specialCircumstances: name each duty once")
        return self

    def is_lifted(self, duty: TransferDuty) -> bool:
        """Return whether special circumstances are said that made this duty not reasonably practicable in full."""
        return any(each.duty is duty for each in self.special_circumstances)


class RepresentativesElection(DatedByDocument):
    """The employer invited the affected employees to elect representatives, and what came of it (TUPE reg 14)."""

    KIND: ClassVar[str] = "representatives-election"

    invited_on: Day
    held_on: Annotated[Day | None, not_before("invited_on")] = Field(
        default=None, description="The day of the election; left out while none is held, or if there was none"
    )
    elected: Count = Field(default=0, description="Representatives elected; 0: the employees elected none")
    conduct: Prose | None = Field(
        default=None,
        description="How the requirements of TUPE reg 14(1) were met: number and classes of representatives, their "
        "term, who might stand and vote, secrecy, the count; no names",
    )


class MeasuresLetter(DatedByDocument):
    """The mutual told the employer which measures it envisages, or that it envisages none (TUPE reg 13(4))."""

    KIND: ClassVar[str] = "measures-letter"

    sent_on: Day
    measures_envisaged: bool = Field(
        strict=True,
        description="False: the mutual envisages none, which the representatives are told too (TUPE reg 13(2)(d))",
    )


class LiabilityInformation(EmployeeLiabilityInformation):
    """That the employer gave the mutual the employee liability information, and why so late if it was late. What is on
    file of it can always be read so.
    """

    given_on: Day = Field(
        description="When it was given, also through somebody else; of several instalments the last (TUPE reg 11(7))"
    )
    as_at: Day | None = Field(
        default=None,
        description="The day as of which the information stands: at most 14 days before it was given (TUPE reg "
        "11(3)). Always asked",
    )
    late_because: Prose | None = Field(
        default=None,
        description="Why it was given less than 28 days before the transfer, and since when it could be given (TUPE "
        "reg 11(6)). Asked of what is late",
    )
    special_circumstances: bool | None = Field(
        default=None,
        strict=True,
        description="Whether special circumstances made 28 days not reasonably practicable (TUPE reg 11(6)). If not, "
        "the mutual may complain to a tribunal (reg 12). Asked of what is late",
    )


class TransferDay(DatedByDocument):
    """The staff in fact transferred on another day than was planned, or on the very day and it is put on file late."""

    KIND: ClassVar[str] = "transfer-day"

    on: Day = Field(description="The day on which they transferred; it is the go-live date from now on")


def is_consultation_owed(snapshot: CaseSnapshot) -> bool:
    """Return whether informing is not enough: an employer that envisages measures consults on them with a view to
    agreement (TUPE reg 13(6)). So it does here where the mutual envisages measures, though it employs nobody yet whom
    they affect. Employees who elected nobody to be consulted are informed, and that is all (reg 13(11)).
    """
    consultation, letter = snapshot.find(TransferConsultation), snapshot.find(MeasuresLetter)
    if consultation is None or _was_nobody_elected(snapshot, consultation):
        return False
    return bool(consultation.employer_measures) or (letter is not None and letter.measures_envisaged)


def _was_nobody_elected(snapshot: CaseSnapshot, consultation: TransferConsultation) -> bool:
    """Return whether employees are informed directly because, invited before that, they elected nobody."""
    election = snapshot.find(RepresentativesElection)
    if election is None or election.elected or consultation.consulted_with is not ConsultedWith.DIRECTLY:
        return False
    return consultation.informed_on is not None and election.invited_on < consultation.informed_on


def is_consultation_complete(snapshot: CaseSnapshot) -> bool:
    """Return whether the consultation is on file as a whole: representatives were informed and, where that is owed,
    consulted; or which of both special circumstances lift.
    """
    consultation = snapshot.find(TransferConsultation)
    if consultation is None:
        return False
    is_informed = consultation.informed_on is not None or consultation.is_lifted(TransferDuty.INFORMATION)
    is_consulted = consultation.ended_on is not None or consultation.is_lifted(TransferDuty.CONSULTATION)
    return is_informed and (is_consulted or not is_consultation_owed(snapshot))
