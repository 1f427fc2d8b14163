"""The events between services: one module per publisher, every field documented, examples in `examples/`.

Fields are only added. A change of meaning is a new class with a new version beside the old one.
"""

from rtp_shared.contracts import advice_matching, applications, finance_directory, gateway
from rtp_shared.contracts.base import (
    ABOUT_NOTHING,
    CASES,
    FILTER_ATTRIBUTES,
    About,
    EventData,
    catalogue,
    read_subject_id,
)

__all__ = [
    "ABOUT_NOTHING",
    "CASES",
    "FILTER_ATTRIBUTES",
    "About",
    "EventData",
    "advice_matching",
    "applications",
    "catalogue",
    "finance_directory",
    "gateway",
    "read_subject_id",
]
