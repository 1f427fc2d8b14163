"""The facts of a procurement from which its regime follows. What is not given is not known."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from rtp_applications.procurement.rules.codes import CpvCode
from rtp_shared.schemas import Day, Input


class BuyerType(StrEnum):
    """The buyer, as far as the law tells kinds apart."""

    COUNCIL = "council"
    NHS_TRUST = "nhs-trust"
    FOUNDATION_TRUST = "nhs-foundation-trust"
    INTEGRATED_CARE_BOARD = "integrated-care-board"
    NHS_ENGLAND = "nhs-england"
    COMBINED_AUTHORITY = "combined-authority"
    FIRE_AUTHORITY = "fire-authority"
    OTHER_AUTHORITY = "other-contracting-authority"
    NO_AUTHORITY = "not-a-contracting-authority"


OF_THE_NHS = frozenset(
    {BuyerType.NHS_TRUST, BuyerType.FOUNDATION_TRUST, BuyerType.INTEGRATED_CARE_BOARD, BuyerType.NHS_ENGLAND}
)


class Instrument(StrEnum):
    """The form in which the service is paid for."""

    CONTRACT = "contract"
    FRAMEWORK = "framework"
    CONCESSION = "concession"
    GRANT = "grant-agreement"


class DirectAwardGround(StrEnum):
    """Grounds of awarding without a competition outside the Provider Selection Regime."""

    PROTOTYPE = "prototype"
    UNIQUE_ART = "unique-art"
    EXCLUSIVE_RIGHTS = "exclusive-rights"
    TECHNICAL_REASONS = "technical-reasons"
    ADDITIONAL = "additional-or-replacement"
    REPEAT = "repeat"
    COMMODITY = "commodity-market"
    INSOLVENCY = "insolvency"
    URGENCY = "extreme-urgency"
    USER_CHOICE = "user-choice"
    PROTECT_LIFE = "protect-life"
    SWITCHING = "no-suitable-tender"
    NEGOTIATED_2015 = "negotiated-without-publication-2015"
    NONE = "none"


class ControlledBy(StrEnum):
    """The persons who manage and control the provider."""

    EMPLOYEES = "employees"
    EMPLOYEES_AND_OTHERS = "employees-and-others"
    PUBLIC_AUTHORITY = "public-authority"
    OTHERS = "others"


class ProfitUse(StrEnum):
    """The use that the provider makes of profits."""

    NOT_FOR_PROFIT = "not-for-profit"
    MEMBERS_BY_PARTICIPATION = "members-by-participation"
    MEMBERS_OTHERWISE = "members-otherwise"
    OTHERS = "others"


CpvText = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}(-[0-9])?$")]
Amount = Annotated[int, Field(ge=0, le=10**13)]
Months = Annotated[int, Field(ge=0, le=600)]


class ProcurementFacts(Input):
    """The facts of a procurement. Every one may be left out: it is then not known, which is not the same as no."""

    model_config = ConfigDict(frozen=True)

    buyer: BuyerType | None = Field(
        default=None, description="Who buys. A council that is a fire authority buys as a council", examples=["council"]
    )
    central_government: bool | None = Field(
        default=None,
        description="Of another contracting authority: whether it is a central government one (SI 2024/692 Sch 2)",
    )
    cpv: list[CpvText] = Field(
        default=[],
        max_length=50,
        description="A CPV code of what is bought, eight digits with or without the check digit. May be repeated; "
        "those named are taken to be all",
        examples=[["85312100-0"]],
    )
    main_cpv: CpvText | None = Field(
        default=None,
        description="Of several codes, the one of the main subject-matter; a single code is the main one",
        examples=["85312100"],
    )
    commenced_on: Day | None = Field(
        default=None,
        description="The day on which the procurement commences: a tender or transparency notice is published, or "
        "somebody is first contacted to award without one (SI 2024/716 reg 5, SI 2025/1200 reg 3)",
        examples=["2026-03-02"],
    )
    instrument: Instrument | None = Field(
        default=None,
        description="A contract; a framework; a concession, in which the provider is paid by a right to exploit and "
        "bears real operating risk; or a grant agreement: money without an obligation to supply in return",
    )
    net_pence: Amount | None = Field(
        default=None, description="Value over the term without extensions, net of VAT, in pence: the least it can be"
    )
    gross_pence: Amount | None = Field(
        default=None, description="The same with VAT, in pence. Of a concession, all that the provider may receive"
    )
    extensions_pence: Amount | None = Field(
        default=None,
        description="What all options to extend, renew or add could cost, with VAT, in pence; 0 where there are none",
    )
    for_health_service: bool | None = Field(
        default=None,
        description="Whether it is health care for the purposes of the health service in England. What an NHS body "
        "buys is; of a council or combined authority it is asked",
    )
    schedule_extent_met: bool | None = Field(
        default=None,
        description="For codes that the Schedule lists only to an extent (85323000, 85312330, 85312500, 85149000): "
        "whether the services are of that extent",
    )
    health_care_pence: Amount | None = Field(
        default=None,
        description="Of a mixed procurement: lifetime value of its relevant health care services, in pence",
    )
    other_pence: Amount | None = Field(
        default=None, description="Of a mixed procurement: lifetime value of all else, in pence"
    )
    separable: bool | None = Field(
        default=None,
        description="Of a mixed procurement: whether all else could reasonably be supplied under a separate contract",
    )
    existing_provider: bool | None = Field(
        default=None, description="Whether the services have an existing provider (SI 2023/1348 reg 2(1))"
    )
    provider_holds_contract: bool | None = Field(
        default=None,
        description="Whether the provider itself has a contract with the authority for relevant health care services "
        "that has not ended",
    )
    provider_succeeds: bool | None = Field(
        default=None,
        description="Whether the provider succeeds into the position of one that has, by takeover, merger, "
        "acquisition or insolvency. A new body of staff who leave does not",
    )
    only_existing_capable: bool | None = Field(
        default=None, description="Whether, by their nature, only the existing provider can provide the services"
    )
    patient_choice: bool | None = Field(
        default=None, description="Whether patients are offered a choice of provider of these services"
    )
    open_to_every_provider: bool | None = Field(
        default=None,
        description="Whether the number of providers is not restricted, every one that meets the requirements is "
        "offered a contract, and any may express an interest",
    )
    replaces_expiring_contract: bool | None = Field(
        default=None, description="Whether a contract is due to expire and the new one replaces it at its end"
    )
    existing_provider_satisfies: bool | None = Field(
        default=None,
        description="Whether the authority holds that the existing provider satisfies the contract and likely will "
        "satisfy the proposed one",
    )
    different_in_character: bool | None = Field(
        default=None,
        description="Whether the proposed arrangement is materially different in character from the contract when that "
        "was entered into",
    )
    succession_only: bool | None = Field(
        default=None,
        description="Whether that is solely because another succeeded into the position of provider, and meets the "
        "basic selection criteria",
    )
    attributable_to_authority: bool | None = Field(
        default=None, description="Whether the changes of the services follow from a decision of the authority"
    )
    external_factors: bool | None = Field(
        default=None,
        description="Whether the change responds to factors beyond the control of authority and provider, such as "
        "volumes or a price formula of the contract",
    )
    former_lifetime_pence: Amount | None = Field(
        default=None, description="Lifetime value of the existing contract when it was entered into, in pence"
    )
    proposed_lifetime_pence: Amount | None = Field(
        default=None, description="Lifetime value of the proposed arrangement, in pence"
    )
    most_suitable_identifiable: bool | None = Field(
        default=None,
        description="Whether the authority is likely able to identify the most suitable provider without a competition",
    )
    urgent: bool | None = Field(
        default=None,
        description="Whether the award must be made urgently for a reason that was neither foreseeable nor "
        "attributable to the authority, and delay would likely put patients or the public at risk",
    )
    under_public_control: bool | None = Field(
        default=None,
        description="Whether the provider stays under the control of the authority, nobody else having a decisive "
        "influence on it",
    )
    mostly_for_authority: bool | None = Field(
        default=None, description="Whether more than 80 per cent of what the provider does is done for the authority"
    )
    private_shares: bool | None = Field(
        default=None, description="Whether anybody who is no public authority, such as an employee, holds shares in it"
    )
    direct_award_grounds: list[DirectAwardGround] | None = Field(
        default=None,
        max_length=20,
        description="A ground on which the authority would award directly; `none` where there is none. May be repeated",
    )
    term_months: Months | None = Field(default=None, description="Term of the contract without extensions, in months")
    extension_months: Months | None = Field(
        default=None, description="All extensions that it allows, together, in months; 0 where it allows none"
    )
    delivers_public_services: bool | None = Field(
        default=None, description="Whether the provider operates for the purpose of delivering public services"
    )
    mainly_reservable_services: bool | None = Field(
        default=None, description="Whether that purpose is mainly to deliver services that may be reserved"
    )
    controlled_by: ControlledBy | None = Field(
        default=None,
        description="Who manages and controls the provider. `employees`: they hold the majority of votes and choose "
        "those who manage; `employees-and-others`: they take part by its constitution, with others",
    )
    profit_use: ProfitUse | None = Field(
        default=None,
        description="What profit is for: not distributed; distributed only to members, as they take part or otherwise "
        "(such as by shares); or to others too",
    )
    comparable_contract_on: Day | None = Field(
        default=None,
        description="The latest day on which the provider entered into a contract reserved to it by the same authority "
        "for the same kind of services, under the same law",
    )
    no_comparable_contract: bool | None = Field(
        default=None, description="Whether it is certain that the provider never entered into such a contract"
    )
    award_on: Day | None = Field(default=None, description="The day on which the contract is to be awarded")

    @property
    def codes(self) -> tuple[CpvCode, ...]:
        """Return the codes, the main one in front where it is known."""
        main = self.main_code
        others = [code for code in map(CpvCode.parse, self.cpv) if code != main]
        return tuple(dict.fromkeys([main, *others] if main else others))

    @property
    def main_code(self) -> CpvCode | None:
        only = self.cpv[0] if len(set(self.cpv)) == 1 else None
        written = self.main_cpv or only
        return CpvCode.parse(written) if written else None

    def list_errors(self) -> Iterator[tuple[str, str]]:
        """Yield what is wrong with the facts, by the name of the fact."""
        for name, written in [("mainCpv", self.main_cpv), *(("cpv", each) for each in self.cpv)]:
            try:
                CpvCode.parse(written or "98000000")
            except ValueError as error:
                yield name, f"{written} {error}"
        if self.gross_pence is not None and self.net_pence is not None and self.gross_pence < self.net_pence:
            yield "grossPence", "is below netPence"
        if self.central_government is not None and self.buyer not in (None, BuyerType.OTHER_AUTHORITY):
            yield "centralGovernment", "is said by the kind of buyer"
        yield from self._list_contradictions()

    def _list_contradictions(self) -> Iterator[tuple[str, str]]:
        if self.for_health_service is False and self.buyer in OF_THE_NHS:
            yield "forHealthService", "is false, and the health service is what this buyer buys health care for"
        grounds = self.direct_award_grounds or ()
        if DirectAwardGround.NONE in grounds and len(set(grounds)) > 1:
            yield "directAwardGrounds", "names a ground, and says that there is none"
        if self.existing_provider is False and self.provider_holds_contract:
            yield "existingProvider", "is false though the provider holds a contract"
        if self.comparable_contract_on is not None and self.no_comparable_contract:
            yield "noComparableContract", "is true though comparableContractOn names one"
        if self.comparable_contract_on and self.award_on and self.comparable_contract_on > self.award_on:
            yield "comparableContractOn", "is after awardOn"
