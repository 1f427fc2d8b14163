"""The three tables that every service has, as its first migration makes them: outbox, inbox and stored responses.

They stand once, in SQL: messaging reads and writes them by statements of its own, and no class is mapped to them.
"""

from importlib.resources import files

NAMES = frozenset({"outbox", "inbox", "stored_answers"})


def build_script(statements: str) -> str:
    """Make one statement of several, for `op.execute`: the driver takes only one at a time."""
    return f"DO $script$ BEGIN {statements} END $script$"


CREATE_1 = build_script(files("rtp_shared").joinpath("messaging_tables_1.sql").read_text("utf-8"))

_GRANTS_2 = files("rtp_shared").joinpath("messaging_tables_2.sql").read_text("utf-8")


def build_grants_2(database: str, *, background: str = "worker") -> str:
    """Build the statement by which each process gets its own role's privileges on the messaging tables."""
    return build_script(_GRANTS_2.format(service=database, background=background))


CURRENT_IDENTITIES = "string_to_array(current_setting('rtp.readers', true), ' ')"
"""SQL: the identities of the transaction. Not a sub-select: the planner guesses badly behind one, and sorts all."""
