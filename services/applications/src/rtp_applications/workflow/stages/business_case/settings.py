"""Threshold of a ballot, where a body asks for one."""

from collections.abc import Mapping

from rtp_applications.workflow.common.dates import FIRST
from rtp_applications.workflow.definition import Setting

SETTINGS: Mapping[str, Setting] = {
    "ballot-threshold": Setting(
        None, "ballots of the staff are customary and not required by law; a body may ask for one", "proposed", FIRST
    ),
}
