"""The gateway's own tables share one metadata."""

from rtp_shared.db import Base, new_metadata


class Model(Base):
    """The base of the gateway's tables."""

    __abstract__ = True
    metadata = new_metadata()
