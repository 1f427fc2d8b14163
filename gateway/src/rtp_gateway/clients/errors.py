"""Why a client cannot be registered or changed."""


class CannotRegister(Exception):
    """The operator asked for what cannot be; the message is one line for a person."""
