"""Sealing secrets for keeping."""

from cryptography.fernet import Fernet, MultiFernet


class SecretBox:
    """Seals secrets. What it seals can be opened only with a key of the process.

    `keys` are one key, or several with commas between: the first seals, the others open what they sealed before it.
    """

    def __init__(self, keys: str) -> None:
        self._fernet = MultiFernet([Fernet(key.strip()) for key in keys.split(",")])

    def seal(self, secret: bytes) -> bytes:
        return self._fernet.encrypt(secret)

    def open(self, sealed: bytes) -> bytes:
        """Raise cryptography's InvalidToken for what was sealed with another key."""
        return self._fernet.decrypt(sealed)

    def reseal(self, sealed: bytes) -> bytes:
        """Seal with the first key what any of them sealed; raise cryptography's InvalidToken for anything else."""
        return self.seal(self.open(sealed))
