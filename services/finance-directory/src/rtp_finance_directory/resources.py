"""What a process of this service keeps in memory."""

from dataclasses import dataclass, field

from rtp_finance_directory.eligibility.queries import CatalogueCache
from rtp_finance_directory.grants.index.memory import IndexMemory
from rtp_finance_directory.plans.bank_rate import BankRates, load_bank_rates
from rtp_finance_directory.settings import FinanceSettings


@dataclass(frozen=True)
class FinanceCaches:
    """What was read or answered before, and is the same until something changes."""

    catalogue: CatalogueCache = field(default_factory=CatalogueCache)
    grants: IndexMemory = field(default_factory=IndexMemory)
    bank_rates: BankRates = field(default_factory=lambda: load_bank_rates({}))


def build_caches(settings: FinanceSettings) -> FinanceCaches:
    """Return what a process begins with."""
    return FinanceCaches(bank_rates=load_bank_rates(settings.bank_rates))
