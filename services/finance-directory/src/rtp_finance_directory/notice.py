"""What every answer of the directory says besides: that nothing in it is an offer."""

from pydantic import Field

from rtp_shared.schemas import Output

NOTICE = (
    "Illustrative information for employees who think about running their service: not an offer, not a promotion and "
    "not advice on any product. Terms come from public sources of different ages. Ask the provider before you rely on "
    "them."
)


class Illustrative(Output):
    """Says with every answer what it is not."""

    illustrative: bool = Field(default=True, description="Always true: no row is an offer")
    notice: str = Field(default=NOTICE, description="What this is, and what it is not; show it with the products")
