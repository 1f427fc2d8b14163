"""Notice, consultation and insurances that a transfer needs."""

from collections.abc import Mapping
from datetime import date

from rtp_applications.workflow.common.dates import FIRST
from rtp_applications.workflow.definition import Setting
from rtp_applications.workflow.stages.transition.payloads import Cover

SETTINGS: Mapping[str, Setting] = {
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
