"""Effects of promising anew and of taking a promise back: what the contract said of the former one no longer counts."""

from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.benefits.payloads import BenefitClause, BenefitPromise, BenefitWithdrawal


def forget_clause(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    return snapshot.without({(BenefitClause.KIND, step.payload.id), (BenefitWithdrawal.KIND, step.payload.id)})


def take_promise_back(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    benefit = step.payload.benefit
    return snapshot.without({(BenefitPromise.KIND, benefit), (BenefitClause.KIND, benefit)})
