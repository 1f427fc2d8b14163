"""Quorum of the panel, and the notices that a council must give."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import FIRST
from rtp_applications.workflow.definition import Setting
from rtp_applications.workflow.enums import WITH_EXECUTIVES

NOTICE = "SI 2012/2089: Local Authorities (Executive Arrangements) (Meetings and Access to Information) (England)"
SETTINGS: Mapping[str, Setting] = {
    "quorum-percent": Setting(
        50, "platform default, proposed 2026-11: half of the members; the body's own procedure", "proposed", FIRST
    ),
    "key-decision-notice": Setting({"number": 28, "unit": "clear-days"}, NOTICE, "found", FIRST),
    "agenda-notice": Setting({"number": 5, "unit": "clear-days"}, NOTICE, "found", FIRST),
    "key-decision-bodies": Setting(
        WITH_EXECUTIVES,
        f"{NOTICE}; councils with executive arrangements: a council with committees has none to announce",
        "believed",
        FIRST,
    ),
}
