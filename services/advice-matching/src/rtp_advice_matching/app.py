"""The advice-matching service."""

from rtp_advice_matching import migrations
from rtp_advice_matching.base import Model
from rtp_advice_matching.directory.routes import advisers
from rtp_advice_matching.fairness.routes import fairness
from rtp_advice_matching.load import load_examples
from rtp_advice_matching.repairs.override_routes import overrides
from rtp_advice_matching.repairs.routes import repairs
from rtp_advice_matching.requests.handlers import HANDLERS
from rtp_advice_matching.requests.routes import support_requests
from rtp_advice_matching.rounds.routes import matching_rounds
from rtp_shared.service import Service

service = Service(
    name="advice-matching",
    title="Advice matching",
    description="Advisers and mentors, who of them fits a staff group and why, and the support agreed on.",
    routers=[advisers, support_requests, matching_rounds, repairs, overrides, fairness],
    metadata=Model.metadata,
    migrations=migrations,
    handlers=HANDLERS,
    load_examples=load_examples,
)
