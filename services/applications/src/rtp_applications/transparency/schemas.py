"""Response bodies of the log."""

from uuid import UUID

from pydantic import Field

from rtp_shared.schemas import Output


class WitnessView(Output):
    """Who cosigns checkpoints of this log."""

    url: str = Field(description="The prefix that it is asked at")
    key: str = Field(description="Its public key: `name+id+key`")


class LogView(Output):
    """The log of this instance, and what its checkpoints are verified with."""

    origin: str = Field(description="The name of the log, first line of each checkpoint")
    key: str = Field(description="The public key that checkpoints are signed with: `name+id+key`. Keep it yourself")
    grows_every_seconds: int = Field(description="The tree grows at fixed times, whether anything was done or not")
    grows_by: int = Field(
        description="By so many leaves, or twice, four times as many; those for which nothing was done are random"
    )
    witnesses: list[WitnessView]
    witness_key: str | None = Field(description="The public key by which this instance cosigns for others, if it does")


class ReceiptView(Output):
    """That an entry of the history is in the log. It is checked offline by `verify_receipt.py`."""

    format: str = "org.righttoprovide.log-receipt.1"
    case_id: UUID
    entry_hash: str = Field(description="The entry's hash, as the history has it")
    salt: str = Field(
        description="32 bytes in hex: the leaf is SHA-256 of these and the entry's hash. Whoever has both can tell "
        "which leaf is this entry's"
    )
    place: int = Field(description="The leaf's place in the log, from 0")
    proof: str = Field(description="The inclusion proof with the cosigned checkpoint, as in c2sp.org/tlog-proof@v1")
