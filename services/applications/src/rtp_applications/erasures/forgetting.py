"""A case that names a person no more, and how it is found that it does. Pure.

What is said about the person goes: the mandate of a part, the nature of an interest. What the person said in an office
or for a group stays, as it is the group's or the body's; it is said by a pseudonym from then on.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rtp_applications.history.chain import Entry
from rtp_applications.history.erasing import Rename, make_rename, rename_in, rename_in_entry
from rtp_applications.workflow.enums import ENDED
from rtp_applications.workflow.snapshot import CaseSnapshot, Party, Signature, SignedRecord

ERASED = "[erased]"
ABOUT_A_PERSON: Mapping[str, str | None] = {"mandate": None, "nature": ERASED}
"""Members beside `person` that say something about the person, and what stands there after."""


@dataclass(frozen=True)
class Forgotten:
    """A person who is to be named no more, and by what instead."""

    reference: str
    pseudonym: str

    @property
    def rename(self) -> Rename:
        return make_rename(self.reference, self.pseudonym)

    def forget(self, value: Any) -> Any:
        """Return a JSON value that names the person no more."""
        return rename_in(self._empty(value), self.rename)

    def forget_entry(self, entry: Entry) -> Entry:
        """Return the entry of a history without the person; itself, where it does not name them."""
        emptied = replace(entry, changes=self._empty(entry.changes), snapshot=self._empty(entry.snapshot))
        left = rename_in_entry(emptied, self.rename)
        return entry if left is emptied else left

    def forget_case(self, snapshot: CaseSnapshot) -> CaseSnapshot:
        case = snapshot.case
        after = replace(
            snapshot,
            parties={id_: self._forget_party(each) for id_, each in snapshot.parties.items()},
            records={(each.kind, each.key): each for each in map(self._forget_record, snapshot.records.values())},
        )
        texts = {name: self.rename(said) for name in _TEXTS if (said := getattr(case, name)) is not None}
        return after.with_case(**texts, version=case.version + 1)

    def names(self, value: Any) -> bool:
        """Return whether a JSON value names the person."""
        return bool(rename_in(value, self.rename) != value)

    def _empty(self, value: Any) -> Any:
        match value:
            case Mapping():
                found = {name: self._empty(each) for name, each in value.items()}
                about = {name: left for name, left in ABOUT_A_PERSON.items() if name in found}
                return {**found, **about} if found.get("person") == self.reference and about else found
            case list() | tuple():
                return [self._empty(each) for each in value]
        return value

    def _forget_party(self, party: Party) -> Party:
        if party.person == self.reference:
            return replace(party, person=self.pseudonym, mandate=None)
        return replace(party, mandate=party.mandate and self.rename(party.mandate))

    def _forget_record(self, record: SignedRecord) -> SignedRecord:
        signed = tuple(Signature.from_json(self.forget(each.to_json())) for each in record.signed)
        return replace(record, key=self.rename(record.key), content=self.forget(record.content), signed=signed)


_TEXTS = ("service_name", "summary", "withdrawal_reason")


def has_a_living_part(snapshot: CaseSnapshot, reference: str) -> bool:
    """Return whether the person still acts in a case that has not ended."""
    if snapshot.case.status in ENDED:
        return False
    return any(each.person == reference and each.holds(snapshot.read_on) for each in snapshot.parties.values())


def is_vouched_for(values: Iterable[Any], reference: str, identities: Iterable[str]) -> bool:
    """Return whether one of these identities vouches, or vouched, for the person anywhere in the JSON values."""
    own = set(identities)
    return any(holder in own for value in values for holder in _list_holders(value, reference))


def _list_holders(value: Any, reference: str) -> Iterator[str]:
    match value:
        case Mapping():
            if value.get("person") == reference and isinstance(value.get("holder"), str):
                yield value["holder"]
            for each in value.values():
                yield from _list_holders(each, reference)
        case list() | tuple():
            for each in value:
                yield from _list_holders(each, reference)
