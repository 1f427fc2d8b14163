"""Times of subsidy control."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import THIRD
from rtp_applications.workflow.definition import Setting

DATABASE, TAX = "subsidy-database-entry", "tax-subsidy-database-entry"
TIMES: Mapping[str, Setting] = {
    DATABASE: Setting({"number": 3, "unit": "months"}, "Subsidy Control Act 2022 s.33(3)(c)", "found", THIRD),
}
