"""From the accepted expression of interest to the preferred option."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from rtp_applications.workflow.common.payloads import Refusal, Withdrawal
from rtp_applications.workflow.engine import apply_action, list_possibilities
from rtp_applications.workflow.enums import Ground, Role, Status
from rtp_applications.workflow.processes import PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.appraisal.payloads import AdviserChoice, InformationPack, OptionsAppraisal
from tests.applications.workflow import ground
from tests.applications.workflow.ground import (
    NOW,
    Ready,
    attempt,
    breaks,
    build_snapshot,
    on_payload,
    put,
    ready,
    refused_for,
    take,
)
from tests.applications.workflow.stages.business_case_cases import DECIDER, LEAD, OFFICER, TODAY

PACK = InformationPack(cost=TODAY, staffing=TODAY, assets=TODAY, contracts=TODAY, pensions=TODAY)
accepted = build_snapshot(Status.EOI_ACCEPTED)
ADVISER_PARTY = next(party for party in accepted.parties.values() if party.role is Role.ADVISER)
ADVISED = AdviserChoice(partyId=ADVISER_PARTY.id)


def option(kind: str, **changes: Any) -> dict[str, Any]:
    return {"id": kind, "kind": kind, "desirability": 60, "viability": 0, "feasibility": 100, **changes}


ALL = ("status-quo", "in-house-improvement", "mutual", "outsource")


def appraised(kinds: Sequence[str] = ALL, preferred: str = "mutual", **changes: Any) -> OptionsAppraisal:
    options = [option(kind, **(changes if kind == "outsource" else {})) for kind in kinds]
    return OptionsAppraisal.model_validate({"options": options, "preferred": preferred})


feasibility = put(build_snapshot(Status.FEASIBILITY), appraised())
elsewhere = put(build_snapshot(Status.FEASIBILITY), appraised(preferred="in-house-improvement"))
ready("disclose-information-pack", Ready(accepted, (OFFICER,), PACK))
ready("choose-adviser", Ready(build_snapshot(Status.FEASIBILITY), (LEAD,), ADVISED))
ready("start-feasibility", Ready(put(put(accepted, PACK), ADVISED), (OFFICER,)))
ready("record-options-appraisal", Ready(build_snapshot(Status.FEASIBILITY), (LEAD,), appraised()))
ready("start-business-case", Ready(feasibility, (LEAD, OFFICER)))
ready(
    "withdraw-after-appraisal",
    Ready(elsewhere, (LEAD, OFFICER), Withdrawal.model_validate({"reason": "Better in house.", "membersInFavour": 7})),
)
ready("refuse-after-appraisal", Ready(elsewhere, (DECIDER, OFFICER), Refusal(reasons="Better in house.")))
breaks("disclose-information-pack", "disclosed-by-today")(on_payload(pensions=TODAY + timedelta(days=1)))
breaks("choose-adviser", "adviser-or-opt-out")(on_payload(opt_out="We know it all."))
breaks("choose-adviser", "adviser-is-in-the-case")(on_payload(party_id=uuid.uuid4()))
breaks("start-feasibility", "information-pack-disclosed")(
    ground.on_snapshot(put, PACK.model_copy(update={"assets": None}))
)
breaks("start-feasibility", "adviser-chosen")(ground.on_snapshot(ground.without, AdviserChoice))
breaks("record-options-appraisal", "options-told-apart")(
    lambda attempt: replace(attempt, payload=appraised((*ALL, "mutual")))
)
breaks("record-options-appraisal", "preferred-is-appraised")(on_payload(preferred="nothing"))
breaks(["start-business-case", "withdraw-after-appraisal", "refuse-after-appraisal"], "options-appraised")(
    ground.on_snapshot(ground.without, OptionsAppraisal)
)


def with_appraisal(attempt: Ready, found: OptionsAppraisal) -> Ready:
    return replace(attempt, snapshot=put(attempt.snapshot, found))


breaks("start-business-case", "status-quo-appraised")(lambda attempt: with_appraisal(attempt, appraised(ALL[1:])))
breaks("start-business-case", "enough-options-appraised")(lambda attempt: with_appraisal(attempt, appraised(ALL[:3])))
breaks("start-business-case", "every-option-scored")(lambda attempt: with_appraisal(attempt, appraised(viability=None)))
breaks("start-business-case", "spin-out-preferred")(
    lambda attempt: with_appraisal(attempt, appraised(preferred="status-quo"))
)
breaks(["withdraw-after-appraisal", "refuse-after-appraisal"], "another-option-preferred")(
    lambda attempt: with_appraisal(attempt, appraised())
)
breaks("withdraw-after-appraisal", "reason-given")(on_payload(reason=None))
breaks("withdraw-after-appraisal", "majority-recorded")(on_payload(members_in_favour=6))
breaks(["refuse-after-appraisal", "extend-business-case"], "reasons-given")(on_payload(reasons=""))
breaks("refuse-after-appraisal", "deciders-are-independent")(ground.bar_last_signer)
breaks("refuse-after-appraisal", "ground-on-the-list")(ground.leave_ground_out)
breaks("refuse-after-appraisal", "ground-is-supported")(on_payload(ground=Ground.STAFF_MUTUAL_INTENTION_PUBLISHED))


def test_the_information_pack_names_what_is_missing() -> None:
    half = PACK.model_copy(update={"contracts": None, "pensions": None})
    allowed = list_possibilities(RIGHT_TO_PROVIDE, put(put(accepted, half), ADVISED), OFFICER, NOW)
    start = next(each for each in allowed if each.action.name == "start-feasibility")
    assert start.refusals == (("information-pack-disclosed", "not disclosed yet: contracts, pensions"),)


def test_an_adviser_who_left_is_none_but_reasons_for_doing_without_are_enough() -> None:
    left = replace(ADVISER_PARTY, valid_to=TODAY - timedelta(days=1))
    gone = put(put(accepted, PACK), ADVISED).with_party(left)
    assert refused_for("start-feasibility", Ready(gone, (OFFICER,))) == ["adviser-chosen"]
    without_any = put(gone, AdviserChoice.model_validate({"optOut": "We have our own."}))
    assert refused_for("start-feasibility", Ready(without_any, (OFFICER,))) == []


def test_a_new_appraisal_voids_what_was_signed_on_the_old_one() -> None:
    signed = apply_action(RIGHT_TO_PROVIDE, feasibility, "start-business-case", None, LEAD, NOW).after
    changed = apply_action(RIGHT_TO_PROVIDE, signed, "record-options-appraisal", appraised(), OFFICER, NOW).after
    change = apply_action(RIGHT_TO_PROVIDE, changed, "start-business-case", None, OFFICER, NOW)
    assert change.after.case.status is Status.FEASIBILITY
    assert change.awaiting == (frozenset({Role.APPLICANT_LEAD}),)


def test_feasibility_begun_again_needs_an_appraisal_of_its_own() -> None:
    again = put(put(put(accepted, PACK), ADVISED), appraised())
    begun = ground.take("start-feasibility", Ready(again, (OFFICER,))).after
    assert refused_for("start-business-case", Ready(begun, (LEAD, OFFICER))) == ["options-appraised"]


def test_a_body_may_ask_for_more_options() -> None:
    asking = ground.with_rule(feasibility, "options-besides-status-quo", 4)
    assert refused_for("start-business-case", Ready(asking, (LEAD, OFFICER))) == ["enough-options-appraised"]


def test_a_part_of_the_pack_that_is_left_out_stays_as_it_was() -> None:
    """Version 3; before it, what was disclosed was given again, and dropped where it was not."""
    first = take("disclose-information-pack", attempt(RIGHT_TO_PROVIDE, "disclose-information-pack")).after
    known = first.find(InformationPack)
    for said in ({}, {"cost": TODAY}):
        again = Ready(first, (OFFICER,), InformationPack.model_validate(said))
        assert take("disclose-information-pack", again).after.find(InformationPack) == known
    corrected = Ready(first, (OFFICER,), InformationPack.model_validate({"cost": None}))
    after = take("disclose-information-pack", corrected).after.find(InformationPack)
    assert after == known.model_copy(update={"cost": None})  # type: ignore[union-attr]
    former = PROCESSES[RIGHT_TO_PROVIDE.route, 2]
    assert former.by_name["disclose-information-pack"].effects == ()
