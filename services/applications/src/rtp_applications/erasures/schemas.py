"""Request and response bodies of erasures of a person."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from rtp_applications.erasures.models import PersonalErasureReason
from rtp_applications.workflow.identities import PersonRef
from rtp_shared.schemas import Input, Output


class PersonalErasureOpening(Input):
    """Who is to be erased, and why."""

    reference: PersonRef
    reason: PersonalErasureReason


class PersonalErasureCounts(Output):
    """What goes, or went, and what is kept."""

    cases: int = Field(description="Cases that name the person no more")
    parties: int = Field(description="Parts in them, whose name and mandate go")
    entries: int = Field(description="Entries of their histories that name the person no more")
    kept_on_hold: int = Field(description="More cases, which a legal hold keeps as they are (UK GDPR Article 17(3)(e))")


class KeptPart(Output):
    """Something that stays though the person asked, and why."""

    what: str
    reason: str


class PersonalErasurePreview(Output):
    """What would be erased."""

    counts: PersonalErasureCounts
    kept: list[KeptPart]


class PersonalErasureView(Output):
    """An erasure that was done. It does not say of whom."""

    id: UUID
    pseudonym: str = Field(description="What stands in place of the reference: the same person stays one")
    reason: PersonalErasureReason
    client_id: str = Field(description="The client that had it erased")
    counts: PersonalErasureCounts
    kept: list[KeptPart]
    erased_at: datetime


KEPT = [
    KeptPart(
        what="What was done in each role and when, signed by the pseudonym",
        reason="Public task and the record of decisions: UK GDPR Article 17(3)(b); it names nobody any more",
    ),
    KeptPart(
        what="The public register of decisions",
        reason="Decisions of public bodies are on record by law (SI 2014/2095 reg 7; SI 2012/2089 reg 12); it names no "
        "person",
    ),
    KeptPart(
        what="Contents of documents",
        reason="Nobody can tell from them whom they name: withdraw the document, or put another version in its place",
    ),
]
"""Said with every erasure."""


def list_kept(counts: PersonalErasureCounts) -> list[KeptPart]:
    held = KeptPart(
        what=f"{counts.kept_on_hold} cases on legal hold",
        reason="They are needed for legal claims: UK GDPR Article 17(3)(e). Ask again once the hold is lifted",
    )
    return [*KEPT, *([held] if counts.kept_on_hold else [])]
