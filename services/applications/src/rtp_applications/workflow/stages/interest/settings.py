"""Authorities that must consider challenges."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import FIRST
from rtp_applications.workflow.definition import Setting
from rtp_applications.workflow.enums import WITH_EXECUTIVES

CHALLENGE_SETTINGS: Mapping[str, Setting] = {
    "relevant-authorities": Setting(
        (*WITH_EXECUTIVES, "fire-authority"),
        "Localism Act 2011 s.81(2)(a) to (c): county, district and London borough councils in England; SI 2012/1647 "
        "reg 3: in England a metropolitan county fire and rescue authority, and one for a combined area. Not the "
        "London Fire Commissioner, for the text names the authority that was abolished before it, nor a police, fire "
        "and crime commissioner, nor a combined authority that has such functions",
        "found",
        FIRST,
    ),
}
