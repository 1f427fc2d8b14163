"""The transparency log as it is stored, and what this instance, as a witness, knows of other logs."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model
from rtp_applications.transparency.rules.notes import Checkpoint


class LogLeaf(Model):
    """The leaf of an audit entry. A trigger makes it in the transaction that writes the entry.

    The log shows `commitment`, the hash of salt and entry. Without the salt nobody can tell of which entry it is.
    """

    __tablename__ = "log_leaves"
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "position"], ["audit_entries.case_id", "audit_entries.position"]),
        Index("ix_log_leaves_waiting", "case_id", "position", postgresql_where=text("place IS NULL")),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    """Of the entry among all of its case."""
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    """None once it was destroyed: the leaf stays, and leads to nobody."""
    commitment: Mapped[bytes] = mapped_column(LargeBinary)
    place: Mapped[int | None] = mapped_column(BigInteger)
    """In the log; None until the tree has grown over it."""


class LogTile(Model):
    """A tile of the tree, which is only ever added to. Level 0 has the entries, higher ones hashes."""

    __tablename__ = "log_tiles"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class LogCheckpoint(Model):
    """The size and root of the tree after it grew. It is published once it is signed."""

    __tablename__ = "log_checkpoints"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    note: Mapped[str | None]
    """With the log's own signature, and no other."""
    signed_by: Mapped[str | None]
    """The public key that verifies it."""


class LogCosignature(Model):
    """A witness's signature of a checkpoint of this log."""

    __tablename__ = "log_cosignatures"

    size: Mapped[int] = mapped_column(BigInteger, ForeignKey("log_checkpoints.size"), primary_key=True)
    witness: Mapped[str] = mapped_column(primary_key=True)
    """Its public key."""
    line: Mapped[str]
    cosigned_at: Mapped[datetime]


class WitnessedLog(Model):
    """The newest checkpoint of another log that this instance cosigned."""

    __tablename__ = "witnessed_logs"

    origin: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    cosigned_at: Mapped[datetime | None]
    """None before the first."""

    def record(self, checkpoint: Checkpoint, *, at: datetime) -> None:
        """Take it as the newest, from which the next one must follow."""
        self.size, self.root, self.cosigned_at = checkpoint.size, checkpoint.root, at
