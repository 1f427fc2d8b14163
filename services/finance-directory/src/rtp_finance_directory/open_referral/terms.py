"""The closed lists of the directory as taxonomies of Open Referral UK 3.0: pure, and the same everywhere."""

import uuid
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from rtp_finance_directory.vocabulary import ProductKind
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_OID, "org.righttoprovide.finance.open-referral")
Record = dict[str, Any]
"""An object of the standard: names as it has them, and nothing that is empty."""

_LISTS: Mapping[str, tuple[type[StrEnum], str, str]] = {
    "kinds": (ProductKind, "Kinds of finance", "In which form the money comes"),
    "purposes": (FinancePurpose, "Purposes of finance", "What the money may be used for"),
    "sectors": (Sector, "Kinds of public service", "What the mutual's service does"),
    "legal_forms": (LegalForm, "Legal forms", "What the mutual is in law"),
}


def make_id(*parts: object) -> uuid.UUID:
    """Return the id of something that is served here, which follows from what it is."""
    return uuid.uuid5(NAMESPACE, "/".join(map(str, parts)))


def _write_term(name: str, word: StrEnum) -> Record:
    said = word.value.replace("-", " ")
    return {
        "id": str(make_id("term", name, word.value)),
        "name": said[0].upper() + said[1:],
        "description": f"{_LISTS[name][1]}: {said}",
        "taxonomy": _LISTS[name][1],
        "taxonomy_id": str(make_id("taxonomy", name)),
    }


TERMS: Mapping[str, Mapping[str, Record]] = {
    name: {word.value: _write_term(name, word) for word in words} for name, (words, _, _) in _LISTS.items()
}
"""By list and word."""
TERMS_BY_ID: Mapping[str, Record] = {term["id"]: term for terms in TERMS.values() for term in terms.values()}
WORDS_BY_ID: Mapping[str, tuple[str, str]] = {
    term["id"]: (name, word) for name, terms in TERMS.items() for word, term in terms.items()
}
TAXONOMIES_BY_ID: Mapping[str, Record] = {
    str(make_id("taxonomy", name)): {
        "id": str(make_id("taxonomy", name)),
        "name": title,
        "description": description,
    }
    for name, (_, title, description) in _LISTS.items()
}
NAMES_BY_ID: Mapping[str, str] = {str(make_id("taxonomy", name)): name for name in _LISTS}


def write_attributes(of: uuid.UUID, words: Mapping[str, Iterable[str]]) -> list[Record]:
    """Write that a service has these words of the lists."""
    terms = [TERMS[name][word] for name in sorted(words) for word in sorted(set(words[name])) if word in TERMS[name]]
    return [
        {
            "id": str(make_id("attribute", of, term["id"])),
            "link_id": str(of),
            "taxonomy_term_id": term["id"],
            "link_type": "service",
            "taxonomy_term": term,
        }
        for term in terms
    ]
