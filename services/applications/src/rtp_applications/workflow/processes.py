"""The processes of the four routes, as versioned definitions.

Row numbers are those of the table in docs/process.md. A change of a published version is a new version beside it:
cases are pinned to theirs.
"""

from collections.abc import Mapping

from rtp_applications.workflow.common import decided, separation, suspension
from rtp_applications.workflow.common.dates import FIRST, FOURTH, SECOND, THIRD
from rtp_applications.workflow.definition import Action, Process, Setting
from rtp_applications.workflow.earlier import leave_out, restore
from rtp_applications.workflow.enums import NEVER_IN_A_CHALLENGE, Ground, Status, Strand
from rtp_applications.workflow.errors import NoSuchProcess
from rtp_applications.workflow.stages import (
    appraisal,
    assurance,
    award,
    benefits,
    business_case,
    contract,
    contract_duties,
    cross_stage,
    decision,
    extensions,
    incorporation,
    interest,
    monitoring,
    panel,
    publication,
    readiness,
    reorganisation,
    review,
    screening,
    selection,
    social_value,
    spin_out,
    subsidy,
    transition,
    withdrawal,
)
from rtp_shared.contracts.vocabulary import Route


def _put_together(*actions: Action) -> tuple[Action, ...]:
    """Return the actions of a process, with what holds for every stage."""
    return suspension.decide_nothing_while_suspended(separation.keep_roles_apart(decided.date_decisions(actions)))


BUSINESS_CASE_ACTIONS = (
    *interest.employers.wait_for_employers(appraisal.ACTIONS),
    *business_case.ACTIONS,
    *assurance.ACTIONS,
    *panel.ACTIONS,
    *panel.keep_scrutiny_apart(decision.ACTIONS),
)
BUSINESS_CASE_CLOCKS = (
    *appraisal.CLOCKS,
    *business_case.CLOCKS,
    *assurance.CLOCKS,
    *panel.CLOCKS,
    *decision.CLOCKS,
)
BUSINESS_CASE_SETTINGS = {**appraisal.SETTINGS, **business_case.SETTINGS, **panel.SETTINGS}
LAUNCH_ACTIONS = (
    *incorporation.ACTIONS,
    *subsidy.ACTIONS,
    *transition.ACTIONS,
    *benefits.measure_promised_benefits((*readiness.ACTIONS, *monitoring.ACTIONS)),
)
LAUNCH_CLOCKS = (
    *selection.CLOCKS,
    *award.CLOCKS,
    *contract_duties.CLOCKS,
    *subsidy.CLOCKS,
    *transition.CLOCKS,
    *readiness.CLOCKS,
    *monitoring.CLOCKS,
)
LAUNCH_SETTINGS = {
    **contract.SETTINGS,
    **award.SETTINGS,
    **transition.SETTINGS,
    **selection.TIMES,
    **award.TIMES,
    **contract_duties.SETTINGS,
    **contract_duties.TIMES,
    **subsidy.TIMES,
    **monitoring.TIMES,
    **cross_stage.SETTINGS,
    **extensions.SETTINGS,
}

RIGHT_TO_PROVIDE = Process(
    route=Route.RIGHT_TO_PROVIDE,
    version=4,
    since=FOURTH,
    description="Staff ask their employer to take over the service they deliver: a policy since November 2010, no "
    "statute. It leads to a negotiation with the employer.",
    actions=_put_together(
        *leave_out(
            frozenset({Status.PROPOSED}),
            (
                *interest.ACTIONS,
                interest.employers.RECORD_EMPLOYER_ANSWER,
                *screening.ACTIONS,
                *review.ACTIONS,
                *review.ACTIONS_ON_A_PART,
                *BUSINESS_CASE_ACTIONS,
                *panel.ask_for_record(contract.ACTIONS),
                *benefits.ACTIONS,
                *social_value.ACTIONS,
                *selection.ACTIONS,
                *award.ACTIONS,
                *contract_duties.ACTIONS,
                *LAUNCH_ACTIONS,
                *extensions.ACTIONS,
                *cross_stage.ACTIONS,
                cross_stage.STOP,
                cross_stage.PUBLISH_INTENTION,
                *publication.ACTIONS,
                *reorganisation.ACTIONS,
            ),
        )
    ),
    clocks=(
        *screening.CLOCKS,
        *review.CLOCKS,
        screening.DECISION_DATE_NOTICE,
        *interest.employers.CLOCKS,
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

COMMUNITY_RIGHT_TO_CHALLENGE = Process(
    route=Route.COMMUNITY_RIGHT_TO_CHALLENGE,
    version=4,
    since=FOURTH,
    description="Two or more employees of an authority challenge to run one of its services: Localism Act 2011 ss.81 "
    "to 86. Acceptance starts a procurement that anyone may win.",
    actions=_put_together(
        *publication.publish_by_law(
            review.refuse_by_service(
                (
                    *interest.ask_for_exclusion(interest.ACTIONS_OF_A_CHALLENGE),
                    *screening.ACTIONS_OF_A_CHALLENGE,
                    *panel.challenge.decide_by_the_rules(review.ACTIONS),
                )
            )
        ),
        *panel.challenge.ACTIONS,
        *panel.call_in.ACTIONS,
        *leave_out(
            NEVER_IN_A_CHALLENGE,
            (
                *panel.call_in.wait_for_call_in(panel.challenge.ask_for_record(contract.ACTIONS_OF_A_CHALLENGE)),
                *benefits.ACTIONS,
                *social_value.ACTIONS,
                *selection.ACTIONS,
                *award.ACTIONS_OF_A_CHALLENGE,
                *contract_duties.ACTIONS,
                *LAUNCH_ACTIONS,
                *extensions.ACTIONS,
                *cross_stage.ACTIONS_OF_A_CHALLENGE,
                cross_stage.STOP_OF_A_CHALLENGE,
                *publication.ACTIONS,
                *reorganisation.ACTIONS_OF_A_CHALLENGE,
                *withdrawal.ACTIONS,
            ),
        ),
    ),
    clocks=(
        *screening.CLOCKS_OF_A_CHALLENGE,
        review.MODIFICATION_REPLY,
        screening.DECISION_DATE_NOTICE_OF_A_CHALLENGE,
        *review.CLOCKS_OF_A_CHALLENGE,
        *panel.challenge.CLOCKS,
        *panel.call_in.CLOCKS,
        *panel.call_in.run_through_call_in(contract.CLOCKS_OF_A_CHALLENGE),
        *LAUNCH_CLOCKS,
        *cross_stage.CLOCKS_OF_A_CHALLENGE,
    ),
    grounds=frozenset(Ground),
    settings={
        "applicants-needed": Setting(2, "Localism Act 2011 s.81(6)(d)", "found", FIRST),
        **interest.CHALLENGE_SETTINGS,
        **panel.challenge.SETTINGS,
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
    version=4,
    since=FOURTH,
    description="The employer itself starts the spin-out, by its general powers: the commonest real route. There is no "
    "expression of interest and so no appeal of one; its own governance and procurement law apply.",
    actions=_put_together(
        *leave_out(
            OF_AN_INTEREST,
            (
                *interest.employers.wait_for_employers(spin_out.ACTIONS),
                interest.employers.RECORD_EMPLOYER_ANSWER,
                *BUSINESS_CASE_ACTIONS,
                *panel.ask_for_record(contract.ACTIONS),
                *benefits.ACTIONS,
                *social_value.ACTIONS,
                *selection.ACTIONS,
                *award.ACTIONS,
                *contract_duties.ACTIONS,
                *LAUNCH_ACTIONS,
                *extensions.ACTIONS,
                *cross_stage.ACTIONS_OF_A_SPIN_OUT,
                cross_stage.STOP,
                cross_stage.PUBLISH_INTENTION,
                *publication.ACTIONS,
                *reorganisation.ACTIONS,
            ),
        )
    ),
    clocks=(*spin_out.CLOCKS, *interest.employers.CLOCKS, *BUSINESS_CASE_CLOCKS, *LAUNCH_CLOCKS, *cross_stage.CLOCKS),
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
OF_EVERY_ROUTE_2 = (
    separation.VERSION_2, suspension.VERSION_2, cross_stage.VERSION_2, contract.VERSION_2,
    social_value.VERSION_2, selection.VERSION_2, subsidy.VERSION_2, award.VERSION_2, reorganisation.VERSION_2,
    publication.VERSION_2, contract_duties.VERSION_2,
)  # fmt: skip
OF_A_PANEL_2 = (*OF_EVERY_ROUTE_2, interest.employers.VERSION_2, panel.VERSION_2, decision.VERSION_2)
OF_A_ROUTE_2 = {
    Route.RIGHT_TO_PROVIDE: OF_A_PANEL_2,
    Route.COMMUNITY_RIGHT_TO_CHALLENGE: (
        *OF_EVERY_ROUTE_2,
        cross_stage.VERSION_2_OF_A_CHALLENGE,
        contract.VERSION_2_OF_A_CHALLENGE,
        award.VERSION_2_OF_A_CHALLENGE,
        review.VERSION_2_OF_A_CHALLENGE,
        review.VERSION_2_BY_SERVICE,
        interest.VERSION_2_EXCLUSION,
        withdrawal.VERSION_2,
        panel.challenge.VERSION_2,
        panel.call_in.VERSION_2,
    ),
    Route.EMPLOYER_LED: (*OF_A_PANEL_2, spin_out.VERSION_2),
}
UNDATED_2 = (
    interest.VERSION_2, screening.VERSION_2, appraisal.VERSION_2, business_case.VERSION_2, panel.VERSION_2_DATES,
    contract.VERSION_2_DATES, award.VERSION_2_DATES, incorporation.VERSION_2, transition.VERSION_2, readiness.VERSION_2,
    monitoring.VERSION_2, cross_stage.VERSION_2_DATES, review.VERSION_2_DATES, extensions.VERSION_2,
    decided.VERSION_2,
)  # fmt: skip
"""Its dates had no bounds, and its times other extensions: after all else that was otherwise."""
THIRD_VERSIONS = tuple(restore(each, version=3, since=THIRD, differences=(benefits.VERSION_3,)) for each in NEWEST)
SECOND_VERSIONS = tuple(
    restore(each, version=2, since=SECOND, differences=(*OF_A_ROUTE_2[each.route], *UNDATED_2))
    for each in THIRD_VERSIONS
)
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
    for process in (*FIRST_VERSIONS, *SECOND_VERSIONS, *THIRD_VERSIONS, *NEWEST, RIGHT_TO_REQUEST)
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
