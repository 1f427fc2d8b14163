"""Where a contract is carried out: regions and nations, by name or by their codes in NUTS and ITL."""

from collections.abc import Iterator, Mapping
from typing import Any

from rtp_finance_directory.areas import read_regions

_FIRST_LEVEL = {
    "C": "E12000001", "D": "E12000002", "E": "E12000003", "F": "E12000004", "G": "E12000005", "H": "E12000006",
    "I": "E12000007", "J": "E12000008", "K": "E12000009", "L": "W92000004", "M": "S92000003", "N": "N92000002",
}  # fmt: skip
"""The letter after UK (NUTS) or TL (ITL). Source: ONS, International Territorial Levels, January 2025."""
_WHOLE = {"UK": "K02000001", "GB": "K02000001"}


def list_regions(release: Mapping[str, Any]) -> list[str]:
    """List the regions and nations that its items go to, by their ONS codes; what a town is in is not guessed."""
    found = {find_region(text) for text in _list_places(release)}
    return sorted(code for code in found if code)


def find_region(text: str) -> str | None:
    """Return the region of a name or code; a smaller area's is that of its region."""
    said = text.strip()
    if whole := _WHOLE.get(said.upper()):
        return whole
    if said[:2].upper() in ("UK", "TL") and 3 <= len(said) <= 5 and " " not in said:
        return _FIRST_LEVEL.get(said[2].upper())
    return read_regions().get(said) or read_regions().get(said.lower())


def _list_places(release: Mapping[str, Any]) -> Iterator[str]:
    holders = [release.get("tender") or {}, *(release.get("awards") or ()), *(release.get("contracts") or ())]
    for holder in holders:
        for item in holder.get("items") or ():
            for address in (item.get("deliveryAddress"), *(item.get("deliveryAddresses") or ())):
                if address and isinstance(address.get("region"), str):
                    yield address["region"]
