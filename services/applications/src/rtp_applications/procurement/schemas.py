"""Response bodies of the regime of a procurement."""

from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import Field

from rtp_applications.procurement.rules.regime import AwardRoute, LegalRegime
from rtp_shared.schemas import Output


class Tristate(StrEnum):
    """Yes, no, or not known: a fact that is missing never silently means no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class RouteOpennessView(Output):
    """A way to award within a regime."""

    route: AwardRoute
    open: Tristate = Field(description="Whether it is open to the provider that the facts are about")
    open_to_new_mutual: Tristate = Field(
        description="Whether it would be open to a new body of staff who leave: it is no existing provider "
        "(SI 2023/1348 reg 2(1)) and no existing supplier, holds no contract, and is owned by its employees"
    )
    rules: list[str] = Field(description="The rules that say so, besides those of the regime")


class RegimeView(Output):
    """A law under which the contract may be awarded, or none."""

    regime: LegalRegime
    open: Tristate
    rules: list[str] = Field(description="The rules that say so: where it is closed, the one that closes it")
    routes: list[RouteOpennessView] = Field(description="The ways to award within it, where it is not closed")
    also: list[str] = Field(description="Rules that say what else follows under it, or may, and close nothing")


class LegalRuleView(Output):
    """A question that a provision of law answers, and its outcome here."""

    rule: str
    says: str = Field(description="What is so where the outcome is yes")
    outcome: Tristate
    because: str = Field(description="The reason, where the facts alone do not say it; empty otherwise")
    text: str = Field(description="Key of the text, of those below")
    section: str
    facts: dict[str, Any] = Field(description="The facts that it read, by their names in the question")
    missing: list[str] = Field(description="The facts that it would need, where the outcome is not known")
    rests_on: list[str] = Field(description="The other rules whose outcomes it used")


class MissingFactView(Output):
    """A fact that would settle what is not known."""

    name: str = Field(description="Name of the parameter")
    says: str


class LegalTextView(Output):
    """A text of law as it was read."""

    key: str
    title: str
    date: date
    path: str = Field(description="The file in the public repository legalize-dev/legalize-uk")
    commit: str = Field(description="The commit of that repository, by which the file can be found again as it was")
    note: str | None = Field(description="What later law changed that this text does not show, and the rules do")


class DeterminationView(Output):
    """The regime of a procurement with the reasons."""

    regimes: list[RegimeView] = Field(description="All of them, in the order of the questions; at most one is open")
    rules: list[LegalRuleView] = Field(description="The rules that led there, in the order in which they were settled")
    missing: list[MissingFactView] = Field(description="The facts for want of which something is not known")
    texts: list[LegalTextView] = Field(description="The texts that the rules cite")


class AssistanceAnswerView(Output):
    """Whether a subsidy may be given under the ceiling of its kind, and what is left of that."""

    allowed: Tristate
    because: str
    section: str
    text: LegalTextView
    period_from: date = Field(
        description="First day of the two financial years before this one; a year ends on 31 March"
    )
    counted_pence: int = Field(description="What is known to count, of all givers: the least that it is")
    ceiling_pence: int
    headroom_pence: int | None = Field(description="What is left of the ceiling; null where that is not known")
    fits_from: date | None = Field(
        description="Where it is too much now: the first day, always a 1 April, from which what is known leaves room "
        "for it; null if none does, or it is not too much"
    )
    missing: list[str] = Field(description="What would settle the answer, by its place in the question")
    database_entry: Tristate = Field(
        description="Whether an entry in the subsidy database is due within three months of the decision: above "
        "£100,000 (ss.33(3)(c), 36(4), 38(4))"
    )
    breaks_on: date | None = Field(
        description="Where something was given on a later day that, with this subsidy, is above its own ceiling: the "
        "first such day; null if there is none"
    )


class ListedCodeView(Output):
    """A code of the Common Procurement Vocabulary that a table of the law names."""

    code: str = Field(description="With its check digit")
    to: str | None = Field(description="Where the table names a range by numbers: its last code")
    service: str
    table: str = Field(description="The table that names it")
    text: str = Field(description="Key of the text that the table was taken down from")
    section: str
    reservable: bool = Field(
        description="Whether it may be reserved to mutuals by that text: marked R (s.33), or listed in reg 77(2)"
    )
    extent: str | None = Field(description="Where the text lists it only to an extent: that")


class ListedCodesView(Output):
    """The codes that match."""

    items: list[ListedCodeView]
    held: int = Field(
        description="How many codes are held in all: those that the tables of the law name, not the whole vocabulary"
    )
