"""The base of every table of this service."""

from rtp_shared.db import Base, new_metadata


class Model(Base):
    """The base of the service's tables."""

    __abstract__ = True
    metadata = new_metadata()


ERASED = "Erased"
"""Stands where a text was erased that cannot be left empty."""
