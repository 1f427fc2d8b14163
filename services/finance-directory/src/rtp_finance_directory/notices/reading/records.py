"""Takes the releases out of records: those that stand in it, or else the one that was compiled of them."""

from collections.abc import Iterable, Iterator
from typing import Any

from rtp_finance_directory.loading.found import FoundItem
from rtp_finance_directory.loading.problems import ItemFault, Problem
from rtp_finance_directory.notices.standard.problems import ReleaseRule, describe_fault


def open_records(items: Iterable[FoundItem | Problem]) -> Iterator[FoundItem | Problem]:
    """Yield releases as they are, and of each record what is in it, named by its place in the record."""
    for found in items:
        if isinstance(found, FoundItem) and _is_record(found):
            yield from _open_record(found)
        else:
            yield found if isinstance(found, Problem) else found._replace(name="")


def _is_record(found: FoundItem) -> bool:
    if not isinstance(found.item, dict) or found.name == "releases":
        return False
    return found.name == "records" or any(name in found.item for name in ("releases", "compiledRelease"))


def _open_record(found: FoundItem) -> Iterator[FoundItem | Problem]:
    releases: Any = found.item.get("releases")
    full = [
        (f"releases/{place}", each)
        for place, each in enumerate(releases if isinstance(releases, list) else ())
        if not (isinstance(each, dict) and "url" in each and "ocid" not in each)
    ]
    if not full and "compiledRelease" in found.item:
        full = [("compiledRelease", found.item["compiledRelease"])]
    if not full:
        yield describe_fault(found.row, ItemFault(("releases",), ReleaseRule.LINKED))
    for place, release in full:
        yield FoundItem(found.row, release, name=place)
