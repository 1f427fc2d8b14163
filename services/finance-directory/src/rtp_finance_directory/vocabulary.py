"""The closed lists of the directory. A new word is added at the end; none is renamed."""

from enum import StrEnum


class ProductKind(StrEnum):
    """Kinds of social finance, after Good Finance."""

    SECURED_LOAN = "secured-loan"
    UNSECURED_LOAN = "unsecured-loan"
    BLENDED = "blended"
    CHARITY_BOND = "charity-bond"
    COMMUNITY_SHARES = "community-shares"
    QUASI_EQUITY = "quasi-equity"
    EQUITY = "equity"
    CROWDFUNDING = "crowdfunding"
    SOCIAL_IMPACT_BOND = "social-impact-bond"
    PROPERTY_FUND = "property-fund"
    GRANT = "grant"
    CONVENTIONAL = "conventional"
    OUTCOMES_CONTRACT = "outcomes-contract"
    """Paid by what comes of it; with investors' money before, it is a social impact bond."""
    SUPPORT_IN_KIND = "support-in-kind"
    """No money: advice, mentors, rooms or staff for nothing. It covers nothing of an amount."""


class FunderKind(StrEnum):
    """Kinds of organisations that give, lend or invest."""

    BANK = "bank"
    SOCIAL_LENDER = "social-lender"
    FUND_MANAGER = "fund-manager"
    """It invests the money of others."""
    GRANT_MAKER = "grant-maker"
    WHOLESALER = "wholesaler"
    """Its money goes to other funders, never directly to a mutual."""
    GOVERNMENT = "government"
    SUPPORT_BODY = "support-body"
    """It helps in kind, with or without money."""


class FunderStatus(StrEnum):
    """Whether a funder is there."""

    ACTIVE = "active"
    CLOSED = "closed"
    CHECK = "check"
    """The sources disagree, or are too old to tell."""


class DirectoryNoun(StrEnum):
    """The nouns whose changes stand in one feed of the directory of funders."""

    FUNDER = "funder"
    PROGRAMME = "programme"


class ProductStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    HISTORIC = "historic"
    """A fund or scheme that is over; kept because people still ask about it."""
    CHECK = "check"
    """It may be open: the sources disagree or are too old to tell."""


class RateBasis(StrEnum):
    FIXED = "fixed"
    """A rate on what is still owed."""
    FLAT = "flat"
    """A rate on the whole loan for the whole term: dearer than the same fixed rate."""
    BASE_PLUS_MARGIN = "base-plus-margin"


class Certainty(StrEnum):
    FOUND = "found"
    """A source says so, however old it is."""
    BELIEVED = "believed"
    """No source is at hand for at least one of the figures."""


class ListFacet(StrEnum):
    """The facets of a product that are lists, and may be complete."""

    SECTORS = "sectors"
    LEGAL_FORMS = "legal-forms"
    PURPOSES = "purposes"


class Fact(StrEnum):
    """A fact that a group can say of itself, named as it is sent."""

    SECTOR = "sector"
    REGION = "region"
    AREA = "area"
    LEGAL_FORM = "legalForm"
    PURPOSES = "financePurposes"
    AMOUNT = "financeSoughtPence"
    ANNUAL_VALUE = "annualValuePence"
    TRADING_MONTHS = "tradingMonths"
    MATCH_FUNDING = "matchFundingPercent"


BOUNDS = {
    Fact.AMOUNT: (1, 10**13),
    Fact.ANNUAL_VALUE: (0, 10**13),
    Fact.TRADING_MONTHS: (0, 12_000),
    Fact.MATCH_FUNDING: (0, 100),
}
"""The least and the most that a group can say of a fact that is a number."""


class PublicationState(StrEnum):
    """Whether a row of the directory is shown to all."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    """Taken off for a while, by its keeper, by schedule or by the operator."""
    WITHDRAWN = "withdrawn"
    """Taken off for good; its versions stay to be read by those who saw them."""
    IN_REVIEW = "in-review"
    """Its keeper wants it shown, and the operator has not looked at it yet."""


class ProductChange(StrEnum):
    """What a version of a product, funder or programme did to it, for harvesters."""

    DRAFTED = "drafted"
    PUBLISHED = "published"
    CHANGED = "changed"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    HANDED_OVER = "handed-over"
    """Another organisation keeps it from then on, or the operator again."""


class Rule(StrEnum):
    """The rules of eligibility."""

    OPEN = "open"
    DIRECT = "direct"
    AREA = "area"
    SECTOR = "sector"
    LEGAL_FORM = "legal-form"
    PURPOSE = "purpose"
    AMOUNT = "amount"
    TRADING_HISTORY = "trading-history"
    TURNOVER = "turnover"
    MATCH_FUNDING = "match-funding"
    REQUIREMENT = "requirement"
    """What the product asks for besides; a product may have several, or none."""
