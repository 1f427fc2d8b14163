"""A case that names a person no more, and how it is found that it does. Pure.

What is said about the person goes: the mandate of a part, the nature of an interest. What the person said in an office
or for a group stays, as it is the group's or the body's; it is said by a pseudonym from then on.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from rtp_applications.history.chain import Entry
from rtp_applications.history.erasing import rewrite_entry
from rtp_applications.workflow.enums import ENDED
from rtp_applications.workflow.snapshot import CaseSnapshot, Party, Signature, SignedRecord

ERASED = "[erased]"
ABOUT_A_PERSON: Mapping[str, str | None] = {"mandate": None, "nature": ERASED}
"""Members beside `person` that say something about the person, and what stands there after."""


PERSON_MEMBERS = frozenset({"person", "member", "members", "sponsor"})
"""Members that hold references of people. A test compares them with the payloads."""
SHORTEST_IN_TEXT = 8


@dataclass(frozen=True)
class Forgotten:
    """A person who is to be named no more, and by what instead.

    A reference may be any word, and so one of the platform's own, or of everybody's. It is looked for where references
    stand, and in texts only if it could be nothing else: nobody changes what others wrote by calling a person "not".
    """

    reference: str
    pseudonym: str

    @cached_property
    def is_distinctive(self) -> bool:
        """Return whether the reference stands for the person wherever it is read: long, with letters and digits."""
        letters, digits = (any(map(test, self.reference)) for test in (str.isalpha, str.isdigit))
        return letters and digits and len(self.reference) >= SHORTEST_IN_TEXT and not self.reference.startswith("RTP-")

    @cached_property
    def _word(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![A-Za-z0-9._~-]){re.escape(self.reference)}(?![A-Za-z0-9_~-]|\.[A-Za-z0-9])")

    def forget(self, value: Any, member: str = "") -> Any:
        """Return a JSON value, which stands in a member of this name, without the person."""
        match value:
            case Mapping():
                about = ABOUT_A_PERSON if value.get("person") == self.reference else {}
                left = {name: self.forget(each, name) for name, each in value.items() if name not in about}
                return {self._rename_row(name): about[name] if name in about else left[name] for name in value}
            case list() | tuple():
                return [self.forget(each, member) for each in value]
            case str():
                return self._forget_text(value, member)
        return value

    def forget_entry(self, entry: Entry) -> Entry:
        """Return the entry of a history without the person; itself, where it does not name them."""
        return rewrite_entry(entry, self.forget)

    def forget_case(self, snapshot: CaseSnapshot) -> CaseSnapshot:
        case = snapshot.case
        after = replace(
            snapshot,
            parties={id_: self._forget_party(each) for id_, each in snapshot.parties.items()},
            records={(each.kind, each.key): each for each in map(self._forget_record, snapshot.records.values())},
        )
        texts = {name: self.forget(getattr(case, name)) for name in _TEXTS}
        return after.with_case(**texts, version=case.version + 1)

    def _forget_text(self, text: str, member: str) -> str:
        if member in PERSON_MEMBERS:
            return self.pseudonym if text == self.reference else text
        return self._word.sub(self.pseudonym, text) if self.is_distinctive and " " in text else text

    def _rename_row(self, name: str) -> str:
        """Return the name of a record's row, or the pointer to one, where its key is of the person."""
        head, colon, key = name.partition(":")
        return f"{head}:{self._rename_key(key, pointed=name.startswith('/'))}" if colon else name

    def _rename_key(self, key: str, *, pointed: bool = False) -> str:
        reference = self.reference.replace("~", "~0") if pointed else self.reference
        pseudonym = self.pseudonym
        return pseudonym + key[len(reference) :] if key == reference or key.startswith(f"{reference}:") else key

    def _forget_party(self, party: Party) -> Party:
        left = self.forget(party.to_json())
        return replace(party, person=left["person"], mandate=left["mandate"])

    def _forget_record(self, record: SignedRecord) -> SignedRecord:
        signed = tuple(Signature.from_json(self.forget(each.to_json())) for each in record.signed)
        return replace(record, key=self._rename_key(record.key), content=self.forget(record.content), signed=signed)


_TEXTS = ("service_name", "summary", "withdrawal_reason")


def has_a_living_part(snapshot: CaseSnapshot, reference: str) -> bool:
    """Return whether the person still acts in a case that has not ended."""
    if snapshot.case.status in ENDED:
        return False
    return any(each.person == reference and each.holds(snapshot.read_on) for each in snapshot.parties.values())


def is_vouched_for(values: Iterable[Any], reference: str, identities: Iterable[str]) -> bool:
    """Return whether these identities alone vouch, or vouched, for the person in the JSON values.

    Where others do as well, it may be another human, or one whose acts are the others' record: a group could make its
    own of an officer's reference. Whoever answers for all of the data decides then.
    """
    holders = {holder for value in values for holder in _list_holders(value, reference)}
    return bool(holders) and holders <= set(identities)


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
