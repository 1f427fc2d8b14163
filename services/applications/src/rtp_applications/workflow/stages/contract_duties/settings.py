"""Times and numbers of the duties around a contract."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import THIRD
from rtp_applications.workflow.definition import Setting

SELECTION = "Health Care Services (Provider Selection Regime) Regulations 2023 (SI 2023/1348)"
ACT = "Procurement Act 2023"
SETTINGS: Mapping[str, Setting] = {
    "modification-per-cent": Setting(25, f"{SELECTION} reg 13(2)(b)(ii)", "found", THIRD),
}
TIMES: Mapping[str, Setting] = {
    "provider-selection-award-notice": Setting(
        {"number": 30, "unit": "calendar-days"},
        f"{SELECTION} regs 7(2)(b), 8(2)(b), 9(11)(b), 10(15)(b), 11(17)(b)",
        "found",
        THIRD,
    ),
    "modification-notice": Setting(
        {"number": 30, "unit": "calendar-days"}, f"{SELECTION} regs 13(4), (5)(a), 14(4), (5)(a)", "found", THIRD
    ),
    "contract-copy": Setting({"number": 90, "unit": "calendar-days"}, f"{ACT} s.53(3)(b)", "found", THIRD),
    "light-touch-contract-copy": Setting(
        {"number": 180, "unit": "calendar-days"}, f"{ACT} s.53(3)(a), of a light-touch contract", "found", THIRD
    ),
    "performance-indicators-publication": Setting(
        {"number": 30, "unit": "calendar-days"},
        f"{ACT} s.52(3): must publish them. The Act gives no days; these are those of the contract details notice, "
        "which describes three of them (SI 2024/692 reg 32(2)(r)), proposed 2026-11",
        "proposed",
        THIRD,
    ),
    "below-threshold-details-notice": Setting(
        {"number": 30, "unit": "calendar-days"},
        f"{ACT} s.87(3): as soon as reasonably practicable. The Act gives no days; these are the platform's, proposed "
        "2026-11",
        "proposed",
        THIRD,
    ),
}
"""Lengths that clocks of ours count, published with their sources; no body replaces them."""
