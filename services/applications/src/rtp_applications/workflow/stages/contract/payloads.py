"""Payloads of the contract route: the regime, the terms and the start of the procurement."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from rtp_applications.workflow.bounds import Dated, DatedByDocument
from rtp_applications.workflow.common.days import Decided
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Day, Line, Pence, Prose, Whole


class Regime(StrEnum):
    """The law by which the contract is awarded."""

    RESERVED = "procurement-act-reserved"
    OPEN = "procurement-act-open"
    PROVIDER_SELECTION = "provider-selection-regime"
    BELOW_THRESHOLD = "below-threshold"
    IN_HOUSE = "in-house-exempt"
    GRANT = "grant"


class SelectionRoute(StrEnum):
    """The processes of the Provider Selection Regime: SI 2023/1348 regs 7 to 11."""

    DIRECT_A = "direct-award-a"
    DIRECT_B = "direct-award-b"
    DIRECT_C = "direct-award-c"
    MOST_SUITABLE = "most-suitable-provider"
    COMPETITIVE = "competitive"


class RegimeDetermination(DatedByDocument):
    """The commissioner's determination of the regime, on which every later step of the award rests."""

    KIND: ClassVar[str] = "regime-determination"

    regime: Regime
    selection_route: SelectionRoute | None = Field(
        default=None, description="Under the Provider Selection Regime, and only there: by which of its processes"
    )
    relevant_health_care_service: bool = Field(
        strict=True, description="Whether it is a relevant health care service (SI 2023/1348, Schedule 1)"
    )
    light_touch: bool = Field(
        default=False, strict=True, description="Whether it is a light-touch contract; a reserved one always is"
    )
    stays_under_public_control: bool = Field(
        default=False, strict=True, description="Whether the provider stays under the authority's control"
    )
    legal_basis: Prose = Field(description="The provisions relied on, and why they apply")
    determined_on: Day

    @property
    def track(self) -> str:
        """Return the regime with all else that decides which notices and which standstill it needs."""
        if self.selection_route:
            return f"{self.regime}:{self.selection_route}"
        light = self.regime is Regime.OPEN and self.light_touch
        return f"{self.regime}:light-touch" if light else self.regime


Months = Annotated[Whole, Field(ge=0, le=600)]


class ContractTerms(Payload):
    """What the contract is worth and how long it may last."""

    KIND: ClassVar[str] = "contract-terms"

    net_pence: Pence = Field(description="Value over the whole term without extensions, net of VAT, in pence")
    gross_pence: Pence = Field(description="The same with VAT, in pence")
    term_months: Annotated[Whole, Field(ge=1, le=600)]
    extension_months: Months = Field(default=0, description="All extensions that the contract allows, together")
    starts_on: Day | None = None
    break_after_months: Months | None = Field(default=None, description="When it may first be ended early")
    indexation: Line | None = None
    volume_risk: Line | None = Field(default=None, description="Who bears the risk that demand changes")


class PlainProcurementStart(Dated):
    """That the procurement begins, and that the applicants know that they must bid like anybody."""

    KIND: ClassVar[str] = "procurement-start"

    applicants_told_on: Day | None = Field(default=None, description="When the applicants were told to bid")
    reference: Line | None = Field(default=None, description="Reference of the letter")


class ProcurementStart(PlainProcurementStart, Decided):
    """That the procurement begins, and how it may serve the area's well-being."""

    well_being: Prose | None = Field(
        default=None,
        description="How the procurement might promote or improve the social, economic or environmental well-being of "
        "the authority's area (Localism Act 2011 s.83(9))",
    )
