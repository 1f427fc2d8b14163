"""Which stage of the published toolkits a case is at, by its status: a pure rule.

Statuses are known as words, as an event or a reader brings them; one that is new here says nothing of a stage.
"""

from collections.abc import Mapping

from rtp_shared.contracts.vocabulary import Stage
from rtp_shared.problems import FieldError, Invalid

_STATUSES: Mapping[Stage, str] = {
    Stage.EXPLORE: "draft proposed refused not-eligible withdrawn lapsed tender-lost quashed superseded stopped",
    Stage.MAKE_THE_CASE: "eoi-submitted eoi-screening information-requested eoi-under-review modification-offered "
    "eoi-accepted feasibility business-case case-submitted assurance panel-ready deferred called-in",
    Stage.PLAN: "approved-conditional approved contract-route tender-live standstill awarded",
    Stage.IMPLEMENT: "transition readiness-review",
    Stage.SUCCEED: "launched",
}
"""Who was refused or has ended may begin anew, which is to explore."""

STAGE_OF: Mapping[str, Stage] = {status: stage for stage, words in _STATUSES.items() for status in words.split()}


def read_stage(stage: Stage | None, case_status: str | None) -> Stage | None:
    """Return the stage that is asked for, by its name or by the status of a case; refuse both at once."""
    if case_status is None:
        return stage
    if stage is not None:
        raise Invalid(errors=[FieldError("caseStatus", "is given beside stage: one of them says it", "query")])
    if case_status not in STAGE_OF:
        raise Invalid(errors=[FieldError("caseStatus", "is not a status of a case; see /v1/processes", "query")])
    return STAGE_OF[case_status]
