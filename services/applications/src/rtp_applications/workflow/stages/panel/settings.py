"""Quorum of the panel, the notices before its decision, and who decides for a body that does not say so."""

from collections.abc import Mapping

from rtp_applications.workflow.common.constitutions import BY_KIND
from rtp_applications.workflow.common.dates import FIRST, THIRD
from rtp_applications.workflow.definition import Setting

NOTICE = "SI 2012/2089: Local Authorities (Executive Arrangements) (Meetings and Access to Information) (England)"
CONSTITUTIONS = {
    "constitutions-by-kind": Setting(
        {kind: each.to_json() for kind, each in BY_KIND.items()},
        "where the body set no `constitution` of its own: most councils have a leader and cabinet (Local Government "
        "Act 2000 s.9B), and one with committees says so; the board of a trust, of an integrated care board and a fire "
        "authority decide as a whole; a combined authority gives notice of key decisions (SI 2017/68 art 11)",
        "believed",
        THIRD,
    ),
}
"""Published with every process in which a body decides."""
SETTINGS: Mapping[str, Setting] = {
    "quorum-percent": Setting(
        50, "platform default, proposed 2026-11: half of the members; the body's own procedure", "proposed", FIRST
    ),
    "key-decision-notice": Setting({"number": 28, "unit": "clear-days"}, NOTICE, "found", FIRST),
    "agenda-notice": Setting({"number": 5, "unit": "clear-days"}, NOTICE, "found", FIRST),
    **CONSTITUTIONS,
}
