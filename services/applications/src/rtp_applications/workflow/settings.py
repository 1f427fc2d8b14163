"""Numbers and tables of the law and of practice that may change: each with its source, and how sure we are of it."""

from collections.abc import Mapping
from datetime import date

from rtp_applications.workflow.definition import Setting
from rtp_applications.workflow.stages.award import NoticeKind
from rtp_applications.workflow.stages.contract import Regime, SelectionRoute
from rtp_applications.workflow.stages.transition import Cover
from rtp_applications.workflow.words import WITH_EXECUTIVES

FIRST = date(2026, 11, 23)


def _process(route: SelectionRoute) -> str:
    return f"{Regime.PROVIDER_SELECTION}:{route}"


LIGHT_TOUCH = f"{Regime.OPEN}:light-touch"
UNDER_THE_ACT = (Regime.OPEN, LIGHT_TOUCH, Regime.RESERVED)
WITH_INTENTION = tuple(
    _process(route) for route in (SelectionRoute.DIRECT_C, SelectionRoute.MOST_SUITABLE, SelectionRoute.COMPETITIVE)
)

CONTRACT: Mapping[str, Setting] = {
    "reserved-term-limit-months": Setting(
        60, "Procurement Act 2023 s.33: a maximum term of 5 years or less, extensions counted", "found", FIRST
    ),
    "tender-notices": Setting(
        {
            **dict.fromkeys(UNDER_THE_ACT, (NoticeKind.UK4,)),
            Regime.BELOW_THRESHOLD: (NoticeKind.UK4,),
            _process(SelectionRoute.COMPETITIVE): (NoticeKind.SELECTION_CONTRACT,),
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
            *(_process(route) for route in SelectionRoute if route is not SelectionRoute.COMPETITIVE),
        ),
        "SI 2023/1348 regs 7 to 10 award without a competition; grants, in-house arrangements and contracts below "
        "threshold are outside the duty to tender",
        "believed",
        FIRST,
    ),
    "standstill-mandatory": Setting(
        (Regime.OPEN, *WITH_INTENTION),
        "Procurement Act 2023 s.51(3): not for light-touch contracts, which reserved ones are; SI 2023/1348 reg 12(1)",
        "believed",
        FIRST,
    ),
}
SELECTION_12 = "Health Care Services (Provider Selection Regime) Regulations 2023 (SI 2023/1348) reg 12"
DETAILS = "Procurement Act 2023 s.53(1)"
TIMES: Mapping[str, Setting] = {
    "standstill": Setting({"number": 8, "unit": "working-days"}, "Procurement Act 2023 s.51(2)", "found", FIRST),
    "provider-selection-standstill": Setting({"number": 8, "unit": "working-days"}, SELECTION_12, "believed", FIRST),
    "further-decision-standstill": Setting({"number": 5, "unit": "working-days"}, SELECTION_12, "believed", FIRST),
    "contract-details-notice": Setting({"number": 30, "unit": "calendar-days"}, DETAILS, "believed", FIRST),
    "light-touch-contract-details-notice": Setting(
        {"number": 120, "unit": "calendar-days"}, f"{DETAILS}, of a light-touch contract", "believed", FIRST
    ),
    "first-checks-end": Setting(
        {"number": 180, "unit": "calendar-days"},
        "platform default, proposed 2026-11: quarters begin after the last of the first checks",
        "proposed",
        FIRST,
    ),
    "retender-alert": Setting(
        {"number": 18, "unit": "months"},
        "platform default, proposed 2026-11: how long before the contract ends",
        "proposed",
        FIRST,
    ),
}
"""Lengths that clocks of ours count, published with their sources; no body replaces them."""
STANDING: Mapping[str, Setting] = {
    "suspension-review-limit": Setting(
        {"number": 6, "unit": "months"},
        "platform default, proposed 2026-11: no case rests for longer without another look",
        "proposed",
        FIRST,
    ),
}
CHALLENGE: Mapping[str, Setting] = {
    "relevant-authorities": Setting(
        (*WITH_EXECUTIVES, "fire-authority"),
        "Localism Act 2011 s.81(2): county, district and London borough councils in England; SI 2012/1647 reg 3: fire "
        "and rescue authorities",
        "found",
        FIRST,
    ),
    "regimes": Setting(
        (Regime.OPEN, Regime.PROVIDER_SELECTION, Regime.BELOW_THRESHOLD),
        "Localism Act 2011 s.83 and its explanatory notes: acceptance leads to a procurement exercise anyone may win",
        "found",
        FIRST,
    ),
}
TRANSITION: Mapping[str, Setting] = {
    "liability-information-notice": Setting(
        {"number": 28, "unit": "calendar-days"}, "TUPE (SI 2006/246) reg 11(6); Acas", "found", FIRST
    ),
    "direct-consultation": Setting(
        {"employerBelow": 50, "transferBelow": 10},
        "TUPE reg 13A as it stands since 1 July 2024, where there are no representatives",
        "found",
        date(2024, 7, 1),
    ),
    "insurances-needed": Setting(
        (Cover.EMPLOYERS_LIABILITY, Cover.PUBLIC_LIABILITY),
        "Employers' Liability (Compulsory Insurance) Act 1969 for the first; contracts commonly ask for the second",
        "proposed",
        FIRST,
    ),
}
