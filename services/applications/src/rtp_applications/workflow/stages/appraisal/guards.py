"""Guards from the accepted expression of interest to the preferred option: rows 9, 10 and 26 of the process."""

from uuid import UUID

from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.enums import OptionKind, Role
from rtp_applications.workflow.stages.appraisal.payloads import AdviserChoice, InformationPack, Option, OptionsAppraisal


@guard()
def information_pack_disclosed(step: Step) -> str | None:
    """Cost, staffing, assets, contracts and pensions of the service were disclosed to the staff group."""
    pack = step.snapshot.find(InformationPack) or InformationPack()
    missing = [part for part, day in pack.days.items() if day is None]
    return f"not disclosed yet: {', '.join(missing)}" if missing else None


@guard(payload=True)
def adviser_or_opt_out(step: Step) -> str | None:
    """Either an adviser is named or the reasons for doing without."""
    if (step.payload.party_id is None) is not (step.payload.opt_out is None):
        return None
    return "name an adviser, or say why the group does without; not both"


@guard("/partyId", payload=True)
def adviser_is_in_the_case(step: Step) -> str | None:
    """The adviser named is one in this case today."""
    if step.payload.party_id is None or _advises(step, step.payload.party_id):
        return None
    return "no adviser in this case has that id today"


@guard()
def adviser_chosen(step: Step) -> str | None:
    """The staff group has an adviser, or chose to do without."""
    choice = step.snapshot.find(AdviserChoice)
    if choice and (choice.opt_out or (choice.party_id and _advises(step, choice.party_id))):
        return None
    return "the group must have an adviser, or say why it does without"


def _advises(step: Step, party_id: UUID) -> bool:
    party = step.snapshot.parties.get(party_id)
    return party is not None and party.role is Role.ADVISER and party.holds(step.today)


@guard("/options", payload=True)
def options_told_apart(step: Step) -> str | None:
    """Every option has an id of its own."""
    ids = [option.id for option in step.payload.options]
    return None if len(ids) == len(set(ids)) else "two options have the same id"


@guard("/preferred", payload=True)
def preferred_is_appraised(step: Step) -> str | None:
    """The preferred option is one of those appraised."""
    return None if step.payload.choice else "the preferred option is not among those appraised"


@guard()
def options_appraised(step: Step) -> str | None:
    """An options appraisal is on file."""
    return None if step.snapshot.find(OptionsAppraisal) else "put the options appraisal on file first"


@guard()
def status_quo_appraised(step: Step) -> str | None:
    """The status quo is among the options, to compare with."""
    appraisal = step.snapshot.find(OptionsAppraisal)
    if appraisal is None or any(option.kind is OptionKind.STATUS_QUO for option in appraisal.options):
        return None
    return "appraise the status quo as well"


@guard()
def enough_options_appraised(step: Step) -> str | None:
    """Enough options besides the status quo were appraised; by default an improvement in house, mutual, outsourcing."""
    appraisal = step.snapshot.find(OptionsAppraisal)
    needed = step.process.get_setting(step.snapshot, "options-besides-status-quo")
    if appraisal is None or sum(each.kind is not OptionKind.STATUS_QUO for each in appraisal.options) >= needed:
        return None
    return f"appraise at least {needed} options besides the status quo"


@guard()
def every_option_scored(step: Step) -> str | None:
    """Every option is scored by desirability, viability and feasibility."""
    appraisal = step.snapshot.find(OptionsAppraisal)
    missing = [f"{each.id} ({', '.join(each.unscored)})" for each in (appraisal.options if appraisal else [])
               if each.unscored]  # fmt: skip
    return f"not scored: {'; '.join(missing)}" if missing else None


@guard()
def spin_out_preferred(step: Step) -> str | None:
    """The preferred option is the mutual."""
    choice = _find_choice(step)
    return None if choice is None or choice.kind is OptionKind.MUTUAL else "the appraisal prefers another option"


@guard()
def another_option_preferred(step: Step) -> str | None:
    """The preferred option is not the mutual."""
    choice = _find_choice(step)
    return None if choice is None or choice.kind is not OptionKind.MUTUAL else "the appraisal prefers the mutual"


def _find_choice(step: Step) -> Option | None:
    appraisal = step.snapshot.find(OptionsAppraisal)
    return appraisal.choice if appraisal else None


@guard("/reason", payload=True)
def reason_given(step: Step) -> str | None:
    """A reason is given."""
    return None if step.payload.reason else "say why"
