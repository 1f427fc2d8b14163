"""The callers there are: each says by which identities it reads. Which client and which organisation is left open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import z3

from rtp_applications.workflow.identities import OVERSIGHT
from rtp_shared.identities import SYSTEM, Principal
from tests.proof.logic import NEVER, NOWHERE, Value, collect, write

CLIENT, ORGANISATION = "some-client", UUID(int=0xC0FFEE)
"""What stands for any client and any organisation where a query is built in Python."""
ANY_CLIENT, ANY_ORGANISATION = z3.String("the client"), z3.String("its organisation")


@dataclass(frozen=True)
class Caller:
    """A caller of one kind."""

    name: str
    scopes: frozenset[str] = frozenset()
    identities: tuple[str, ...] = ()
    """Of those that are no clients."""
    without: bool = field(default=False)
    """Whether the transaction names no reader at all."""

    @property
    def principal(self) -> Principal:
        return Principal(CLIENT, ORGANISATION, self.scopes)

    @property
    def readers(self) -> tuple[str, ...]:
        """What a query is given."""
        return self.identities or (() if self.without else self.principal.identities)

    @property
    def stands_for(self) -> Value:
        """The set of its identities, for the solver."""
        if self.without:
            return Value(NOWHERE, z3.BoolVal(True))
        return collect(map(open_up, self.readers))

    @property
    def is_client(self) -> bool:
        return not self.identities and not self.without


def open_up(identity: str) -> Value:
    """Return what the text stands for: of any client, of any organisation, or itself."""
    for placeholder, anybody in ((CLIENT, ANY_CLIENT), (str(ORGANISATION), ANY_ORGANISATION)):
        before, found, after = identity.partition(placeholder)
        if found and not after:
            return Value(z3.Concat(z3.StringVal(before), anybody) if before else anybody, NEVER)
    return write(identity)


CALLERS: Mapping[str, Caller] = {
    each.name: each
    for each in (
        Caller("a client"),
        Caller("a client of the central team", frozenset({"cases:oversee"})),
        Caller("a client that oversees elsewhere", frozenset({"finance:oversee", "advisers:oversee"})),
        Caller("a client that oversees all", frozenset({"cases:oversee", "finance:oversee", "advisers:oversee"})),
        Caller("the system", identities=SYSTEM),
        Caller("whoever counts barriers", identities=("counts:barriers",)),
        Caller("a caller without a token", identities=("public",)),
        Caller("a transaction that names nobody", without=True),
    )
}
assert OVERSIGHT in CALLERS["a client of the central team"].readers
