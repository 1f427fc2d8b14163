"""Statuses and times of subsidy control."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import THIRD
from rtp_applications.workflow.definition import Setting
from rtp_applications.workflow.enums import PREPARING, Status

SINCE_THE_MANDATE = PREPARING | {
    Status.APPROVED, Status.CONTRACT_ROUTE, Status.TENDER_LIVE, Status.STANDSTILL, Status.LAUNCHED,
}  # fmt: skip
DATABASE, TAX = "subsidy-database-entry", "tax-subsidy-database-entry"
TIMES: Mapping[str, Setting] = {
    DATABASE: Setting({"number": 3, "unit": "months"}, "Subsidy Control Act 2022 s.33(3)(c)", "found", THIRD),
}
