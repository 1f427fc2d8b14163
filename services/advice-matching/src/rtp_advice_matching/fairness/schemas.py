"""Response bodies of fairness."""

from pydantic import Field

from rtp_shared.schemas import Output


class LoadView(Output):
    """How the load is spread over the advisers of a round. A load is the share of places taken, in per cent."""

    advisers: int = Field(description="Those with any places")
    gini: int = Field(description="0 if all have the same load; the nearer to 100, the fewer have it all")
    median: int
    highest: int


class WaitView(Output):
    """How long the requests of one group had waited, in weeks; null where they are fewer than five."""

    by: str = Field(description="`sector`, `region` or `stage`")
    group: str | None = Field(description="Which sector, region (ONS code) or stage; null for no region of England")
    requests: int | None
    without: int | None = Field(description="Those of them who got nobody")
    median: int | None
    ninetieth: int | None = Field(description="The ninetieth percentile")


class FairnessView(Output):
    """How fair a round is."""

    requests: int = Field(description="Requests that take part still")
    placed: int
    first_choices: int = Field(description="Requests for whom nobody on their list fits better than whom they got")
    justified_envy: int = Field(
        description="Requests that would rather have an adviser who would rather have them too, or has a place: "
        "none in a round or a repair; pairs against the advice may make some"
    )
    load: LoadView
    waits: list[WaitView]
