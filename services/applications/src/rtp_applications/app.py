"""The applications service: what it is composed of."""

from collections.abc import Sequence
from dataclasses import dataclass

from rtp_applications import migrations
from rtp_applications.access_log.routes import personal_data_reads
from rtp_applications.access_log.scheduler import delete_old_reads_forever
from rtp_applications.base import Model
from rtp_applications.benefits.routes import benefits
from rtp_applications.bodies.routes import bodies
from rtp_applications.bundles.routes import bundle_keys, bundles
from rtp_applications.cases.action_routes import actions
from rtp_applications.cases.context import Projection
from rtp_applications.cases.history_routes import history
from rtp_applications.cases.routes import cases
from rtp_applications.complaints.routes import complaints
from rtp_applications.deadlines.routes import deadlines, of_a_case, worklist
from rtp_applications.deadlines.scheduler import run_scheduler
from rtp_applications.documents.maintenance import clean_up_forever, scan_forever
from rtp_applications.documents.routes import contents, documents
from rtp_applications.documents.service import DocumentService
from rtp_applications.erasures.routes import personal_erasures
from rtp_applications.exports.routes import case_changes, case_exports, export_dictionary
from rtp_applications.exports.writing import ExportSlots
from rtp_applications.five_cases.routes import five_cases
from rtp_applications.historic.routes import historic_cases
from rtp_applications.intake.routes import case_files, case_imports, case_references
from rtp_applications.intake.scheduler import import_forever
from rtp_applications.load import load_reference_data
from rtp_applications.open_data.pages import pages
from rtp_applications.open_data.routes import open_data
from rtp_applications.parties.handlers import HANDLERS as OF_PARTIES
from rtp_applications.parties.routes import parties
from rtp_applications.processes.routes import processes
from rtp_applications.procurement.awards.handlers import HANDLERS as OF_AWARDS
from rtp_applications.procurement.awards.of_cases import AwardRecords
from rtp_applications.procurement.awards.routes import awards
from rtp_applications.procurement.routes import procurement
from rtp_applications.records.routes import records
from rtp_applications.registers.barriers.routes import barriers, case_barriers
from rtp_applications.registers.decisions.commands import DecisionRegister
from rtp_applications.registers.decisions.routes import decisions
from rtp_applications.registers.recommendations.routes import recommendations
from rtp_applications.retention.routes import disposals, retention, schedule
from rtp_applications.retention.scheduler import dispose_forever
from rtp_applications.search.routes import search
from rtp_applications.settings import ApplicationsSettings
from rtp_applications.statistics.routes import statistics
from rtp_applications.statistics.scheduler import publish_forever
from rtp_applications.subject_access.routes import access_requests
from rtp_applications.subject_data.routes import subject_data
from rtp_applications.transparency.routes import receipts, transparency_log
from rtp_applications.transparency.scheduler import log_forever
from rtp_applications.value.routes import appraisals
from rtp_applications.workflow.processes import Processes
from rtp_shared.service import Service


@dataclass(frozen=True)
class Equipment:
    """The resources of a process besides its runtime's own: `Runtime.resources`."""

    documents: DocumentService
    processes: Processes
    projections: Sequence[Projection]
    export_slots: ExportSlots


def equip(settings: ApplicationsSettings) -> Equipment:
    """Build what a process of the service needs of its settings."""
    return Equipment(DocumentService.build(settings), Processes(), (DecisionRegister(), AwardRecords()), ExportSlots())


service = Service(
    name="applications",
    title="Applications",
    description="Cases of staff groups, from the first idea to launch, and the public bodies they concern.",
    routers=[
        case_changes,
        cases,
        search,
        actions,
        parties,
        records,
        benefits,
        five_cases,
        history,
        documents,
        contents,
        bundles,
        bundle_keys,
        historic_cases,
        case_files,
        case_imports,
        case_references,
        case_exports,
        export_dictionary,
        bodies,
        recommendations,
        case_barriers,
        barriers,
        decisions,
        deadlines,
        of_a_case,
        worklist,
        processes,
        awards,
        procurement,
        appraisals,
        statistics,
        open_data,
        pages,
        transparency_log,
        receipts,
        retention,
        disposals,
        schedule,
        personal_erasures,
        complaints,
        access_requests,
        personal_data_reads,
        subject_data,
    ],
    metadata=Model.metadata,
    migrations=migrations,
    handlers={**OF_PARTIES, **OF_AWARDS},
    loops=[
        run_scheduler,
        scan_forever,
        clean_up_forever,
        publish_forever,
        import_forever,
        log_forever,
        dispose_forever,
        delete_old_reads_forever,
    ],
    load_reference_data=load_reference_data,
    settings=ApplicationsSettings,
    build_resources=equip,
)
