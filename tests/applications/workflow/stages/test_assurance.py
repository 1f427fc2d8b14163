"""Assuring a business case."""

from dataclasses import replace

from rtp_applications.workflow.enums import DocumentKind, Role, Status, Strand
from rtp_applications.workflow.stages.assurance.payloads import AssuranceRating, CommissionerConsent
from rtp_applications.workflow.stages.business_case.payloads import BusinessCaseReturn, CompletenessCheck
from tests.applications.workflow import ground
from tests.applications.workflow.ground import COMMISSIONER, EMPLOYER, Ready, breaks, build_snapshot, on_snapshot, ready
from tests.applications.workflow.stages.decided_cases import OFFICER, submitted

ready("begin-assurance", Ready(submitted, (OFFICER,), CompletenessCheck()))
BACK = BusinessCaseReturn(reasons="The cash flow is of last year.")
ready("return-business-case", Ready(submitted, (OFFICER,), BACK))
ready(
    "rate-strand",
    Ready(
        build_snapshot(Status.ASSURANCE),
        (OFFICER,),
        AssuranceRating.model_validate({"strand": "legal", "rating": "green"}),
    ),
)
ready(
    "record-commissioner-consent",
    Ready(
        build_snapshot(Status.ASSURANCE, commissioner_id=COMMISSIONER),
        (ground.person(Role.COMMISSIONER),),
        CommissionerConsent(consents=True),
    ),
)
breaks("begin-assurance", "documents-complete")(on_snapshot(replace, documents={}))
breaks("begin-assurance", "documents-clean")(on_snapshot(ground.with_document, DocumentKind.OTHER, scan="infected"))
breaks("rate-strand", "strand-is-assured")(
    lambda attempt: replace(attempt, process=replace(attempt.process, strands=(Strand.DATA,)))
)
breaks("record-commissioner-consent", "commissioned-elsewhere")(ground.on_facts(commissioner_id=EMPLOYER))
breaks("return-business-case", "reasons-given")(ground.on_payload(reasons=""))
breaks("rate-strand", "deciders-are-independent")(ground.bar_last_signer)
