"""Sealing secrets for keeping."""

from cryptography.fernet import Fernet


class SecretBox:
    """Seals secrets. What it seals can be opened only with the key of the process."""

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key)

    def seal(self, secret: bytes) -> bytes:
        return self._fernet.encrypt(secret)

    def open(self, sealed: bytes) -> bytes:
        """Raise cryptography's InvalidToken for what was sealed with another key."""
        return self._fernet.decrypt(sealed)
