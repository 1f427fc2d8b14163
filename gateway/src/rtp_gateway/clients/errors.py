"""Refusals to register or change a client."""


class CannotRegister(Exception):
    """The operator asked for what cannot be; the message is one line for a person."""
