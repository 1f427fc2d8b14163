"""Effects of subsidy control."""

from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import CaseSnapshot, SignedRecord
from rtp_applications.workflow.stages.subsidy.payloads import (
    AssistanceConfirmation,
    AssistanceEntry,
    AssistanceNotification,
)


def ask_for_confirmation_anew(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Strike what the enterprise confirmed of another amount, or of another day."""
    return snapshot.without({(AssistanceConfirmation.KIND, step.payload.reference)})


def enter_what_was_given(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Put the subsidy among those that count, as it was notified; its confirmation is the evidence."""
    notified = snapshot.find(AssistanceNotification, step.payload.reference)
    if notified is None:
        return snapshot
    said = notified.model_dump(by_alias=True, include={"reference", "giver", "kind", "gross_pence"})
    entry = AssistanceEntry.model_validate({**said, "evidence": notified.reference, "givenOn": step.payload.given_on})
    content = entry.model_dump(mode="json", by_alias=True, exclude_none=True)
    return snapshot.with_record(SignedRecord(entry.KIND, entry.key, content, step.signed, entry.AUDIENCE))
