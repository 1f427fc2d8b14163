"""The finance-directory service."""

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory import migrations
from rtp_finance_directory.alerts.routes import saved_searches
from rtp_finance_directory.alerts.schedule import run_alerts
from rtp_finance_directory.base import Model
from rtp_finance_directory.circumstances import handlers as finance_handlers
from rtp_finance_directory.common_grants.routes import common_grants
from rtp_finance_directory.directory.handing_over_routes import handing_over
from rtp_finance_directory.directory.routes import products
from rtp_finance_directory.directory.schedule import run_schedule
from rtp_finance_directory.eligibility.routes import eligibility
from rtp_finance_directory.feeds.routes import closing_dates
from rtp_finance_directory.funders.funder_routes import funders
from rtp_finance_directory.funders.programme_routes import programmes
from rtp_finance_directory.funders.schedule import run_funders
from rtp_finance_directory.grants.export_routes import grant_exports
from rtp_finance_directory.grants.index.schedule import run_grant_index
from rtp_finance_directory.grants.routes import grant_givers, grant_statistics, grants
from rtp_finance_directory.load import load_reference_data
from rtp_finance_directory.moderation.routes import directory_keepers
from rtp_finance_directory.notices.awards.schedule import run_awards
from rtp_finance_directory.notices.cases import handlers as notice_handlers
from rtp_finance_directory.notices.cases.routes import case_notices
from rtp_finance_directory.notices.cases.schedule import run_watch
from rtp_finance_directory.notices.routes import contract_endings, notices
from rtp_finance_directory.open_referral.routes import finance_services
from rtp_finance_directory.plans.routes import comparisons, plans
from rtp_finance_directory.resources import build_caches
from rtp_finance_directory.search.routes import product_search
from rtp_finance_directory.settings import FinanceSettings
from rtp_finance_directory.shortlists import handlers
from rtp_finance_directory.shortlists.routes import shortlists
from rtp_finance_directory.subject_data.routes import subject_data
from rtp_finance_directory.timing import handlers as timing_handlers
from rtp_shared.consumer import Handler, HandlerContext
from rtp_shared.contracts.applications import (
    AssistanceRecorded,
    CaseDisposed,
    CaseLapsed,
    CaseStopped,
    CaseSubmitted,
    CaseSuperseded,
    CaseTransferred,
    CaseWithdrawn,
    DeadlineApproaching,
    DeadlineMoved,
    FinanceFactsChanged,
    GoLiveDateSet,
    InterestCorrected,
    PartyChanged,
    RefusalBecameFinal,
)
from rtp_shared.service import Service


def hear_in_turn(*handlers: Handler) -> Handler:
    """Return a handler that has several rooms hear one event, in the transaction of the message."""

    async def handle(session: AsyncSession, context: HandlerContext) -> None:
        for each in handlers:
            await each(session, context)

    return handle


service = Service(
    name="finance-directory",
    title="Finance directory",
    description="Finance that public service mutuals have used or may use, and which of it fits a case, and why.",
    routers=[
        product_search,
        closing_dates,
        products,
        funders,
        handing_over,
        programmes,
        directory_keepers,
        saved_searches,
        common_grants,
        finance_services,
        shortlists,
        eligibility,
        plans,
        comparisons,
        grants,
        grant_statistics,
        grant_givers,
        grant_exports,
        notices,
        contract_endings,
        case_notices,
        subject_data,
    ],
    metadata=Model.metadata,
    migrations=migrations,
    handlers={
        CaseSubmitted.TYPE: hear_in_turn(handlers.handle_case_submitted, notice_handlers.handle_case_submitted),
        CaseWithdrawn.TYPE: hear_in_turn(handlers.handle_case_withdrawn, notice_handlers.handle_case_ended),
        PartyChanged.TYPE: hear_in_turn(
            handlers.handle_readers_changed,
            notice_handlers.handle_case_changed,
            timing_handlers.handle_readers_changed,
            finance_handlers.handle_readers_changed,
        ),
        CaseTransferred.TYPE: hear_in_turn(
            finance_handlers.handle_readers_changed,
            handlers.handle_facts_changed,
            notice_handlers.handle_case_changed,
            timing_handlers.handle_readers_changed,
        ),
        InterestCorrected.TYPE: hear_in_turn(handlers.handle_facts_changed, notice_handlers.handle_case_changed),
        GoLiveDateSet.TYPE: hear_in_turn(timing_handlers.handle_go_live_date_set, handlers.handle_facts_changed),
        FinanceFactsChanged.TYPE: hear_in_turn(
            finance_handlers.handle_finance_facts_changed, handlers.handle_facts_changed
        ),
        AssistanceRecorded.TYPE: hear_in_turn(
            finance_handlers.handle_assistance_recorded, handlers.handle_facts_changed
        ),
        DeadlineApproaching.TYPE: hear_in_turn(timing_handlers.handle_deadline, handlers.handle_facts_changed),
        DeadlineMoved.TYPE: hear_in_turn(timing_handlers.handle_deadline, handlers.handle_facts_changed),
        CaseDisposed.TYPE: hear_in_turn(
            handlers.handle_case_disposed,
            notice_handlers.handle_case_disposed,
            timing_handlers.handle_case_disposed,
            finance_handlers.handle_case_disposed,
        ),
        CaseLapsed.TYPE: notice_handlers.handle_case_ended,
        CaseStopped.TYPE: notice_handlers.handle_case_ended,
        CaseSuperseded.TYPE: notice_handlers.handle_case_ended,
        RefusalBecameFinal.TYPE: notice_handlers.handle_case_ended,
    },
    loops=[run_schedule, run_funders, run_alerts, run_watch, run_awards, run_grant_index],
    settings=FinanceSettings,
    load_reference_data=load_reference_data,
    build_resources=build_caches,
)
