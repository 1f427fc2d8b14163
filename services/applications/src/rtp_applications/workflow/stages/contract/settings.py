"""Limits of the contract that the law sets."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import FIRST
from rtp_applications.workflow.definition import Setting
from rtp_applications.workflow.stages.contract.payloads import Regime

SETTINGS: Mapping[str, Setting] = {
    "reserved-term-limit-months": Setting(
        60, "Procurement Act 2023 s.33: a maximum term of 5 years or less, extensions counted", "found", FIRST
    ),
}
CHALLENGE_SETTINGS: Mapping[str, Setting] = {
    "regimes": Setting(
        (Regime.OPEN, Regime.PROVIDER_SELECTION, Regime.BELOW_THRESHOLD),
        "Localism Act 2011 s.83 and its explanatory notes: acceptance leads to a procurement exercise anyone may win",
        "found",
        FIRST,
    ),
}
