"""Settings of the processes of finance-directory."""

from datetime import date
from typing import Annotated

from pydantic import Field

from rtp_shared.settings import ProcessSettings


class FinanceSettings(ProcessSettings):
    closing_days: int = Field(
        default=14, ge=1, le=365, description="Days before its closing date that a product is told to close; proposed"
    )
    verification_days: int = Field(
        default=90, ge=1, le=3650, description="Days after which a product's keeper is asked to verify it; proposed"
    )
    saved_searches: int = Field(
        default=50, ge=0, le=1000, description="Searches that a client may save, at the most; proposed"
    )
    bank_rates: dict[date, Annotated[int, Field(ge=0, le=10_000)]] = Field(
        default={},
        description="Bank Rates that began to hold on a day, in hundredths of a percent, beside those of the file: "
        '{"2026-02-05": 350}',
    )
