"""The advice-matching service."""

from rtp_advice_matching import migrations
from rtp_advice_matching.base import Model
from rtp_advice_matching.directory.network_routes import adviser_networks
from rtp_advice_matching.directory.reminders import run_reminders
from rtp_advice_matching.directory.routes import advisers
from rtp_advice_matching.engagements.context import build_resources
from rtp_advice_matching.engagements.routes import acceptances, engagements
from rtp_advice_matching.engagements.scheduler import run_scheduler
from rtp_advice_matching.erasures.handlers import HANDLERS as OF_ERASURES
from rtp_advice_matching.erasures.routes import support_erasures
from rtp_advice_matching.fairness.market_routes import market_fairness
from rtp_advice_matching.fairness.routes import fairness
from rtp_advice_matching.fairness.scheduler import run_fairness_checks
from rtp_advice_matching.load import load_examples, load_reference_data
from rtp_advice_matching.open_referral.import_routes import open_referral_imports
from rtp_advice_matching.open_referral.routes import open_referral
from rtp_advice_matching.open_referral.scheduler import run_feed_reminders
from rtp_advice_matching.repairs.override_routes import overrides
from rtp_advice_matching.repairs.routes import repairs
from rtp_advice_matching.requests.routes import matching_rules, support_requests
from rtp_advice_matching.resources.routes import resources
from rtp_advice_matching.resources.scheduler import run_resource_reminders
from rtp_advice_matching.rounds.routes import matching_rounds
from rtp_advice_matching.sessions.routes import entitlements, follow_ups, sessions
from rtp_advice_matching.sessions.scheduler import run_feedback_scheduler, run_follow_up_scheduler
from rtp_advice_matching.settings import AdviceSettings
from rtp_advice_matching.subject_data.routes import subject_data
from rtp_advice_matching.support_plan.handlers import HANDLERS
from rtp_advice_matching.support_plan.routes import support_plans
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
        matching_rules,
        acceptances,
        entitlements,
        support_plans,
        engagements,
        sessions,
        follow_ups,
        matching_rounds,
        repairs,
        overrides,
        fairness,
        market_fairness,
        support_erasures,
        subject_data,
    ],
    metadata=Model.metadata,
    migrations=migrations,
    handlers={**HANDLERS, **OF_ERASURES},
    loops=[
        run_reminders,
        run_scheduler,
        run_feedback_scheduler,
        run_follow_up_scheduler,
        run_fairness_checks,
        run_resource_reminders,
        run_feed_reminders,
    ],
    load_reference_data=load_reference_data,
    load_examples=load_examples,
    settings=AdviceSettings,
    build_resources=build_resources,
)
