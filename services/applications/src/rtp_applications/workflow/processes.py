"""The processes of the four routes, as versioned definitions.

Row numbers are those of the table in docs/process.md. A change of a published version is a new version beside it:
cases are pinned to theirs.
"""

from collections.abc import Mapping
from dataclasses import replace

from rtp_applications.workflow.common.dates import FIRST, SECOND, THIRD
from rtp_applications.workflow.definition import Action, Process, Setting
from rtp_applications.workflow.earlier import restore
from rtp_applications.workflow.enums import Ground, Status, Strand
from rtp_applications.workflow.errors import NoSuchProcess
from rtp_applications.workflow.stages import (
    appraisal,
    assurance,
    award,
    business_case,
    contract,
    cross_stage,
    decision,
    extensions,
    incorporation,
    interest,
    monitoring,
    panel,
    publication,
    readiness,
    review,
    screening,
    spin_out,
    transition,
)
from rtp_shared.contracts.vocabulary import Route


def _leave_out(statuses: frozenset[Status], actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the actions as they are on a route that never is in these statuses."""
    kept = (replace(action, from_states=action.from_states - statuses) for action in actions)
    return tuple(action for action in kept if action.from_states)


BUSINESS_CASE_ACTIONS = (
    *appraisal.ACTIONS,
    *business_case.ACTIONS,
    *assurance.ACTIONS,
    *panel.ACTIONS,
    *decision.ACTIONS,
)
BUSINESS_CASE_CLOCKS = (
    *appraisal.CLOCKS,
    *business_case.CLOCKS,
    *assurance.CLOCKS,
    *panel.CLOCKS,
    *decision.CLOCKS,
)
BUSINESS_CASE_SETTINGS = {**appraisal.SETTINGS, **business_case.SETTINGS, **panel.SETTINGS}
LAUNCH_ACTIONS = (*incorporation.ACTIONS, *transition.ACTIONS, *readiness.ACTIONS, *monitoring.ACTIONS)
LAUNCH_CLOCKS = (*award.CLOCKS, *transition.CLOCKS, *readiness.CLOCKS, *monitoring.CLOCKS)
LAUNCH_SETTINGS = {
    **contract.SETTINGS,
    **award.SETTINGS,
    **transition.SETTINGS,
    **award.TIMES,
    **monitoring.TIMES,
    **cross_stage.SETTINGS,
    **extensions.SETTINGS,
}

RIGHT_TO_PROVIDE = Process(
    route=Route.RIGHT_TO_PROVIDE,
    version=3,
    since=THIRD,
    description="Staff ask their employer to take over the service they deliver: a policy since November 2010, no "
    "statute. It leads to a negotiation with the employer.",
    actions=(
        *interest.ACTIONS,
        *screening.ACTIONS,
        *review.ACTIONS,
        *BUSINESS_CASE_ACTIONS,
        *contract.ACTIONS,
        *award.ACTIONS,
        *LAUNCH_ACTIONS,
        *extensions.ACTIONS,
        *cross_stage.ACTIONS,
        cross_stage.PUBLISH_INTENTION,
        *publication.ACTIONS,
    ),
    clocks=(
        *screening.CLOCKS,
        *review.CLOCKS,
        screening.DECISION_DATE_NOTICE,
        *BUSINESS_CASE_CLOCKS,
        *LAUNCH_CLOCKS,
        *cross_stage.CLOCKS,
    ),
    documents=business_case.DOCUMENTS,
    settings={
        "applicants-needed": Setting(
            1, "an individual or a team may apply: Department of Health host organisation page, 2011", "found", FIRST
        ),
        **BUSINESS_CASE_SETTINGS,
        **LAUNCH_SETTINGS,
    },
    strands=tuple(Strand),
)

NEVER_IN_A_CHALLENGE = frozenset(
    {
        Status.FEASIBILITY,
        Status.BUSINESS_CASE,
        Status.CASE_SUBMITTED,
        Status.ASSURANCE,
        Status.PANEL_READY,
        Status.DEFERRED,
        Status.APPROVED_CONDITIONAL,
        Status.CALLED_IN,
        Status.APPROVED,
    }
)
COMMUNITY_RIGHT_TO_CHALLENGE = Process(
    route=Route.COMMUNITY_RIGHT_TO_CHALLENGE,
    version=3,
    since=THIRD,
    description="Two or more employees of an authority challenge to run one of its services: Localism Act 2011 ss.81 "
    "to 86. Acceptance starts a procurement that anyone may win.",
    actions=(
        *publication.publish_by_law(
            (*interest.ACTIONS_OF_A_CHALLENGE, *screening.ACTIONS_OF_A_CHALLENGE, *review.ACTIONS)
        ),
        *_leave_out(
            NEVER_IN_A_CHALLENGE,
            (
                *contract.ACTIONS_OF_A_CHALLENGE,
                *award.ACTIONS,
                *LAUNCH_ACTIONS,
                *extensions.ACTIONS,
                *cross_stage.ACTIONS_OF_A_CHALLENGE,
                *publication.ACTIONS,
            ),
        ),
    ),
    clocks=(
        *screening.CLOCKS_OF_A_CHALLENGE,
        review.MODIFICATION_REPLY,
        screening.DECISION_DATE_NOTICE_OF_A_CHALLENGE,
        *review.CLOCKS_OF_A_CHALLENGE,
        *contract.CLOCKS_OF_A_CHALLENGE,
        *LAUNCH_CLOCKS,
        *cross_stage.CLOCKS,
    ),
    grounds=frozenset(Ground),
    settings={
        "applicants-needed": Setting(2, "Localism Act 2011 s.81(6)(d)", "found", FIRST),
        **interest.CHALLENGE_SETTINGS,
        **contract.CHALLENGE_SETTINGS,
        **LAUNCH_SETTINGS,
    },
)

OF_AN_INTEREST = frozenset(
    {
        Status.EOI_SUBMITTED,
        Status.EOI_SCREENING,
        Status.INFORMATION_REQUESTED,
        Status.EOI_UNDER_REVIEW,
        Status.MODIFICATION_OFFERED,
        Status.EOI_ACCEPTED,
        Status.NOT_ELIGIBLE,
    }
)
EMPLOYER_LED = Process(
    route=Route.EMPLOYER_LED,
    version=3,
    since=THIRD,
    description="The employer itself starts the spin-out, by its general powers: the commonest real route. There is no "
    "expression of interest and so no appeal of one; its own governance and procurement law apply.",
    actions=_leave_out(
        OF_AN_INTEREST,
        (
            *spin_out.ACTIONS,
            *BUSINESS_CASE_ACTIONS,
            *contract.ACTIONS,
            *award.ACTIONS,
            *LAUNCH_ACTIONS,
            *extensions.ACTIONS,
            *cross_stage.ACTIONS_OF_A_SPIN_OUT,
            cross_stage.PUBLISH_INTENTION,
            *publication.ACTIONS,
        ),
    ),
    clocks=(*BUSINESS_CASE_CLOCKS, *LAUNCH_CLOCKS, *cross_stage.CLOCKS),
    documents=business_case.DOCUMENTS,
    settings={**BUSINESS_CASE_SETTINGS, **LAUNCH_SETTINGS},
    strands=tuple(Strand),
)

RIGHT_TO_REQUEST = Process(
    route=Route.RIGHT_TO_REQUEST,
    version=1,
    since=FIRST,
    description="Historic, import and read only: front-line staff of primary care trusts could ask to run their "
    "community services (2008); three waves. It closed to new applications on 30 September 2010, so nothing can be "
    "done here.",
    actions=(),
    imported=frozenset(
        {
            Status.EOI_SUBMITTED,
            Status.EOI_ACCEPTED,
            Status.BUSINESS_CASE,
            Status.APPROVED,
            Status.TRANSITION,
            Status.LAUNCHED,
            Status.REFUSED,
            Status.WITHDRAWN,
            Status.LAPSED,
            Status.SUPERSEDED,
        }
    ),
)

NEWEST = (RIGHT_TO_PROVIDE, COMMUNITY_RIGHT_TO_CHALLENGE, EMPLOYER_LED)
OF_THE_SECOND = (contract.VERSION_2, award.VERSION_2)
SECOND_VERSIONS = tuple(restore(each, version=2, since=SECOND, differences=OF_THE_SECOND) for each in NEWEST)
OF_A_CHALLENGE_1 = (screening.VERSION_1_OF_A_CHALLENGE, review.VERSION_1_OF_A_CHALLENGE)
FIRST_VERSIONS = tuple(
    restore(
        each,
        version=1,
        since=FIRST,
        differences=(
            award.VERSION_1, *(OF_A_CHALLENGE_1 if each.route is Route.COMMUNITY_RIGHT_TO_CHALLENGE else ())
        ),
    )
    for each in SECOND_VERSIONS
)  # fmt: skip

PROCESSES: Mapping[tuple[Route, int], Process] = {
    (process.route, process.version): process
    for process in (*FIRST_VERSIONS, *SECOND_VERSIONS, *NEWEST, RIGHT_TO_REQUEST)
}


class Processes:
    """All versions of every route's process: cases are pinned to one of them."""

    def __init__(self, known: Mapping[tuple[Route, int], Process] = PROCESSES) -> None:
        self._known = known

    def __getitem__(self, pinned: tuple[Route, int]) -> Process:
        if pinned not in self._known:
            raise NoSuchProcess(f"{pinned[0]} has no version {pinned[1]}")
        return self._known[pinned]

    def find_newest(self, route: Route) -> Process:
        versions = [version for known, version in self._known if known is route]
        return self[route, max(versions, default=0)]

    def list_all(self) -> tuple[Process, ...]:
        return tuple(self._known.values())
