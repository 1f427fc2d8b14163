"""What a process of this service keeps in memory."""

from dataclasses import dataclass, field

from rtp_finance_directory.eligibility.queries import CatalogueCache
from rtp_finance_directory.grants.index.memory import IndexMemory


@dataclass(frozen=True)
class FinanceCaches:
    """What was read or answered before, and is the same until something changes."""

    catalogue: CatalogueCache = field(default_factory=CatalogueCache)
    grants: IndexMemory = field(default_factory=IndexMemory)
