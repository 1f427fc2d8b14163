"""From the accepted expression of interest to the preferred option: rows 9, 10 and 26 of the process."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from rtp_applications.workflow.casefile import Record
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.words import Criterion, OptionKind, Role
from rtp_shared.schemas import Input, Line, Prose

Disclosed = Annotated[date | None, Field(description="Civil date in London on which it was disclosed; none: not yet")]


class InformationPack(Record):
    """What the body disclosed to the staff group about the service, and when. It holds no figures itself."""

    KIND: ClassVar[str] = "information-pack"

    cost: Disclosed = None
    staffing: Disclosed = None
    assets: Disclosed = None
    contracts: Disclosed = None
    pensions: Disclosed = None

    @property
    def days(self) -> dict[str, date | None]:
        return {part: getattr(self, part) for part in type(self).model_fields}


class AdviserChoice(Record):
    """The adviser the staff group works with, or that it does without one."""

    KIND: ClassVar[str] = "adviser-choice"

    adviser: UUID | None = Field(default=None, description="Id of the adviser's party in the case")
    opt_out: Prose | None = Field(default=None, description="Why the group does without an adviser")


Score = Annotated[int | None, Field(ge=0, le=100, strict=True)]


class Option(Input):
    id: Line = Field(description="Short name of the option", examples=["mutual-a"])
    kind: OptionKind
    text: Prose | None = Field(default=None, description="What the option is")
    desirability: Score = None
    viability: Score = None
    feasibility: Score = None

    @property
    def unscored(self) -> list[str]:
        return [criterion for criterion in Criterion if getattr(self, criterion) is None]


class OptionsAppraisal(Record):
    """The options for the service, each scored from 0 to 100 by every criterion, and the one preferred."""

    KIND: ClassVar[str] = "options-appraisal"

    options: list[Option] = Field(min_length=1, max_length=30)
    preferred: Line = Field(description="Id of the option preferred")

    @property
    def choice(self) -> Option | None:
        return next((option for option in self.options if option.id == self.preferred), None)


@guard(given=True)
def disclosed_by_today(step: Step) -> str | None:
    """Nothing counts as disclosed that is still to come."""
    early = [part for part, day in step.given.days.items() if day and day > step.today]
    return f"the day lies in the future: {', '.join(early)}" if early else None


@guard()
def information_pack_disclosed(step: Step) -> str | None:
    """Cost, staffing, assets, contracts and pensions of the service were disclosed to the staff group."""
    pack = step.file.last(InformationPack) or InformationPack()
    missing = [part for part, day in pack.days.items() if day is None]
    return f"not disclosed yet: {', '.join(missing)}" if missing else None


@guard(given=True)
def adviser_or_opt_out(step: Step) -> str | None:
    """Either an adviser is named or the reasons for doing without."""
    if (step.given.adviser is None) is not (step.given.opt_out is None):
        return None
    return "name an adviser, or say why the group does without; not both"


@guard("/adviser", given=True)
def adviser_is_in_the_case(step: Step) -> str | None:
    """The adviser named is one in this case today."""
    if step.given.adviser is None or _advises(step, step.given.adviser):
        return None
    return "no adviser in this case has that id today"


@guard()
def adviser_chosen(step: Step) -> str | None:
    """The staff group has an adviser, or chose to do without."""
    choice = step.file.last(AdviserChoice)
    if choice and (choice.opt_out or (choice.adviser and _advises(step, choice.adviser))):
        return None
    return "the group must have an adviser, or say why it does without"


def _advises(step: Step, party_id: UUID) -> bool:
    party = step.file.parties.get(party_id)
    return party is not None and party.role is Role.ADVISER and party.holds(step.today)


@guard("/options", given=True)
def options_told_apart(step: Step) -> str | None:
    """Every option has an id of its own."""
    ids = [option.id for option in step.given.options]
    return None if len(ids) == len(set(ids)) else "two options have the same id"


@guard("/preferred", given=True)
def preferred_is_appraised(step: Step) -> str | None:
    """The preferred option is one of those appraised."""
    return None if step.given.choice else "the preferred option is not among those appraised"


@guard()
def options_appraised(step: Step) -> str | None:
    """An options appraisal is on file."""
    return None if step.file.last(OptionsAppraisal) else "put the options appraisal on file first"


@guard()
def status_quo_appraised(step: Step) -> str | None:
    """The status quo is among the options, to compare with."""
    appraisal = step.file.last(OptionsAppraisal)
    if appraisal is None or any(option.kind is OptionKind.STATUS_QUO for option in appraisal.options):
        return None
    return "appraise the status quo as well"


@guard()
def enough_options_appraised(step: Step) -> str | None:
    """Enough options besides the status quo were appraised; by default an improvement in house, mutual, outsourcing."""
    appraisal = step.file.last(OptionsAppraisal)
    needed = step.process.setting(step.file, "options-besides-status-quo")
    if appraisal is None or sum(each.kind is not OptionKind.STATUS_QUO for each in appraisal.options) >= needed:
        return None
    return f"appraise at least {needed} options besides the status quo"


@guard()
def every_option_scored(step: Step) -> str | None:
    """Every option is scored by desirability, viability and feasibility."""
    appraisal = step.file.last(OptionsAppraisal)
    missing = [f"{each.id} ({', '.join(each.unscored)})" for each in (appraisal.options if appraisal else [])
               if each.unscored]  # fmt: skip
    return f"not scored: {'; '.join(missing)}" if missing else None


@guard()
def spin_out_preferred(step: Step) -> str | None:
    """The preferred option is the mutual."""
    choice = _choice(step)
    return None if choice is None or choice.kind is OptionKind.MUTUAL else "the appraisal prefers another option"


@guard()
def another_option_preferred(step: Step) -> str | None:
    """The preferred option is not the mutual."""
    choice = _choice(step)
    return None if choice is None or choice.kind is not OptionKind.MUTUAL else "the appraisal prefers the mutual"


def _choice(step: Step) -> Option | None:
    appraisal = step.file.last(OptionsAppraisal)
    return appraisal.choice if appraisal else None


@guard("/reason", given=True)
def reason_given(step: Step) -> str | None:
    """A reason is given."""
    return None if step.given.reason else "say why"
