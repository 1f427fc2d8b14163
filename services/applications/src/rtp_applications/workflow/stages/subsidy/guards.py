"""Guards of subsidy control: Subsidy Control Act 2022 ss.36 to 39."""

from datetime import date

from rtp_applications.procurement.rules.assistance import (
    AssistanceAnswer,
    AssistanceKind,
    AssistanceQuestion,
    Recipient,
    count_assistance,
)
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.subsidy.payloads import (
    AssistanceConfirmation,
    AssistanceEntry,
    AssistanceNotification,
    GivenAssistance,
)

_COUNTED = {
    *("giver", "kind", "given_on", "gross_pence", "evidence"),
    *("recipient", "common_control", "transferred_on", "whole_transferred", "attributable_pence"),
}


def find_answer(snapshot: CaseSnapshot, notified: AssistanceNotification, day: date) -> AssistanceAnswer:
    """Return whether the proposed subsidy stays below its ceiling, by what is on file in the case."""
    confirmed = snapshot.find(AssistanceConfirmation, notified.reference)
    entries = (each for each, _ in snapshot.list_payloads(AssistanceEntry))
    return count_assistance(
        AssistanceQuestion.model_validate(
            {
                "received": [each.model_dump(by_alias=True, include=_COUNTED) for each in entries],
                "complete": confirmed.complete if confirmed else None,
                "kind": notified.kind,
                "proposedPence": notified.gross_pence,
                "giveOn": day,
            }
        )
    )


def _find_excess(snapshot: CaseSnapshot, notified: AssistanceNotification, day: date) -> str | None:
    found = find_answer(snapshot, notified, day)
    if found.breaks_on:
        return f"with it, what was given on {found.breaks_on} is above its own ceiling (ss.36(1), (7), 38(1), (7))"
    if found.allowed is not False:
        return None
    again = f"; it fits from {found.fits_from} on, by what is known" if found.fits_from else "; it never fits"
    return f"{found.because} ({found.section}){again}"


@guard("/reference", payload=True)
def entry_is_not_given_here(step: Step) -> str | None:
    """What was given in this case itself is on file as it was given, and is not entered over."""
    given = step.snapshot.find(GivenAssistance, step.payload.reference)
    return "that subsidy was given in this case" if given else None


@guard("/reference", payload=True)
def reference_is_of_one_subsidy(step: Step) -> str | None:
    """One reference stands for one subsidy of one authority: all that the enterprise was given counts, whoever gave it
    (Subsidy Control Act 2022 ss.36(1), 38(1)).
    """
    reference, giver = step.payload.reference, step.payload.giver
    entry = step.snapshot.find(AssistanceEntry, reference)
    notified = step.snapshot.find(AssistanceNotification, reference)
    givers = {each.giver for each in (entry, notified) if each}
    if givers - {giver}:
        return f"{reference} stands for what {', '.join(sorted(givers))} gives: choose another reference"
    proposes = isinstance(step.payload, AssistanceNotification)
    return f"{reference} was given before: choose another reference" if proposes and entry else None


@guard("/reference", payload=True)
def assistance_not_given_yet(step: Step) -> str | None:
    """The subsidy of this reference was not given yet."""
    return "that subsidy was given" if step.snapshot.find(GivenAssistance, step.payload.reference) else None


@guard("/publicInterestTask", payload=True)
def public_interest_task_named(step: Step) -> str | None:
    """SPEI assistance is for an enterprise that is assigned with a task in the public interest, and for services of it
    (Subsidy Control Act 2022 ss.29(9), 38(3)(a)).
    """
    if step.payload.kind is not AssistanceKind.SPEI or step.payload.public_interest_task:
        return None
    return "name the task and the services (Subsidy Control Act 2022 s.38(3)(a))"


@guard("/grossPence", payload=True)
def proposal_below_the_ceiling(step: Step) -> str | None:
    """With all that is known to count, what is proposed does not exceed the ceiling: £315,000, or £725,000 of SPEI
    assistance, over the financial year in which it is to be given and the two before it (Subsidy Control Act 2022
    ss.36(1), (2), (7), 38(1), (2), (7)).
    """
    return _find_excess(step.snapshot, step.payload, step.payload.give_on or step.today)


@guard("/reference", payload=True)
def assistance_notified(step: Step) -> str | None:
    """The enterprise was given the notification of the subsidy (Subsidy Control Act 2022 ss.37(1), 39(1))."""
    if step.snapshot.find(AssistanceNotification, step.payload.reference):
        return None
    return "no notification of this reference is on file (Subsidy Control Act 2022 ss.37(1), 39(1))"


@guard("/complete", payload=True)
def everything_received_is_on_file(step: Step) -> str | None:
    """All is on file that counts. The law asks the enterprise to confirm that the ceiling will not be exceeded (Subsidy
    Control Act 2022 ss.37(2)(c), 39(2)(c)); that it be shown by what is on file is the platform's own.
    """
    return None if step.payload.complete else "put on file first what else was given, by whichever authority"


@guard("/reference", payload=True)
def assistance_confirmed(step: Step) -> str | None:
    """The enterprise confirmed in writing that the ceiling will not be exceeded (Subsidy Control Act 2022
    ss.37(3), 39(3)).
    """
    if step.snapshot.find(AssistanceConfirmation, step.payload.reference):
        return None
    return "the enterprise has not confirmed it (Subsidy Control Act 2022 ss.37(3), 39(3))"


@guard("/reference", payload=True)
def gift_below_the_ceiling(step: Step) -> str | None:
    """On the day on which it is given, the ceiling is not exceeded by what is known to count (Subsidy Control Act 2022
    ss.36(1), (7), 38(1), (7)); nor on any later day on which something was given, for which it counts too.
    """
    notified = step.snapshot.find(AssistanceNotification, step.payload.reference)
    return _find_excess(step.snapshot, notified, step.payload.given_on) if notified else None


@guard("/reference", payload=True)
def recipient_is_described(step: Step) -> str | None:
    """Common control is said of a connected body, and a transfer of a predecessor, and of nobody else (Subsidy Control
    Act 2022 ss.7(1)(b), 8, 40).
    """
    said = step.payload
    transfer = (said.transferred_on, said.whole_transferred, said.attributable_pence)
    if said.common_control is not None and said.recipient is not Recipient.CONNECTED:
        return "commonControl is said of a connected body (Subsidy Control Act 2022 s.8)"
    if any(each is not None for each in transfer) and said.recipient is not Recipient.PREDECESSOR:
        return "a transfer is said of a predecessor (Subsidy Control Act 2022 s.40)"
    return None


@guard("/reference", payload=True)
def assistance_was_given(step: Step) -> str | None:
    """The subsidy of this reference was given in this case (Subsidy Control Act 2022 s.33(1)(a))."""
    given = step.snapshot.find(GivenAssistance, step.payload.reference)
    return None if given else "no subsidy of this reference was given in this case"
