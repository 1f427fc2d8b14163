"""Notices and standstills that the law asks for, regime by regime, and how long they last."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import FIRST, THIRD
from rtp_applications.workflow.definition import Setting
from rtp_applications.workflow.stages.award.payloads import NoticeKind
from rtp_applications.workflow.stages.contract.payloads import Regime, SelectionRoute
from rtp_applications.workflow.stages.contract.tracks import UNDER_THE_ACT, WITH_INTENTION, name_selection_track

_OF_NOTICES: Mapping[str, Setting] = {
    "tender-notices": Setting(
        {
            **dict.fromkeys(UNDER_THE_ACT, (NoticeKind.UK4,)),
            Regime.BELOW_THRESHOLD: (NoticeKind.UK4,),
            name_selection_track(SelectionRoute.COMPETITIVE): (NoticeKind.SELECTION_CONTRACT,),
        },
        "Find a Tender, notice types (UK4 tender notice, also below threshold); SI 2023/1348 reg 11 for the "
        "competitive process",
        "found",
        FIRST,
    ),
    "standstill-notices": Setting(
        {
            **dict.fromkeys(UNDER_THE_ACT, (NoticeKind.UK6,)),
            **dict.fromkeys(WITH_INTENTION, (NoticeKind.SELECTION_INTENTION,)),
        },
        "Procurement Act 2023 s.51(2): the contract award notice; SI 2023/1348 reg 12(2): the notice of intention",
        "found",
        FIRST,
    ),
    "award-notices": Setting(
        {
            **dict.fromkeys(UNDER_THE_ACT, (NoticeKind.UK6,)),
            **dict.fromkeys(WITH_INTENTION, (NoticeKind.SELECTION_INTENTION,)),
        },
        "Procurement Act 2023 s.50(1); SI 2023/1348 regs 9 to 11",
        "found",
        FIRST,
    ),
    "no-tender-needed": Setting(
        (
            Regime.GRANT,
            Regime.IN_HOUSE,
            Regime.BELOW_THRESHOLD,
            *(name_selection_track(route) for route in SelectionRoute if route is not SelectionRoute.COMPETITIVE),
        ),
        "SI 2023/1348 regs 7 to 10 award without a competition; Procurement Act 2023 ss.1(1)(b), 3(2), (6) and 5(5): a "
        "grant, an exempted contract and one below threshold are no public contracts, which alone are covered",
        "found",
        FIRST,
    ),
    "standstill-mandatory": Setting(
        (Regime.OPEN, *WITH_INTENTION),
        "Procurement Act 2023 s.51(3)(f): not for light-touch contracts, which reserved ones are; SI 2023/1348 "
        "reg 12(1)",
        "found",
        FIRST,
    ),
}
SETTINGS: Mapping[str, Setting] = {
    **_OF_NOTICES,
    "least-performance-indicators": Setting(3, "Procurement Act 2023 s.52(1): at least three", "found", THIRD),
    "tender-periods": Setting(
        {"participation": 25, "electronicAndAtOnce": 25, "oneOfBoth": 30, "neither": 35, "shorter": 10},
        "Procurement Act 2023 s.54(3), (4): days at least, by whether tenders are submitted electronically and the "
        "documents come at once with the notice",
        "found",
        THIRD,
    ),
}
SELECTION = "Health Care Services (Provider Selection Regime) Regulations 2023 (SI 2023/1348)"
SELECTION_12 = f"{SELECTION} reg 12"
DETAILS = "Procurement Act 2023 s.53(1)"
TIMES: Mapping[str, Setting] = {
    "standstill": Setting({"number": 8, "unit": "working-days"}, "Procurement Act 2023 s.51(2)", "found", FIRST),
    "provider-selection-standstill": Setting(
        {"number": 8, "unit": "working-days"}, f"{SELECTION_12}(2), (3), (9), (12)", "found", FIRST
    ),
    "further-decision-standstill": Setting(
        {"number": 5, "unit": "working-days"}, f"{SELECTION_12}(10), (12)", "found", FIRST
    ),
    "contract-details-notice": Setting({"number": 30, "unit": "calendar-days"}, f"{DETAILS}(b)", "found", FIRST),
    "abandonment-notice": Setting(
        {"number": 30, "unit": "calendar-days"}, f"{SELECTION} reg 15(4), (5)", "found", THIRD
    ),
    "procurement-termination-notice": Setting(
        {"number": 10, "unit": "working-days"},
        "Procurement Act 2023 s.55(2): as soon as reasonably practicable. The Act gives no days; these are the "
        "platform's, proposed 2026-11",
        "proposed",
        THIRD,
    ),
    "light-touch-contract-details-notice": Setting(
        {"number": 120, "unit": "calendar-days"}, f"{DETAILS}(a), of a light-touch contract", "found", FIRST
    ),
}
"""Lengths that clocks of ours count, published with their sources; no body replaces them."""
