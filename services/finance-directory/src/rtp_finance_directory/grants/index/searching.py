"""Answers a search of grants by bitmaps: which match, in which order, and how they are spread."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from uuid import UUID

from pyroaring import BitMap

from rtp_finance_directory.grants.filters import Filters
from rtp_finance_directory.grants.index.blocks import BlockPlace
from rtp_finance_directory.grants.index.expressions import evaluate
from rtp_finance_directory.grants.index.memory import Index
from rtp_finance_directory.grants.places import ANYWHERE, IN_PROGRAMME, IN_TITLE, RankedPlace
from rtp_finance_directory.grants.schemas import FacetCount, FacetsView

MOST_VALUES = 50
"""Of one facet, those that most grants have."""


def find_grants(index: Index, filters: Filters) -> BitMap:
    """Return the grants that match."""
    found = index.blocks.everything if filters.text is None else _find_by_words(index, ANYWHERE)
    for bitmap in _list_conditions(index, filters):
        found = found & bitmap
    return found


def _find_by_words(index: Index, rank: int) -> BitMap:
    """Return the grants in which the words stand so that they have this rank, or a higher one."""
    if index.asked is None:
        return index.blocks.everything
    words = {word: bitmaps[IN_TITLE - rank] for word, bitmaps in index.words.items()}
    return evaluate(index.asked, words, index.blocks.everything)


def _list_conditions(index: Index, filters: Filters) -> Iterator[BitMap]:
    blocks = index.blocks
    if filters.funder is not None:
        yield blocks.find_facet("funder", {filters.funder})
    if filters.regions:
        yield blocks.find_facet("region", set(filters.regions))
    if filters.recipient_schemes:
        yield blocks.find_facet("scheme", set(filters.recipient_schemes))
    if (filters.awarded_from, filters.awarded_until) != (None, None):
        yield blocks.find_days(filters.awarded_from, filters.awarded_until)
    if (filters.least_pence, filters.most_pence) != (None, None):
        yield blocks.find_amounts(filters.least_pence, filters.most_pence)


def list_places(index: Index, found: BitMap, number: int, after: RankedPlace | None) -> list[RankedPlace]:
    """List the first of the grants that were found, the best match first and then the newest, behind a place."""
    listed: list[RankedPlace] = []
    left = found
    for rank in (ANYWHERE,) if index.asked is None else (IN_TITLE, IN_PROGRAMME, ANYWHERE):
        ranked = left & _find_by_words(index, rank) if rank else left
        left = left - ranked
        if after is not None and rank > after.rank:
            continue
        behind = BlockPlace(after.day.toordinal(), after.id.bytes) if after and rank == after.rank else None
        first = index.blocks.list_first(ranked, number - len(listed), behind)
        listed += [RankedPlace(rank, date.fromordinal(each.day), UUID(bytes=each.id)) for each in first]
        if len(listed) == number:
            break
    return listed


def count_facets(index: Index, found: BitMap) -> FacetsView:
    """Count all grants that were found."""
    counts: dict[str, dict[str, FacetCount]] = defaultdict(dict)
    for value, bitmap in index.blocks.facets.items():
        if count := bitmap.intersection_cardinality(found):
            other = counts[value.facet].get(value.code)
            name = value.name if other is None else min(value.name, other.name)
            count += other.count if other else 0
            counts[value.facet][value.code] = FacetCount(code=value.code, name=name, count=count)
    most = {
        facet: sorted(values.values(), key=lambda value: (-value.count, value.code))[:MOST_VALUES]
        for facet, values in counts.items()
    }
    return FacetsView(
        counted=len(found),
        complete=True,
        funders=most.get("funder", []),
        regions=most.get("region", []),
        years=sorted(most.get("year", []), key=lambda value: value.code, reverse=True),
        recipient_schemes=most.get("scheme", []),
    )
