"""The platform's own keys, made once and kept in a file that only its owner can read."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from cryptography.fernet import Fernet

from rtp_applications.history.keys import BundleKey
from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_operations.private_files import write_private_file


@dataclass(frozen=True)
class Keys:
    """Keys that must stay the same from one start to the next; each that is not given is made."""

    signing_key: str = field(default_factory=SigningKey.generate, repr=False)
    secrets_key: str = field(default_factory=lambda: Fernet.generate_key().decode(), repr=False)
    bundle_key: str = field(default_factory=lambda: BundleKey.generate().to_pem(), repr=False)
    log_key: str = field(default_factory=lambda: BundleKey.generate().to_pem(), repr=False)
    witness_key: str = field(default_factory=lambda: BundleKey.generate().to_pem(), repr=False)

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read the keys from the file; make those that it does not hold, and write them there."""
        known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        keys = cls(**known)
        if asdict(keys) != known:
            write_private_file(file, json.dumps(asdict(keys)))
        return keys
