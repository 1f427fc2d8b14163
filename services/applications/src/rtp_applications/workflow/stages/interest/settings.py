"""Authorities that must consider challenges."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import FIRST
from rtp_applications.workflow.definition import Setting
from rtp_applications.workflow.enums import WITH_EXECUTIVES

CHALLENGE_SETTINGS: Mapping[str, Setting] = {
    "relevant-authorities": Setting(
        (*WITH_EXECUTIVES, "fire-authority"),
        "Localism Act 2011 s.81(2): county, district and London borough councils in England; SI 2012/1647 reg 3: fire "
        "and rescue authorities",
        "found",
        FIRST,
    ),
}
