#!/usr/bin/env python3
"""Check a repair of a matching round: python verify_repair.py certificate.json repair.json

Check the round itself first, by verify_round.py. Here it is worked out anew that the repair is stable after what has
changed, who is moved and what that means for each, and how many must be moved at the least.
"""

import json
import sys
from collections import Counter
from pathlib import Path

FORMATS = ("org.righttoprovide.matching-round.3", "org.righttoprovide.matching-repair.3")
NOBODY = -1


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def count_places(adviser, hours_each):
    hours = adviser["hours"]
    most = adviser["capacity"] if hours is None else min(adviser["capacity"], hours // hours_each)
    return max(0, most - adviser["engaged"])


class Repair:
    """The market of a round after the changes of a repair."""

    def __init__(self, certificate, repair):
        check((certificate["format"], repair["format"]) == FORMATS, "the format is unknown")
        check(certificate["inputHash"] == repair["inputHash"], "it is the repair of another round")
        given, changes, self.written = certificate["input"], repair["changes"], list(map(dict, certificate["lists"]))
        self.gone, struck = set(changes["gone"]), {tuple(each) for each in changes["struck"]}
        self.lists = [
            {has: score for has, score in listed.items() if n not in self.gone and (n, has) not in struck}
            for n, listed in enumerate(self.written)
        ]
        most, week, each = (given["parameters"][name] for name in ("pointsForWaiting", "pointsPerWeek", "hoursEach"))
        self.waited = [min(ask["weeksWaited"] * week, most) for ask in given["requests"]]
        self.places = [count_places(has, each) for has in given["advisers"]]
        for has, places in changes["places"]:
            check(0 <= has < len(self.places), "the places are of somebody else")
            self.places[has] = places
        check(len(repair["before"]) == len(repair["after"]) == len(self.lists), "a request is missing")

    def like(self, n, has):
        """Return what a request is worth to an adviser on its list."""
        return self.lists[n][has] + self.waited[n]

    def check_stable(self, own):
        """Check that all keep to lists and places, and that no two would both rather have each other."""
        taken, least = Counter(mine for mine in own if mine != NOBODY), {}
        for n, mine in enumerate(own):
            if mine != NOBODY:
                check(mine in self.lists[n], f"request {n} has adviser {mine}, who is not on its list")
                least[mine] = min(self.like(n, mine), least.get(mine, self.like(n, mine)))
        for has, count in taken.items():
            check(count <= self.places[has], f"more requests than places has adviser {has}")
        for n, mine in enumerate(own):
            for has, score in self.lists[n].items():
                better, liked = mine == NOBODY or score > self.lists[n][mine], self.like(n, has)
                wanted = taken[has] < self.places[has] or least.get(has, liked) < liked
                check(not (better and wanted), f"request {n} and adviser {has} would both rather have each other")

    def find_standing(self, before):
        """Return the requests whose pair may stand; where places are too few, those that the adviser likes best."""
        standing, left = set(), list(self.places)
        pairs = [(n, has) for n, has in enumerate(before) if has in self.lists[n]]
        for n, has in sorted(pairs, key=lambda pair: -self.like(*pair)):
            if left[has] > 0:
                left[has] -= 1
                standing.add(n)
        return standing

    def find_rank(self, n, has):
        listed = self.written[n]
        return 1 + sum(score > listed[has] for score in listed.values()) if has in listed else None

    def list_moves(self, before, after, standing):
        for n, (had, has) in enumerate(zip(before, after, strict=True)):
            if had != has and n not in self.gone:
                yield {
                    "request": n,
                    "before": None if had == NOBODY else had,
                    "rankBefore": self.find_rank(n, had),
                    "after": None if has == NOBODY else has,
                    "rankAfter": self.find_rank(n, has),
                    "directly": had != NOBODY and n not in standing,
                }


def verify(certificate, repair):
    """Raise AssertionError with the first thing that is not as the repair says; return what was not checked."""
    its, before, after = Repair(certificate, repair), repair["before"], repair["after"]
    its.check_stable(after)
    standing = its.find_standing(before)
    moves = list(its.list_moves(before, after, standing))
    check(moves == repair["moves"], "who is moved, and the harm of it, is not so")
    moved = sum(each["before"] is not None for each in moves)
    least = sum(has != NOBODY and n not in standing | its.gone for n, has in enumerate(before))
    check(repair["moved"] == moved, "the number of moved is another")
    check(least <= repair["atLeast"] <= moved, "the fewest to be moved cannot be so")
    return [] if least == moved else ["that fewer cannot be moved (solver)"]


def main(arguments):
    try:
        certificate, repair = (json.loads(Path(each).read_text(encoding="utf-8")) for each in arguments)
        unchecked = verify(certificate, repair)
    except (OSError, AssertionError, LookupError, TypeError, ValueError, AttributeError) as fault:
        sys.exit(f"The repair does not hold: {type(fault).__name__ if not fault.args else fault}")
    sys.stdout.write(f"The repair holds. The input of its round is {certificate['inputHash']}\n")
    sys.stdout.writelines(f"Not checked here: {each}\n" for each in unchecked)


if __name__ == "__main__":
    main(sys.argv[1:])
