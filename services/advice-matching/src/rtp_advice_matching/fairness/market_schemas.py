"""Request and response bodies of the fairness of the market, and of its bounds."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from rtp_advice_matching.fairness.bound_rules import FairnessMeasure
from rtp_advice_matching.fairness.schemas import LoadView
from rtp_shared.schemas import Input, Output, Whole

Percent = Annotated[Whole, Field(ge=0, le=100)]
Weeks = Annotated[Whole, Field(ge=0, le=520)]
Pairs = Annotated[Whole, Field(ge=0, le=1_000_000)]


class KindLoadView(LoadView):
    """How the load is spread over the advisers of one kind, or over all. A load is a share of places, in per cent."""

    kind: str | None = Field(description="adviser, mentor or ambassador; null for all of them")


class GroupTimesView(Output):
    """How long the requests of a group took, in whole weeks; null where they are too few to be said."""

    by: str = Field(description="`everybody`, or what the group has in common: `sector`, `region` or `employer-kind`")
    group: str | None = Field(
        description="Which sector, region (ONS code) or kind of employing body; null for everybody, for no region of "
        "England, and for employers whose kind was not told yet when the request was opened"
    )
    requests: int | None = Field(description="How many, rounded down to fives")
    median: int | None
    ninetieth: int | None = Field(description="The ninetieth percentile")


class PassedView(Output):
    """A bound that is passed."""

    measure: FairnessMeasure
    by: str = Field(description="`everybody`, `kind` (of adviser), `sector`, `region` or `employer-kind`")
    group: str | None
    value: int = Field(description="What was measured when it was passed")
    bound: int
    since: datetime


class MarketFairnessView(Output):
    """How fair the market is as it stands."""

    measured_at: datetime
    load: list[KindLoadView]
    waiting: list[GroupTimesView] = Field(description="Of requests without an agreement, since they were opened")
    agreements: list[GroupTimesView] = Field(description="Of agreements of the last 365 days, from the opening on")
    first_choices: int | None = Field(
        description="Per cent of these agreements that are on somebody whom nobody of those proposed fits better than; "
        "null of fewer than five"
    )
    justified_envy: int = Field(
        description="Pairs of a request and a full adviser who fits it better than whom it has, and who gave a place "
        "to one of a lower priority while it waited"
    )
    passed: list[PassedView] = Field(description="Bounds of your organisation that were passed when last checked")


class BoundsSetting(Input):
    """All bounds at once; null for none. Each is named, so that none is taken away by leaving it out."""

    load_gini: Percent | None = Field(description="At most, in per cent, of each kind of adviser and of all")
    waiting_ninetieth: Weeks | None = Field(
        description="At most, in weeks: the ninetieth percentile of the waiting time of everybody and of each group"
    )
    agreement_ninetieth: Weeks | None = Field(description="At most, in weeks: the same of the time to the agreement")
    first_choices: Percent | None = Field(description="At least, in per cent")
    justified_envy: Pairs | None = Field(description="At most, in pairs")

    def read(self) -> dict[FairnessMeasure, int | None]:
        return {measure: getattr(self, measure.replace("-", "_")) for measure in FairnessMeasure}


class BoundsValues(Output):
    """The bounds; null for none."""

    load_gini: int | None = None
    waiting_ninetieth: int | None = None
    agreement_ninetieth: int | None = None
    first_choices: int | None = None
    justified_envy: int | None = None


class BoundsVersion(Output):
    """The bounds as they were set once."""

    version: int = Field(description="Grows by one with every setting; the ETag. 0 while there was none")
    bounds: BoundsValues
    set_by: str | None = Field(description="Reference of the person who set them")
    set_client: str | None = Field(description="The client that vouched for the person")
    set_at: datetime | None


class BoundsView(BoundsVersion):
    """The bounds of fairness of your organisation."""

    earlier: list[BoundsVersion] = Field(description="The versions before, newest first; at most twenty")
    passed: list[PassedView] = Field(description="Those that were passed when they were checked last")
    checked_at: datetime | None = Field(description="Of when the figures were that they were held against last")
