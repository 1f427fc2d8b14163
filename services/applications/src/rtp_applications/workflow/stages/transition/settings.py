"""Notice, consultation and insurances that a transfer needs."""

from collections.abc import Mapping
from datetime import date

from rtp_applications.workflow.common.dates import FIRST, THIRD
from rtp_applications.workflow.definition import Setting
from rtp_applications.workflow.stages.transition.payloads import Cover

SETTINGS: Mapping[str, Setting] = {
    "liability-information-notice": Setting(
        {"number": 28, "unit": "calendar-days"},
        "TUPE (SI 2006/246) reg 11(6), as amended by SI 2014/16 reg 10 for transfers from 1 May 2014",
        "found",
        FIRST,
    ),
    "direct-consultation": Setting(
        {"employerBelow": 50, "transferBelow": 10},
        "TUPE (SI 2006/246) reg 13A(1)(a), inserted by SI 2014/16 reg 11 and amended by SI 2023/1426 reg 9 for "
        "transfers from 1 July 2024 (reg 8)",
        "found",
        date(2024, 7, 1),
    ),
    "transfer-consultation": Setting(
        {"number": 21, "unit": "calendar-days"},
        "platform default, proposed 2026-11: TUPE reg 13(2) says long enough to consult, and no number; a body may set "
        "its own",
        "proposed",
        THIRD,
    ),
    "election-of-representatives": Setting(
        {"number": 14, "unit": "calendar-days"},
        "platform default, proposed 2026-11: TUPE reg 13(10), (11) leave employees long enough, a reasonable time, to "
        "elect representatives once they are invited, and no number",
        "proposed",
        THIRD,
    ),
    "information-after-election": Setting(
        {"number": 5, "unit": "working-days"},
        "platform default, proposed 2026-11: TUPE reg 13(10) says as soon as is reasonably practicable after the "
        "election, and no number",
        "proposed",
        THIRD,
    ),
    "insurances-needed": Setting(
        (Cover.EMPLOYERS_LIABILITY, Cover.PUBLIC_LIABILITY),
        "Employers' Liability (Compulsory Insurance) Act 1969 for the first; contracts commonly ask for the second",
        "proposed",
        FIRST,
    ),
}
