"""The advice-matching service."""

from rtp_advice_matching import migrations
from rtp_advice_matching.base import Model
from rtp_advice_matching.directory.network_routes import adviser_networks
from rtp_advice_matching.directory.reminders import run_reminders
from rtp_advice_matching.directory.routes import advisers
from rtp_advice_matching.load import load_examples, load_reference_data
from rtp_advice_matching.open_referral.import_routes import open_referral_imports
from rtp_advice_matching.open_referral.routes import open_referral
from rtp_advice_matching.repairs.override_routes import overrides
from rtp_advice_matching.repairs.routes import repairs
from rtp_advice_matching.requests.handlers import HANDLERS
from rtp_advice_matching.requests.routes import support_requests
from rtp_advice_matching.resources.routes import resources
from rtp_advice_matching.rounds.routes import matching_rounds
from rtp_shared.service import Service

service = Service(
    name="advice-matching",
    title="Advice matching",
    description="Advisers and mentors, who of them fits a staff group and why, and the support agreed on.",
    routers=[
        advisers,
        adviser_networks,
        resources,
        open_referral,
        open_referral_imports,
        support_requests,
        matching_rounds,
        repairs,
        overrides,
    ],
    metadata=Model.metadata,
    migrations=migrations,
    handlers=HANDLERS,
    loops=[run_reminders],
    load_reference_data=load_reference_data,
    load_examples=load_examples,
)
