"""The panel: its notices, its votes and its decision."""

from rtp_applications.workflow.stages.panel import call_in, challenge
from rtp_applications.workflow.stages.panel.actions import ACTIONS, ask_for_record, keep_scrutiny_apart
from rtp_applications.workflow.stages.panel.clocks import CLOCKS
from rtp_applications.workflow.stages.panel.settings import SETTINGS
from rtp_applications.workflow.stages.panel.version_2 import VERSION_2
from rtp_applications.workflow.stages.panel.version_2_dates import VERSION_2_DATES

__all__ = [
    "ACTIONS",
    "CLOCKS",
    "SETTINGS",
    "VERSION_2",
    "VERSION_2_DATES",
    "ask_for_record",
    "call_in",
    "challenge",
    "keep_scrutiny_apart",
]
