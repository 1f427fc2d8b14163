"""Settings of the processes of finance-directory."""

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
