"""The filters of the directory, as query parameters: one for every facet that a profile shows."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Query

from rtp_advice_matching.directory.facets import AccessNeed, AdviserKind, ChargeBasis
from rtp_shared.contracts.vocabulary import LegalForm, Sector, Stage, SupportTopic
from rtp_shared.schemas import Day, Storable

_LANGUAGE = r"^[A-Za-z0-9]{2,8}(-[A-Za-z0-9]{1,8})*$"


@dataclass(frozen=True, slots=True)
class AdviserFilters:
    """What is asked of the profiles of a list; all that is named must hold."""

    q: Annotated[
        str | None,
        Query(max_length=200, description="Words that stand in the name, the network's name or the description"),
        Storable,
    ] = None
    kind: AdviserKind | None = None
    network_id: Annotated[UUID | None, Query(alias="networkId", description="Of this network")] = None
    is_example: Annotated[bool | None, Query(alias="isExample", description="Made up, or real")] = None
    active: Annotated[bool, Query(description="Who take part now, or pause")] = True
    sector: Annotated[Sector | None, Query(description="Who serve this sector, or any")] = None
    region: Annotated[str | None, Query(max_length=9, description="ONS code: who meet there, or online"), Storable] = (
        None
    )
    in_person: Annotated[bool | None, Query(alias="inPerson", description="Who meet groups in person, or not")] = None
    remote: Annotated[bool | None, Query(description="Who meet groups online, or not")] = None
    topic: SupportTopic | None = None
    stage: Annotated[Stage | None, Query(description="Who advise at this stage, or any")] = None
    legal_form: Annotated[
        LegalForm | None, Query(alias="legalForm", description="Who know this legal form, or any")
    ] = None
    headcount: Annotated[
        int | None, Query(ge=1, le=100_000, description="Who help spin-outs of so many people, or any")
    ] = None
    language: Annotated[
        str | None,
        Query(max_length=35, pattern=_LANGUAGE, description="Language tag: `cy` finds cy-GB too"),
        Storable,
    ] = None
    access_need: Annotated[
        list[AccessNeed] | None,
        Query(alias="accessNeed", max_length=9, description="May be repeated: who can meet all of them"),
    ] = None
    capacity_at_least: Annotated[
        int | None, Query(alias="capacityAtLeast", ge=1, le=100, description="Who help so many groups at a time")
    ] = None
    has_capacity: Annotated[bool | None, Query(alias="hasCapacity", description="Who have a free place, or none")] = (
        None
    )
    hours_at_least: Annotated[
        int | None, Query(alias="hoursAtLeast", ge=1, le=400, description="Who usually have so many hours a month")
    ] = None
    available_on: Annotated[
        Day | None, Query(alias="availableOn", description="Who have hours on this day by their calendar")
    ] = None
    charge_basis: Annotated[ChargeBasis | None, Query(alias="chargeBasis")] = None
    day_rate_at_most: Annotated[
        int | None, Query(alias="dayRateAtMost", ge=0, le=10_000_00, description="Pence a day, without VAT")
    ] = None
    stale_since: Annotated[
        Day | None, Query(alias="staleSince", description="Whom nobody has verified on this day or later")
    ] = None
