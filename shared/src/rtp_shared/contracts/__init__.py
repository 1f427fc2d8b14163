"""The events between services: one module per publisher, every field documented, examples in `examples/`.

Fields are only added. A change of meaning is a new class with a new version beside the old one.
"""

from rtp_shared.contracts import advice_matching, applications, finance_directory
from rtp_shared.contracts.base import EventData, catalogue

__all__ = ["EventData", "advice_matching", "applications", "catalogue", "finance_directory"]
