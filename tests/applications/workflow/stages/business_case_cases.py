"""Cases and payloads for the tests of business case."""

from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.business_case.documents import ONLY_WHERE, SET
from rtp_applications.workflow.stages.business_case.payloads import Consultation, EngagementEvidence, HelpDeclared
from tests.applications.workflow.ground import NOW, build_snapshot, person, put, with_document

TODAY = NOW.date()
LEAD, MEMBER, OFFICER = (person(role) for role in (Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER, Role.CASE_OFFICER))
DECIDER, STAFF_REP = person(Role.DECISION_MAKER), person(Role.STAFF_REP)
ALWAYS = [kind for kind in SET if kind not in ONLY_WHERE]
MET = EngagementEvidence.model_validate({"id": "meeting-1", "method": "meeting", "heldOn": TODAY})
CONSULTED = Consultation.model_validate({"id": "1", "heldOn": TODAY, "representatives": "The union"})
NO_HELP = HelpDeclared.model_validate({"belowMarket": []})
writing = build_snapshot(Status.BUSINESS_CASE)
written = put(put(put(writing, MET), CONSULTED), NO_HELP)


for kind in ALWAYS:
    written = with_document(written, kind)
