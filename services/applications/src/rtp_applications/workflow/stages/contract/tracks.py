"""Tracks of an award: the regime with what else decides which notices and which standstill it needs."""

from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.contract.payloads import Regime, RegimeDetermination, SelectionRoute


def find_track(snapshot: CaseSnapshot) -> str | None:
    determination = snapshot.find(RegimeDetermination)
    return determination.track if determination else None


def name_selection_track(route: SelectionRoute) -> str:
    return f"{Regime.PROVIDER_SELECTION}:{route}"


LIGHT_TOUCH = f"{Regime.OPEN}:light-touch"
UNDER_THE_ACT = (Regime.OPEN, LIGHT_TOUCH, Regime.RESERVED)
WITH_INTENTION = tuple(
    name_selection_track(route)
    for route in (SelectionRoute.DIRECT_C, SelectionRoute.MOST_SUITABLE, SelectionRoute.COMPETITIVE)
)
