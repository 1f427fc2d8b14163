"""Effects of the mutual's coming to exist."""

from dataclasses import replace

from rtp_applications.workflow.common.effects import keep_what_is_left_out
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.incorporation.payloads import LegalEntity


def keep_what_is_known_of_it(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Keep what is left out of the same legal person. Of another nothing is kept; and of one with another legal form
    nobody compared that with the register.
    """
    former, now = step.snapshot.find(LegalEntity), step.payload
    if former is None or (former.scheme, former.identifier) != (now.scheme, now.identifier):
        return snapshot
    kept = keep_what_is_left_out(step, snapshot)
    if former.legal_form is now.legal_form or "verified" in now.model_fields_set:
        return kept
    record = kept.records[now.KIND, now.key]
    return kept.with_record(replace(record, content={**record.content, "verified": False}))
