"""What is shown to a person of what is kept, without anybody else in it. Pure.

Data Protection Act 2018 Schedule 2 paragraph 16: nobody gets another's data with their own, unless the other consents.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from rtp_applications.erasures.forgetting import ABOUT_A_PERSON, PERSON_MEMBERS, Forgotten
from rtp_shared.contracts.subject_data import ANOTHER

_OF_OTHERS = {"holder", *ABOUT_A_PERSON}
"""Members that go where the person beside them is somebody else."""
_NOT_IN_A_NAME = r"[^\W_]"


class Masking:
    """Shows a person what is said of them, and `ANOTHER` wherever one of the others in the case is named.

    `others`: references and names of everybody else. A reference is looked for in texts only if it could be nothing
    else; where a reference stands by itself, whoever is not the person is somebody else.
    """

    def __init__(self, reference: str, others: Collection[str], names: Collection[str]) -> None:
        self._reference = reference
        words = {each for each in others if each != reference and Forgotten(each, "").is_distinctive} | set(names)
        found = "|".join(re.escape(each) for each in sorted(words - {""}, key=len, reverse=True))
        self._others = (
            re.compile(rf"(?<!{_NOT_IN_A_NAME})(?:{found})(?!{_NOT_IN_A_NAME})", re.IGNORECASE) if found else None
        )

    def show(self, value: Any, member: str = "") -> Any:
        """Return a JSON value, which stands in a member of this name, as the person may see it."""
        match value:
            case Mapping():
                other = value.get("person", self._reference) != self._reference
                kept = {name: each for name, each in value.items() if not (other and name in _OF_OTHERS)}
                return {self._show_text(name): self.show(each, name) for name, each in kept.items()}
            case list() | tuple():
                return [self.show(each, member) for each in value]
            case str():
                if member in PERSON_MEMBERS:
                    return value if value == self._reference else ANOTHER
                return self._show_text(value)
        return value

    def show_key(self, key: str) -> str:
        """Return the key of a record, which may begin with somebody's reference."""
        return self._show_text(key)

    def _show_text(self, text: str) -> str:
        return self._others.sub(ANOTHER, text) if self._others else text


def find_parts_about(value: Any, reference: str) -> list[Mapping[str, Any]]:
    """Return the parts of a JSON value that are about the person: those that name them as the one they are about."""
    match value:
        case Mapping():
            if reference in {value.get(name) for name in PERSON_MEMBERS if isinstance(value.get(name), str)}:
                return [value]
            return [part for each in value.values() for part in find_parts_about(each, reference)]
        case list() | tuple():
            return [part for each in value for part in find_parts_about(each, reference)]
    return []
