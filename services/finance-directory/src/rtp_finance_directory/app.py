"""The finance-directory service."""

from rtp_finance_directory import migrations
from rtp_finance_directory.alerts.routes import saved_searches
from rtp_finance_directory.alerts.schedule import run_alerts
from rtp_finance_directory.base import Model
from rtp_finance_directory.common_grants.routes import common_grants
from rtp_finance_directory.directory.routes import products
from rtp_finance_directory.directory.schedule import run_schedule
from rtp_finance_directory.eligibility.queries import CatalogueCache
from rtp_finance_directory.eligibility.routes import eligibility
from rtp_finance_directory.feeds.routes import closing_dates
from rtp_finance_directory.grants.export_routes import grant_exports
from rtp_finance_directory.grants.routes import grant_givers, grant_statistics, grants
from rtp_finance_directory.load import load_reference_data
from rtp_finance_directory.plans.routes import comparisons, plans
from rtp_finance_directory.search.routes import product_search
from rtp_finance_directory.settings import FinanceSettings
from rtp_finance_directory.shortlists import handlers
from rtp_finance_directory.shortlists.routes import shortlists
from rtp_shared.contracts.applications import (
    CaseSubmitted,
    CaseTransferred,
    CaseWithdrawn,
    InterestCorrected,
    PartyChanged,
)
from rtp_shared.service import Service

service = Service(
    name="finance-directory",
    title="Finance directory",
    description="Finance that public service mutuals have used or may use, and which of it fits a case, and why.",
    routers=[
        product_search,
        closing_dates,
        products,
        saved_searches,
        common_grants,
        shortlists,
        eligibility,
        plans,
        comparisons,
        grants,
        grant_statistics,
        grant_givers,
        grant_exports,
    ],
    metadata=Model.metadata,
    migrations=migrations,
    handlers={
        CaseSubmitted.TYPE: handlers.handle_case_submitted,
        CaseWithdrawn.TYPE: handlers.handle_case_withdrawn,
        PartyChanged.TYPE: handlers.handle_readers_changed,
        CaseTransferred.TYPE: handlers.handle_facts_changed,
        InterestCorrected.TYPE: handlers.handle_facts_changed,
    },
    loops=[run_schedule, run_alerts],
    settings=FinanceSettings,
    load_reference_data=load_reference_data,
    build_resources=lambda _: CatalogueCache(),
)
