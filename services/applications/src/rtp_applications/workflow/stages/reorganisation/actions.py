"""Actions of a reorganisation: choose among several successors, and record the predecessor's resolution."""

from rtp_applications.workflow.definition import Action, one_of
from rtp_applications.workflow.enums import LIVING, Role
from rtp_applications.workflow.stages.reorganisation import dates, effects, guards, payloads

CHOOSE_SUCCESSOR = Action(
    name="choose-successor",
    description="Put on file which of the bodies that follow one that ends takes this case, and by which document that "
    "was decided. From the reorganisation date on that body has the case, the one that ended sees it no more, and none "
    "of the others learns of it.",
    signatories=one_of(Role.DECISION_MAKER, Role.MUTUALS_TEAM),
    from_states=LIVING,
    guards=(guards.body_is_shared_out, guards.successor_follows, *dates.OF_A_CHOICE),
    payload_model=payloads.SuccessorChoice,
)
RECORD_RESOLUTION = Action(
    name="record-reorganisation-resolution",
    description="Put on file that the authority resolved, before it ended, that its successor considers the expression "
    "of interest: both times of the Localism Act 2011 s.84 then count anew from the reorganisation date (SI 2018/1128 "
    "reg 29; SI 2008/2113 reg 10A). Where it did not resolve so they run on.",
    signatories=one_of(Role.DECISION_MAKER, Role.CASE_OFFICER),
    from_states=LIVING,
    guards=(guards.authority_was_reorganised, guards.not_answered_before, *dates.OF_A_RESOLUTION),
    payload_model=payloads.ReorganisationResolution,
    effects=(effects.withdraw_word_that_there_is_none, effects.restart_if_replaced),
)
RECORD_NO_RESOLUTION = Action(
    name="record-no-reorganisation-resolution",
    description="Put on file, as the successor, that the authority did not resolve so before it ended. Until this or "
    "the resolution is on file both times of the Localism Act 2011 s.84 are unsettled from the reorganisation date on, "
    "and none is missed; then what was begun with the predecessor goes on (SI 2018/1128 reg 6(2), (3)). A resolution "
    "that is found later corrects it.",
    signatories=one_of(Role.DECISION_MAKER, Role.CASE_OFFICER),
    from_states=LIVING,
    guards=(guards.successor_has_the_case, guards.no_resolution_on_file, *dates.OF_NO_RESOLUTION),
    payload_model=payloads.NoReorganisationResolution,
)
ACTIONS = (CHOOSE_SUCCESSOR,)
ACTIONS_OF_A_CHALLENGE = (*ACTIONS, RECORD_RESOLUTION, RECORD_NO_RESOLUTION)
