"""What is taken out of a release before it is kept: fields that name persons or say how to reach them.

Buyers' offices are no persons, and their addresses stay. A supplier may be a sole trader at home: of suppliers the
place stays, and the street does not.
"""

from collections.abc import Iterator
from typing import Any

TAKEN_OUT = frozenset({
    "contactPoint", "contactPoints", "additionalContactPoints", "contactPersons", "persons", "people",
    "beneficialOwners", "control", "email", "telephone", "faxNumber", "associatedPersons",
})  # fmt: skip
_OFFICES = frozenset({"buyer", "procuringEntity", "centralPurchasingBody", "reviewBody", "mediationBody"})


def take_out_persons(release: dict[str, Any]) -> list[str]:
    """Take them out; return the names of the fields that stood there."""
    return [*_take_out(release, ""), *_take_out_streets(release)]


def _take_out(value: Any, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name in [name for name in value if name in TAKEN_OUT]:
            del value[name]
            yield f"{at}{name}"
        for name, inner in value.items():
            yield from _take_out(inner, f"{at}{name}/")
    elif isinstance(value, list):
        for inner in value:
            yield from _take_out(inner, at)


def _take_out_streets(release: dict[str, Any]) -> Iterator[str]:
    parties = release.get("parties")
    for party in parties if isinstance(parties, list) else ():
        if not isinstance(party, dict) or _OFFICES.intersection(party.get("roles") or ()):
            continue
        address = party.get("address")
        for name in ("streetAddress", "postalCode"):
            if isinstance(address, dict) and address.pop(name, None) is not None:
                yield f"parties/address/{name}"
