"""The clock of the Most Suitable Provider Process."""

from datetime import date

from rtp_applications.deadlines.rules.days import ONE_DAY
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.workflow.common.clocks import read_time
from rtp_applications.workflow.definition import CaseClock
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.selection.payloads import ProcessNotice
from rtp_applications.workflow.stages.selection.settings import IDENTIFICATION, TIMES


def find_day_before_submission(snapshot: CaseSnapshot, _: date) -> date | None:
    """Return the day before the notice was submitted: of the 14 days, that of the submission is the first, and on
    the day after them step 2 may be completed.
    """
    notice = snapshot.find(ProcessNotice)
    return notice.submitted_on - ONE_DAY if notice else None


_LENGTH, _SOURCE = read_time(TIMES[IDENTIFICATION])
CLOCKS = (
    CaseClock(
        name=IDENTIFICATION,
        description="Potential providers may come forward: their identification is complete no earlier than 14 days "
        "after the notice of intention to follow the Most Suitable Provider Process was submitted",
        runs_in=frozenset({Status.CONTRACT_ROUTE}),
        length=_LENGTH,
        basis=Basis.STATUTE,
        source=_SOURCE,
        window=True,
        started_by=("publish-selection-notice",),
        ended_by=("publish-selection-notice",),
        counts_from=find_day_before_submission,
    ),
)
