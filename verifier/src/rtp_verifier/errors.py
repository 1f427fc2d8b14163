class Unusable(Exception):
    """There is nothing to check, or nothing to check it with."""


class NotAnEvent(ValueError):
    """The bytes are not an event of the platform; the message says why."""


class BadSignature(ValueError):
    """The headers do not prove the body; the message says why."""
