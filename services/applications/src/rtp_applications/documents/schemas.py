"""Request and response bodies about documents."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from rtp_applications.cases.schemas import SignatureView
from rtp_applications.documents.scanning import ScanState
from rtp_applications.workflow.enums import Audience, Confidentiality, DocumentKind
from rtp_shared.paging import Page
from rtp_shared.schemas import Input, Line, Output

_TITLE = "What the document is called; no personal data"
_EXEMPTION = "Which exemption, for example `s.43(2) commercial interests`; only where `foiExempt`"
_AUDIENCE = "`bodies`: papers that only the bodies of the case see. They can be opened to everybody, and not back"


class DocumentOpening(Input):
    """A document that is to have a content."""

    kind: DocumentKind
    title: Line = Field(description=_TITLE)
    confidentiality: Confidentiality = Confidentiality.INTERNAL
    foi_exempt: bool = Field(default=False, strict=True, description="Exempt from disclosure under the FOI Act 2000")
    exemption: Line | None = Field(default=None, description=_EXEMPTION)
    audience: Audience = Field(default=Audience.EVERYBODY, description=_AUDIENCE)


class DocumentChanges(Input):
    title: Line = Field(default_factory=str, description=_TITLE)
    confidentiality: Confidentiality = Confidentiality.INTERNAL
    foi_exempt: bool = Field(default=False, strict=True)
    exemption: Line | None = Field(default=None, description=_EXEMPTION)
    audience: Audience = Field(default=Audience.EVERYBODY, description=_AUDIENCE)


class VersionView(Output):
    """One content of a document. It never changes."""

    version: int
    size: int = Field(description="Bytes")
    sha256: str = Field(description="SHA-256 of the content, hexadecimal")
    media_type: str
    file_name: str = Field(description="To save it under")
    scan: ScanState = Field(
        description="Only `clean` and `not-scanned` contents are given out; `infected` ones are in quarantine"
    )
    scan_signature: str | None = Field(description="What the scanner calls what it found")
    uploaded_by: SignatureView
    uploaded_at: datetime
    frozen_at: datetime | None = Field(description="Submitted as it is")


class DocumentLine(Output):
    """A document in a list, with its newest version."""

    id: UUID
    case_id: UUID
    kind: DocumentKind
    title: str
    confidentiality: Confidentiality
    foi_exempt: bool
    exemption: str | None
    audience: Audience
    revision: int = Field(description="Grows by one with every change; the ETag")
    version: int = Field(description="The newest version; 0 while there is no content")
    frozen_version: int | None = Field(description="The version that was submitted last")
    created_by: SignatureView
    created_at: datetime
    changed_at: datetime
    withdrawn_at: datetime | None
    newest: VersionView | None = None


class DocumentView(DocumentLine):
    """A document with all its versions."""

    case_version: int = Field(default=0, description="The case's version, for If-Match where the case is written")
    versions: list[VersionView] = Field(default=[], description="The newest first")


class DocumentPage(Page[DocumentLine]):
    scanning: bool = Field(
        description="Whether contents are scanned for malware here; where they are not, each says `not-scanned`"
    )
