"""The processes of the four routes, as versioned definitions.

Row numbers are those of the table in docs/process.md. A change of a published version is a new version beside it:
cases are pinned to theirs.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from rtp_applications.workflow import clocks, launch_clocks, settings
from rtp_applications.workflow.actions import (
    business_case,
    contract,
    decision,
    interest,
    monitoring,
    publication,
    spin_out,
    standing,
    timing,
    transition,
)
from rtp_applications.workflow.definition import Action, Process, Setting
from rtp_applications.workflow.errors import NoSuchProcess
from rtp_applications.workflow.stages import content as content_stage
from rtp_applications.workflow.stages import interest as interest_stage
from rtp_applications.workflow.stages import standing as standing_stage
from rtp_applications.workflow.words import Ground, Status, Strand
from rtp_shared.contracts.vocabulary import Route

FIRST = date(2026, 11, 23)


def _with(actions: tuple[Action, ...], *changed: Action) -> tuple[Action, ...]:
    """The actions, with those of the same name replaced."""
    by_name = {action.name: action for action in changed}
    return tuple(by_name.get(action.name, action) for action in actions)


def _without(statuses: frozenset[Status], actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """The actions as they are on a route that never is in these statuses."""
    kept = (replace(action, starts=action.starts - statuses) for action in actions)
    return tuple(action for action in kept if action.starts)


LAUNCH_ACTIONS = (*transition.ACTIONS, *monitoring.ACTIONS)
LAUNCH_CLOCKS = (*launch_clocks.CONTRACT, *launch_clocks.TRANSITION, *launch_clocks.MONITORING)
LAUNCH_SETTINGS = {**settings.CONTRACT, **settings.TRANSITION, **settings.TIMES, **settings.STANDING, **timing.SETTINGS}

RIGHT_TO_PROVIDE = Process(
    route=Route.RIGHT_TO_PROVIDE,
    version=1,
    since=FIRST,
    says="Staff ask their employer to take over the service they deliver: a policy since November 2010, no statute. "
    "It leads to a negotiation with the employer.",
    actions=(
        *interest.ACTIONS,
        *business_case.ACTIONS,
        *decision.ACTIONS,
        *contract.ACTIONS,
        *LAUNCH_ACTIONS,
        *timing.ACTIONS,
        *standing.ACTIONS,
        standing.PUBLISH_INTENTION,
        *publication.ACTIONS,
    ),
    clocks=(
        *clocks.INTEREST,
        clocks.DECISION_DATE_NOTICE,
        *clocks.BUSINESS_CASE,
        *clocks.DECISION,
        *LAUNCH_CLOCKS,
        *clocks.STANDING,
    ),
    documents=business_case.DOCUMENTS,
    settings={
        "applicants-needed": Setting(
            1, "an individual or a team may apply: Department of Health host organisation page, 2011", "found", FIRST
        ),
        **business_case.SETTINGS,
        **decision.SETTINGS,
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
    version=1,
    since=FIRST,
    says="Two or more employees of an authority challenge to run one of its services: Localism Act 2011 ss.81 to 86. "
    "Acceptance starts a procurement that anyone may win.",
    actions=(
        *publication.published_by_law(
            _with(
                interest.ACTIONS,
                replace(
                    interest.SUBMIT,
                    guards=(
                        *interest.SUBMIT.guards,
                        interest_stage.authority_is_relevant,
                        interest_stage.window_open,
                        content_stage.content_is_complete,
                    ),
                ),
                replace(
                    interest.REQUEST_INFORMATION,
                    guards=(*interest.REQUEST_INFORMATION.guards, interest_stage.statutory_items_only),
                ),
            )
        ),
        *_without(
            NEVER_IN_A_CHALLENGE,
            (
                *contract.OF_A_CHALLENGE,
                *LAUNCH_ACTIONS,
                *timing.ACTIONS,
                *_with(
                    standing.ACTIONS,
                    replace(
                        standing.REMIT,
                        leads_to=(Status.EOI_UNDER_REVIEW,),
                        takes=standing_stage.InterestRemittal,
                        guards=standing.REMIT.guards[:-1],
                    ),
                    replace(
                        standing.REMIT_BY_COURT,
                        leads_to=(Status.EOI_SCREENING, Status.EOI_UNDER_REVIEW),
                        takes=standing_stage.InterestCourtRemittal,
                        guards=standing.REMIT_BY_COURT.guards[:-1],
                    ),
                ),
                *publication.ACTIONS,
            ),
        ),
    ),
    clocks=(
        *clocks.CHALLENGE,
        launch_clocks.PROCUREMENT_START,
        *LAUNCH_CLOCKS,
        *clocks.STANDING,
    ),
    grounds=frozenset(Ground),
    settings={
        "applicants-needed": Setting(2, "Localism Act 2011 s.81(6)(d)", "found", FIRST),
        **settings.CHALLENGE,
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
    version=1,
    since=FIRST,
    says="The employer itself starts the spin-out, by its general powers: the commonest real route. There is no "
    "expression of interest and so no appeal of one; its own governance and procurement law apply.",
    actions=_without(
        OF_AN_INTEREST,
        (
            *spin_out.ACTIONS,
            *business_case.ACTIONS,
            *decision.ACTIONS,
            *contract.ACTIONS,
            *LAUNCH_ACTIONS,
            *timing.ACTIONS,
            *_with(
                standing.ACTIONS,
                replace(
                    standing.REMIT,
                    leads_to=(Status.FEASIBILITY, Status.PANEL_READY),
                    takes=standing_stage.SpinOutRemittal,
                ),
                replace(
                    standing.REMIT_BY_COURT,
                    leads_to=(Status.ASSURANCE, Status.PANEL_READY),
                    takes=standing_stage.PanelCourtRemittal,
                ),
            ),
            standing.PUBLISH_INTENTION,
            *publication.ACTIONS,
        ),
    ),
    clocks=(*clocks.BUSINESS_CASE, *clocks.DECISION, *LAUNCH_CLOCKS, *clocks.STANDING),
    documents=business_case.DOCUMENTS,
    settings={**business_case.SETTINGS, **decision.SETTINGS, **LAUNCH_SETTINGS},
    strands=tuple(Strand),
)

RIGHT_TO_REQUEST = Process(
    route=Route.RIGHT_TO_REQUEST,
    version=1,
    since=FIRST,
    says="Historic, import and read only: front-line staff of primary care trusts could ask to run their community "
    "services (2008); three waves. It closed to new applications on 30 September 2010, so nothing can be done here.",
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

PROCESSES: Mapping[tuple[Route, int], Process] = {
    (process.route, process.version): process
    for process in (RIGHT_TO_PROVIDE, COMMUNITY_RIGHT_TO_CHALLENGE, EMPLOYER_LED, RIGHT_TO_REQUEST)
}


class Processes:
    """The versions of every route's process that cases may be pinned to."""

    def __init__(self, known: Mapping[tuple[Route, int], Process] = PROCESSES) -> None:
        self._known = known

    def __getitem__(self, pinned: tuple[Route, int]) -> Process:
        if pinned not in self._known:
            raise NoSuchProcess(f"{pinned[0]} has no version {pinned[1]}")
        return self._known[pinned]

    def newest(self, route: Route) -> Process:
        versions = [version for known, version in self._known if known is route]
        return self[route, max(versions, default=0)]

    def every(self) -> tuple[Process, ...]:
        return tuple(self._known.values())
