"""Guards of going live: rows 18, 19 and 30 of the process. Those of the transfer of staff: transfer_guards.py."""

from dataclasses import replace
from datetime import date

from rtp_applications.workflow.common.guards import deciders_are_independent
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.stages.monitoring.measures import Baseline
from rtp_applications.workflow.stages.transition.payloads import (
    DataTransferAgreement,
    GoLiveDate,
    Insurance,
    LeasesAndServices,
    PensionVehicle,
    PensionWaiver,
    Regulator,
    RegulatorRegistration,
    WorkforceSnapshot,
)
from rtp_shared.problems import FieldError


@guard()
def go_live_date_set(step: Step) -> str | None:
    """The day of going live is set."""
    return None if step.snapshot.find(GoLiveDate) else "set the go-live date"


@guard()
def workforce_snapshot_taken(step: Step) -> str | None:
    """Those who would transfer were counted."""
    return (
        None
        if any(True for _ in step.snapshot.list_payloads(WorkforceSnapshot))
        else "take a snapshot of the workforce"
    )


@guard()
def pension_signed_or_waived(step: Step) -> str | None:
    """Every pension vehicle is signed, or somebody who answers for it waived the signature by name."""
    vehicles = [each for each, _ in step.snapshot.list_payloads(PensionVehicle)]
    waived = {each.vehicle for each, _ in step.snapshot.list_payloads(PensionWaiver)}
    unsigned = [each.vehicle for each in vehicles if each.signed_on is None and each.vehicle not in waived]
    if not vehicles:
        return "say how the pensions go on"
    return f"not signed and not waived: {', '.join(unsigned)}" if unsigned else None


@guard()
def leases_and_services_agreed(step: Step) -> str | None:
    """Leases and service level agreements are signed, or none is needed."""
    found = step.snapshot.find(LeasesAndServices)
    if found is None:
        return "say which premises and services the mutual needs"
    if found.premises_needed and found.leases_signed_on is None:
        return "the leases are not signed"
    return "the services are not agreed" if found.services_needed and found.services_agreed_on is None else None


@guard()
def insured_on_go_live(step: Step) -> str | None:
    """The insurances that are needed cover the day of going live (Employers' Liability Act 1969 for the first)."""
    covers = {each.cover: each for each, _ in step.snapshot.list_payloads(Insurance)}
    day = find_go_live_or_today(step)
    missing = [
        cover
        for cover in step.process.get_setting(step.snapshot, "insurances-needed")
        if cover not in covers or not covers[cover].valid_from <= day <= covers[cover].valid_to
    ]
    return f"not insured on {day}: {', '.join(missing)}" if missing else None


def find_go_live_or_today(step: Step) -> date:
    go_live = step.snapshot.find(GoLiveDate)
    return go_live.on if go_live else step.today


@guard()
def registered_where_regulated(step: Step) -> str | None:
    """The mutual is registered with every regulator of the service, or is regulated by none."""
    found = [each for each, _ in step.snapshot.list_payloads(RegulatorRegistration)]
    if not found:
        return "say which regulator the service has, or that it has none"
    waiting = [each.regulator for each in found if each.regulator is not Regulator.NONE and not each.registered_on]
    return f"not registered: {', '.join(waiting)}" if waiting else None


@guard()
def data_transfer_agreed(step: Step) -> str | None:
    """An agreement on the transfer of personal data is signed."""
    return None if step.snapshot.find(DataTransferAgreement) else "sign a data transfer agreement"


@guard()
def baseline_recorded(step: Step) -> str | None:
    """The outcomes were measured before the launch: afterwards there is nothing to compare them with."""
    return None if step.snapshot.find(Baseline) else "record the baseline first"


@guard()
def go_live_day_has_come(step: Step) -> str | None:
    """The go-live date has come."""
    go_live = step.snapshot.find(GoLiveDate)
    if go_live is None or go_live.on <= step.today:
        return None
    return f"the go-live date is {go_live.on}"


@guard()
def decision_maker_is_independent(step: Step) -> str | FieldError | None:
    """Who decides for the body neither applied, advised or would fund nor has a conflict; the board is the mutual's."""
    deciding = tuple(each for each in step.signed if each.role is Role.DECISION_MAKER)
    return deciders_are_independent.check(replace(step, signed=deciding))
