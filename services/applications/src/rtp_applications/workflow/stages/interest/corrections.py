"""Correction of an expression of interest that is submitted: both sides agree, and the record keeps both texts.

It is no modification (Localism Act 2011 s.84(1), (2)): that is the authority's, and stands where the expression would
not otherwise be capable of acceptance. What was received stays received on its day: no clock begins anew.
"""

from dataclasses import replace
from typing import Any, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from rtp_applications.workflow.common.guards import reasons_given
from rtp_applications.workflow.common.signatories import JOINT
from rtp_applications.workflow.definition import Action, Step, guard
from rtp_applications.workflow.enums import Audience, Status
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload, SignedRecord
from rtp_applications.workflow.stages.interest.guards import list_missing_content
from rtp_applications.workflow.stages.interest.payloads import ChallengeContent
from rtp_shared.contracts.applications import InterestCorrected
from rtp_shared.schemas import STORED, Input, Line, Prose


class InterestTexts(Input):
    """What the expression of interest said: its content, and the case's own words for the service."""

    content: ChallengeContent | None = None
    service_name: Line | None = None
    summary: Prose | None = None


class InterestCorrection(Payload):
    """A correction on which both sides agree. What is left out stays as it was submitted."""

    KIND: ClassVar[str] = "interest-correction"
    KEY: ClassVar[str | None] = "id"

    id: Line = Field(description="Short name, to tell the corrections apart", examples=["area-1"])
    content: ChallengeContent | None = Field(
        default=None, description="The whole content as corrected, in place of what was submitted"
    )
    service_name: Line | None = Field(default=None, description="The service's name as corrected")
    summary: Prose | None = Field(default=None, description="The summary as corrected; no personal data")
    reasons: Prose = Field(description="What was wrong, and why both sides agree to correct it")
    former: InterestTexts | None = Field(
        default=None,
        json_schema_extra={"readOnly": True},
        description="What was corrected, as it read before. The platform fills it in",
    )

    @field_validator("former")
    @classmethod
    def refuse_given(cls, value: InterestTexts | None, info: ValidationInfo) -> InterestTexts | None:
        if value is not None and info.context != STORED:
            raise ValueError("the platform keeps the former text itself")
        return value


@guard("/id", payload=True)
def correction_is_new(step: Step) -> str | None:
    """No correction of that id is on file: each stays beside those before it."""
    found = step.snapshot.find_record(InterestCorrection, step.payload.key)
    return "a correction of that id is on file; choose another id" if found else None


@guard(payload=True)
def something_is_corrected(step: Step) -> str | None:
    """Something reads otherwise than before."""
    given, said = _read_given(step.payload), _read_texts(step.snapshot)
    same = all(said.get(name) == text for name, text in given.items())
    return "nothing reads otherwise than before" if same else None


@guard("/content", payload=True)
def corrected_content_is_complete(step: Step) -> str | None:
    """As corrected it still says all that the regulations require, and that the service is none that the right leaves
    out (Localism Act 2011 s.81; SI 2012/1313 Sch 1, Sch 2 para 4).
    """
    content = step.payload.content
    missing = list_missing_content(content) if content else []
    if content and content.for_a_named_person is not False:
        missing = [*missing, "forANamedPerson: false"]
    return f"a correction leaves nothing out that is required; missing: {', '.join(missing)}" if missing else None


def correct(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Put the corrected text in the place of the former, and the former on the record of the correction."""
    given, said = _read_given(step.payload), _read_texts(step.snapshot)
    recorded = snapshot.records[InterestCorrection.KIND, step.payload.key]
    former = {name: said[name] for name in given if name in said}
    snapshot = snapshot.with_record(replace(recorded, content={**recorded.content, "former": former}))
    if "content" in given:
        content = SignedRecord(ChallengeContent.KIND, "", given["content"], step.signed, Audience.EVERYBODY)
        snapshot = snapshot.with_record(content)
    columns = {"serviceName": "service_name", "summary": "summary"}
    return snapshot.with_case(**{column: given[name] for name, column in columns.items() if name in given})


def _read_given(correction: InterestCorrection) -> dict[str, Any]:
    said = correction.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {name: said[name] for name in ("content", "serviceName", "summary") if name in said}


def _read_texts(snapshot: CaseSnapshot) -> dict[str, Any]:
    """Return what the expression says now, by the names that a correction has for it."""
    content, case = snapshot.find(ChallengeContent), snapshot.case
    said = {
        "content": content and content.model_dump(mode="json", by_alias=True, exclude_none=True),
        "serviceName": case.service_name,
        "summary": case.summary,
    }
    return {name: text for name, text in said.items() if text is not None}


CORRECT = Action(
    name="correct-interest",
    description="Correct the expression of interest after its submission, by agreement: the staff group's lead and a "
    "case officer both sign. The day of receipt stays, and every time runs on; the record keeps both texts.",
    signatories=JOINT,
    from_states=frozenset(
        {Status.EOI_SUBMITTED, Status.EOI_SCREENING, Status.INFORMATION_REQUESTED, Status.EOI_UNDER_REVIEW}
    ),
    guards=(correction_is_new, something_is_corrected, reasons_given),
    payload_model=InterestCorrection,
    event=InterestCorrected,
    effects=(correct,),
)
CORRECT_A_CHALLENGE = CORRECT.with_guards(corrected_content_is_complete)
