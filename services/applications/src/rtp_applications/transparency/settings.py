"""Settings of the transparency log, and of this instance as a witness of others."""

from typing import Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rtp_applications.transparency.rules.notes import NotANoteKey, NoteKey, SignatureKind, VerifierKey

PATH = "/v1/log"


class LogSettings(BaseSettings):
    """Settings of the processes that write, sign, serve or witness a log."""

    model_config = SettingsConfigDict(env_prefix="RTP_", frozen=True, extra="ignore")

    log_key: SecretStr | None = Field(
        default=None,
        description="Ed25519 private key that checkpoints of the log are signed with, PEM; for the worker alone. "
        "Without it none is published",
    )
    log_origin: str = Field(
        default="",
        pattern=r"^[^\s+]*$",
        description="Name of the log in its checkpoints; without it the public URL's host and /v1/log. A log that was "
        "begun anew, or restored from a backup, needs another",
    )
    log_seconds: int = Field(default=900, ge=1, description="The tree grows once in so many seconds")
    log_batch: int = Field(
        default=64,
        ge=1,
        le=4096,
        description="By so many leaves, or twice, four times as many; those for which nothing was done are random",
    )
    log_witnesses: list[str] = Field(
        default=[], description='Who cosigns checkpoints, by URL and key: ["https://host/v1/log/witness name+id+key"]'
    )
    witness_key: SecretStr | None = Field(
        default=None,
        description="Ed25519 private key, PEM, that checkpoints of others are cosigned with; for the web process alone",
    )
    witnessed_logs: list[str] = Field(
        default=[], description='Public keys of the logs that are cosigned here, named by origin: ["origin+id+key"]'
    )

    @field_validator("log_key", "witness_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None:
            _try(NoteKey.from_pem, "key", SignatureKind.LOG, key.get_secret_value())
        return key

    @field_validator("log_witnesses")
    @classmethod
    def _are_witnesses(cls, witnesses: list[str]) -> list[str]:
        for each in witnesses:
            url, _, key = each.partition(" ")
            if not url.startswith(("https://", "http://")):
                raise ValueError("must name each by URL and public key")
            _require_kind(key, SignatureKind.WITNESS)
        return witnesses

    @field_validator("witnessed_logs")
    @classmethod
    def _are_logs(cls, logs: list[str]) -> list[str]:
        for key in logs:
            _require_kind(key, SignatureKind.LOG)
        return logs

    def name_log(self, public_url: str) -> str:
        """Return the log's origin."""
        return self.log_origin or f"{public_url.partition('://')[2]}{PATH}"

    def get_log_key(self, public_url: str) -> NoteKey | None:
        return _read_key(self.name_log(public_url), SignatureKind.LOG, self.log_key)

    def get_witness_key(self, public_url: str) -> NoteKey | None:
        """Return the key of this instance as a witness, which goes by the name of its log and `/witness`."""
        return _read_key(f"{self.name_log(public_url)}/witness", SignatureKind.WITNESS, self.witness_key)

    @property
    def witnesses(self) -> list[tuple[str, VerifierKey]]:
        """Who cosigns this log: URL prefixes, each with a public key."""
        pairs = (each.partition(" ") for each in self.log_witnesses)
        return [(url.rstrip("/"), VerifierKey.parse(key)) for url, _, key in pairs]

    def find_witnessed(self, origin: str) -> list[VerifierKey]:
        """Return the keys of the log of this origin, if it is witnessed here: several while it changes its key."""
        return [key for key in map(VerifierKey.parse, self.witnessed_logs) if key.name == origin]


def _read_key(name: str, kind: SignatureKind, secret: SecretStr | None) -> NoteKey | None:
    return NoteKey.from_pem(name, kind, secret.get_secret_value()) if secret else None


def _require_kind(text: str, kind: SignatureKind) -> None:
    key: VerifierKey = _try(VerifierKey.parse, text)
    if key.kind is not kind:
        raise ValueError(f"{key.name}: must be the key of a {kind.name.lower()}")


def _try(read: Any, *given: Any) -> Any:
    try:
        return read(*given)
    except NotANoteKey as error:
        raise ValueError(str(error)) from None
