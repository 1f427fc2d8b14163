"""A repair as a document: what changed, who is moved, and that it is stable again.

`verify_repair.py` checks it beside the round's certificate, whose requests and advisers it names by their places.
"""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from rtp_advice_matching.rounds.rules.market import NOBODY, Market
from rtp_advice_matching.rounds.rules.repair import Advisers, Changes, change_market, find_standing, repair
from rtp_advice_matching.rounds.rules.snapshot import Json, hash_content, read_candidate, read_rules

FORMATS = {
    "org.righttoprovide.matching-round.1": "org.righttoprovide.matching-repair.1",
    "org.righttoprovide.matching-round.2": "org.righttoprovide.matching-repair.2",
    "org.righttoprovide.matching-round.3": "org.righttoprovide.matching-repair.3",
}
"""A repair is of the format of its round."""
ALONE = frozenset(FORMATS.values()) - {"org.righttoprovide.matching-repair.3"}
"""Formats in which a repair holds the input and the lists of its round, too."""


def read_market(certificate: Mapping[str, Any]) -> Market:
    """Return the market of a round from its certificate."""
    given, rules = certificate["input"], read_rules(certificate["input"]["parameters"])
    starts, advisers, scores, priorities = array("i", [0]), array("i"), array("h"), array("h")
    for request, listed in zip(given["requests"], certificate["lists"], strict=True):
        waited = rules.count_waiting_points(request.get("weeksWaited", 0))  # who is withheld has no list
        for adviser, points in listed:
            advisers.append(adviser)
            scores.append(points)
            priorities.append(points + waited)
        starts.append(len(advisers))
    places = array("i", (read_candidate(each, rules).free for each in given["advisers"]))
    return Market(starts, advisers, scores, priorities, places)


def read_advisers(certificate: Mapping[str, Any]) -> list[int]:
    """Return the adviser of each request from a round's certificate."""
    return [each["chosen"]["adviser"] if each["chosen"] else NOBODY for each in certificate["answers"]]


Ending = Sequence[Json]
"""Engagements with advisers who have left: each names the support request, the adviser and its state."""


def hash_basis(certificate: Mapping[str, Any], before: Advisers, changes: Changes, ending: Ending = ()) -> str:
    """Return the hash of all that a repair depends on: the round's input, who had whom, and what changed."""
    basis = {"inputHash": certificate["inputHash"], "before": list(before), "changes": _write_changes(changes)}
    return hash_content(basis | {"ending": list(ending)} if ending else basis)


def compute_repair(certificate: Mapping[str, Any], before: Advisers, changes: Changes, ending: Ending = ()) -> Json:
    """Repair a round; return the document."""
    market = read_market(certificate)
    repaired = repair(market, before, changes)
    standing = find_standing(change_market(market, changes), before)
    written = FORMATS[certificate["format"]]
    held = ("inputHash", "input", "lists") if written in ALONE else ("inputHash",)
    return {
        "format": written,
        **{name: certificate[name] for name in held},
        "basisHash": hash_basis(certificate, before, changes, ending),
        "before": list(before),
        "changes": _write_changes(changes),
        "after": list(repaired.advisers),
        "moves": list_moves((market, before), (market, repaired.advisers), changes.gone, standing),
        "ending": list(ending),
        "moved": repaired.moved,
        "atLeast": repaired.at_least,
    }


Outcome = tuple[Market, Advisers]


def list_moves(before: Outcome, after: Outcome, gone: frozenset[int], standing: Sequence[int]) -> list[Json]:
    """List the requests that get another adviser, lose theirs or get one, each with its ranks in its own list.

    A rank is one more than the number of advisers on the list who fit better. Directly moved is whose pair may not
    stand; all others are moved because of those.
    """
    return [
        {
            "request": request,
            "before": None if had == NOBODY else had,
            "rankBefore": _rank(before[0], request, had),
            "after": None if has == NOBODY else has,
            "rankAfter": _rank(after[0], request, has),
            "directly": had != NOBODY and standing[request] == NOBODY,
        }
        for request, (had, has) in enumerate(zip(before[1], after[1], strict=True))
        if had != has and request not in gone
    ]


def _rank(market: Market, request: int, adviser: int) -> int | None:
    pairs = market.list_pairs(request)
    own = next((market.scores[pair] for pair in pairs if market.advisers[pair] == adviser), None)
    return None if own is None else 1 + sum(market.scores[pair] > own for pair in pairs)


def count_harm(moves: Sequence[Mapping[str, Any]]) -> Json:
    """Count who is moved, and what it means for them."""
    moved = [each for each in moves if each["before"] is not None]
    placed = [each for each in moved if each["rankBefore"] and each["rankAfter"]]
    directly = sum(each["directly"] for each in moved)
    return {
        "moved": len(moved),
        "directly": directly,
        "indirectly": len(moved) - directly,
        "worse": sum(each["rankAfter"] > each["rankBefore"] for each in placed),
        "as_good": sum(each["rankAfter"] == each["rankBefore"] for each in placed),
        "better": sum(each["rankAfter"] < each["rankBefore"] for each in placed),
        "left_without": sum(each["after"] is None for each in moved),
        "gained": len(moves) - len(moved),
    }


def _write_changes(changes: Changes) -> Json:
    return {
        "gone": sorted(changes.gone),
        "places": sorted(map(list, changes.places.items())),
        "struck": sorted(map(list, changes.struck)),
    }
