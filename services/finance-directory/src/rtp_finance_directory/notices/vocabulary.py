"""The closed lists of notices. A new word is added at the end; none is renamed."""

from enum import StrEnum


class NoticeStage(StrEnum):
    """How far a contracting process has got, as its notices say."""

    PLANNING = "planning"
    """Announced: in a pipeline, in engagement with the market, or planned."""
    TENDER = "tender"
    AWARD = "award"
    CONTRACT = "contract"
    ENDED = "ended"
    """Cancelled, without success, withdrawn, or ended early."""


class Reservation(StrEnum):
    """For whom participation is reserved, as the notice says."""

    PUBLIC_SERVICE_MUTUALS = "public-service-mutuals"
    """Procurement Act 2023, section 33; before it, regulation 77 of the Public Contracts Regulations 2015."""
    SUPPORTED_EMPLOYMENT = "supported-employment"
    """Procurement Act 2023, section 32."""
    SME_VCSE = "sme-vcse"
    """Small and medium enterprises, or voluntary, community and social enterprises."""
    OTHER = "other"


class KnownBy(StrEnum):
    """How a buyer was recognised as a body that cases name."""

    IDENTIFIER = "identifier"
    NAME = "name"
    """A guess: no other body is called so, but for words that many have in their names."""


class NoticeVerdict(StrEnum):
    """Whether a notice concerns a case."""

    MATCHES = "matches"
    POSSIBLE = "possible"
    """Nothing speaks against it, and something is not known."""
    DOES_NOT_MATCH = "does-not-match"


class MatchRule(StrEnum):
    """What is asked of a notice for a case."""

    SERVICE = "service"
    """Are they services of the case's sector, by CPV."""
    PLACE = "place"
    """Does a body of the case buy them, or are they for its region."""
    VALUE = "value"
    """Is it of the size of the service."""
    DATES = "dates"
    """Is there still time."""


class AwardLaw(StrEnum):
    """The provision in reliance on which a contract was reserved to public service mutuals."""

    SECTION_33 = "procurement-act-section-33"
    REGULATION_77 = "public-contracts-regulation-77"
