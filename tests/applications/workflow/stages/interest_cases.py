"""Cases and payloads for the tests of interest, screening and review."""

from rtp_applications.workflow.common.payloads import Refusal
from rtp_applications.workflow.enums import Ground, Role, Status
from rtp_applications.workflow.stages.interest.payloads import ChallengeContent, InterestContent
from rtp_applications.workflow.stages.review.by_service import ChallengeModification, ChallengeRefusal
from rtp_applications.workflow.stages.review.payloads import Modification
from rtp_applications.workflow.stages.screening.payloads import InformationRequest
from tests.applications.workflow.ground import NOW, build_snapshot, get_deadline, person, put

TODAY = NOW.date()
LEAD, OFFICER, SECOND_OFFICER = (person(Role.APPLICANT_LEAD), person(Role.CASE_OFFICER), person(Role.CASE_OFFICER, 2))
DECIDER, SYSTEM = person(Role.DECISION_MAKER), person(Role.SYSTEM)
ASKED_FOR = InformationRequest.model_validate(
    {"items": [{"id": "finances-2025", "text": "Accounts", "statutoryItem": "finances"}]}
)
OFFERED = Modification(
    text="Without the night service",
    otherwiseRefusedFor="Nights cannot be staffed.",
    ground=Ground.UNLAWFUL,
    equalityNote="No impact.",
)
PARTNER = {"name": "Example Care CIC", "kind": "subcontractor", "finances": "Sound.", "capability": "Ten years of it."}
CONTENT = InterestContent.model_validate(
    {
        "finances": "Own funds and a loan that is offered.",
        "capability": "The staff who deliver it, and a manager appointed.",
        "service": "The day service at Example Street",
        "area": "The county",
        "outcomes": "More days open.",
        "socialValue": "Carers rest.",
        "economicValue": "Local jobs.",
        "environmentalValue": "Shorter ways.",
        "userNeeds": "They were asked.",
        "employeeEngagement": "Meetings each month.",
        "partners": [PARTNER],
    }
)
CHALLENGED = ChallengeContent.model_validate({**CONTENT.model_dump(by_alias=True), "forANamedPerson": False})
REFUSED = Refusal(
    ground=Ground.UNLAWFUL, reasons="It would break a duty.", publishedReasons="A duty.", equalityNote="No impact."
)
CHALLENGE_REFUSED = ChallengeRefusal.model_validate(REFUSED.model_dump(mode="json", by_alias=True, exclude_none=True))
CHALLENGE_OFFERED = ChallengeModification.model_validate(
    {**OFFERED.model_dump(mode="json", by_alias=True, exclude_none=True), "wellBeing": "Readers walk to every branch."}
)
"""As a challenge takes them."""
asked = put(build_snapshot(Status.INFORMATION_REQUESTED), ASKED_FOR)
offered = put(build_snapshot(Status.MODIFICATION_OFFERED), OFFERED)
reply_due = get_deadline(asked, "information-reply")
modification_due = get_deadline(offered, "modification-reply")
