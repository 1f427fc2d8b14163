"""The tables of documents. Their contents are in the storage."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model
from rtp_applications.documents.errors import (
    AudienceOnlyGrows,
    AwaitingScan,
    ContentAbsent,
    DocumentIsFrozen,
    DocumentWithdrawn,
    Quarantined,
)
from rtp_applications.documents.rules import require_exemption
from rtp_applications.documents.scanning import ScanState
from rtp_applications.json_types import JsonObject
from rtp_applications.workflow.enums import Audience, Confidentiality, DocumentKind
from rtp_applications.workflow.snapshot import HeldDocument, Signature

SECRET = (Confidentiality.CONFIDENTIAL, Confidentiality.COMMERCIAL)


class Document(Model):
    """A document of a case. Whoever sees the case sees it, as far as audience and confidentiality go."""

    __tablename__ = "documents"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[DocumentKind]
    title: Mapped[str]
    confidentiality: Mapped[Confidentiality]
    foi_exempt: Mapped[bool]
    exemption: Mapped[str | None]
    audience: Mapped[Audience]
    kind_told: Mapped[bool] = mapped_column(server_default=text("true"))
    """Whether the audit and events tell its kind: not of one that came as confidential, whatever becomes of it."""
    version: Mapped[int] = mapped_column(default=0)
    """The newest; 0 while there is no content."""
    frozen_version: Mapped[int | None]
    """The one frozen last."""
    disclosed_from: Mapped[int | None] = mapped_column(default=1)
    """The first version that others than the group see once the case is submitted: what it replaced in the draft stays
    the group's own. None of a document that was withdrawn in the draft."""
    revision: Mapped[int] = mapped_column(default=1)
    """Grows by one with every change: the ETag."""
    created_by: Mapped[JsonObject]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_documents_case_id_id", "case_id", "id"),)

    @property
    def creator(self) -> Signature:
        return Signature.from_json(self.created_by)

    def hold(self, newest: "DocumentVersion | None") -> HeldDocument:
        """Return the document as a case holds it."""
        scan, sha256 = (newest.scan.value, newest.sha256) if newest else ("", "")
        frozen = self.frozen_version is not None and self.frozen_version == self.version
        return HeldDocument(self.id, self.kind.value, self.version, scan, sha256, frozen, self.audience, self.kind_told)

    def put_on_file(self, case_id: uuid.UUID, by: Signature, now: datetime) -> None:
        """Make it a document of the case. Raises for an exemption that is not right."""
        require_exemption(foi_exempt=self.foi_exempt, exemption=self.exemption)
        self.kind_told = self.confidentiality not in SECRET
        self.case_id, self.created_by, self.created_at, self.changed_at = case_id, by.to_json(), now, now

    def require_not_withdrawn(self) -> None:
        if self.withdrawn_at is not None:
            raise DocumentWithdrawn

    def amend(self, changes: Mapping[str, object], now: datetime) -> None:
        if self.audience is Audience.EVERYBODY and changes.get("audience", self.audience) is not Audience.EVERYBODY:
            raise AudienceOnlyGrows
        for name, value in changes.items():
            setattr(self, name, value)
        require_exemption(foi_exempt=self.foi_exempt, exemption=self.exemption)
        self.touch(now)

    def withdraw(self, now: datetime, *, in_draft: bool) -> None:
        if self.frozen_version is not None:
            raise DocumentIsFrozen(f"version {self.frozen_version} was submitted")
        self.withdrawn_at = now
        if in_draft:
            self.disclosed_from = None
        self.touch(now)

    def add_version(self, now: datetime, *, in_draft: bool) -> int:
        """Return the number of a version that comes beside those there are, or in a draft instead of them."""
        self.version += 1
        if in_draft:
            self.disclosed_from = self.version
        self.touch(now)
        return self.version

    def touch(self, now: datetime) -> None:
        self.revision += 1
        self.changed_at = now


class DocumentVersion(Model):
    """A content of a document. It is never replaced: the service's role may write its scan and `frozen_at` alone."""

    __tablename__ = "document_versions"

    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    storage_key: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    """None where the case came in a bundle without this content."""
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    media_type: Mapped[str]
    file_name: Mapped[str]
    """For showing and saving, never for finding."""
    scan: Mapped[ScanState]
    scan_signature: Mapped[str | None]
    scanned_at: Mapped[datetime]
    """The time of the last attempt to scan."""
    uploaded_by: Mapped[JsonObject]
    uploaded_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_document_versions_scanned_at", "scanned_at", postgresql_where=text("scan = 'awaiting'")),
    )

    def require_served(self, document: Document) -> uuid.UUID:
        """Return where its content is, if it may be given out; refuse otherwise."""
        document.require_not_withdrawn()
        if self.scan is ScanState.INFECTED:
            raise Quarantined(extra={"signature": self.scan_signature})
        if self.scan not in (ScanState.CLEAN, ScanState.NOT_SCANNED):
            raise AwaitingScan("try again later", headers={"Retry-After": "60"})
        if self.storage_key is None:
            raise ContentAbsent
        return self.storage_key
