"""The mutual as a legal person."""

from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.stages.incorporation.payloads import FinanceCommitment, LegalEntity
from tests.applications.workflow.ground import Ready, breaks, giving, on_snapshot, put, ready, without
from tests.applications.workflow.stages.transition_cases import COMMISSIONER, ENTITY, LEAD, TODAY, on

VERIFIED = ENTITY.model_copy(update={"verified": True})
FINANCE = FinanceCommitment.model_validate(
    {"needed": True, "neededPence": 25_000_000, "committedPence": 25_000_000, "committedOn": TODAY}
)
ready("record-legal-entity", Ready(on(Status.AWARDED), (LEAD,), ENTITY))
ready("record-finance-commitment", Ready(on(Status.AWARDED), (LEAD,), FINANCE))
ready("begin-transition", Ready(on(Status.AWARDED, VERIFIED, FINANCE), (LEAD, COMMISSIONER)))
breaks("record-legal-entity", "identifier-has-its-shape")(lambda attempt: giving(attempt, identifier="9506232"))
breaks("record-legal-entity", "verified-by-a-body")(lambda attempt: giving(attempt, verified=True))
breaks("record-finance-commitment", "commitment-is-dated")(lambda attempt: giving(attempt, committed_on=None))
breaks("begin-transition", "legal-entity-exists")(on_snapshot(without, LegalEntity))
breaks("begin-transition", "legal-entity-verified")(on_snapshot(put, ENTITY))
breaks("begin-transition", "finance-committed-or-not-needed")(
    on_snapshot(put, FINANCE.model_copy(update={"committed_pence": 24_999_999}))
)
