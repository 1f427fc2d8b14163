"""Limits of the contract that the law sets."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import FIRST, THIRD
from rtp_applications.workflow.definition import Setting
from rtp_applications.workflow.stages.contract.payloads import Regime, SelectionRoute

SETTINGS: Mapping[str, Setting] = {
    "reserved-term-limit-months": Setting(
        60, "Procurement Act 2023 s.33: a maximum term of 5 years or less, extensions counted", "found", FIRST
    ),
}
CHALLENGE_SETTINGS: Mapping[str, Setting] = {
    "selection-routes": Setting(
        (SelectionRoute.DIRECT_B, SelectionRoute.MOST_SUITABLE, SelectionRoute.COMPETITIVE),
        "Localism Act 2011 s.83(2), (3): a procurement exercise; SI 2023/1348 reg 6(4)(b), (d): any provider may "
        "express an interest under Direct Award Process B, reg 10(2) to (6): potential providers are identified after "
        "a public notice; regs 6(3), (5), 9(3): A and C are for the existing provider",
        "found",
        THIRD,
    ),
    "regimes": Setting(
        (Regime.OPEN, Regime.PROVIDER_SELECTION, Regime.BELOW_THRESHOLD),
        "Localism Act 2011 s.83 and its explanatory notes: acceptance leads to a procurement exercise anyone may win",
        "found",
        FIRST,
    ),
}
