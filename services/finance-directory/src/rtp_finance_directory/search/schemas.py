"""Response bodies of the search."""

from datetime import date
from uuid import UUID

from pydantic import Field

from rtp_finance_directory.directory.schemas import ProductLine
from rtp_finance_directory.notice import NOTICE
from rtp_shared.paging import Page
from rtp_shared.schemas import Output


class PieceView(Output):
    """A piece of a text."""

    text: str
    found: bool = Field(description="Whether it is one of the words that were looked for: show it with a mark of yours")


class HighlightView(Output):
    """A text that holds words that were looked for. Plain text, never markup: escape it as any text."""

    field: str = Field(description="name, provider or conditions")
    pieces: list[PieceView] = Field(description="The text, or parts of a long one, in pieces; in their order")


class FoundProduct(ProductLine):
    """A finance product that a search found."""

    closes_on: date | None = Field(
        description="The last day of the window that is open, or of the next one; null where it is not known"
    )
    highlights: list[HighlightView] = Field(description="Where the words of `q` were found; empty without `q`")


class FunderCount(Output):
    """How many products would be found of a funder."""

    id: UUID
    name: str | None = Field(description="Null where the funder is not published")
    count: int


class ProductFacets(Output):
    """By facet and value: how many products would be found with that value, the other parameters as they are."""

    total: int = Field(description="How many products the search finds")
    kind: dict[str, int]
    status: dict[str, int]
    sector: dict[str, int]
    legal_form: dict[str, int]
    purpose: dict[str, int]
    region: dict[str, int] = Field(description="By ONS code")
    funder: list[FunderCount] = Field(description="The hundred funders with the most products, the most first")


class FoundProductPage(Page[FoundProduct]):
    """One page of the products that a search found, with the notice."""

    illustrative: bool = Field(default=True, description="Always true: no row is an offer")
    notice: str = Field(default=NOTICE, description="What this is, and what it is not; show it with the products")
    facets: ProductFacets | None = Field(default=None, description="Where `facets` asked for them")
