#!/usr/bin/env python3
"""Check the certificate of a matching round, or a repair of one: python verify_round.py certificate.json [EVERY]

It works out anew, from the input that the certificate holds, who may help whom and how well, and that the result is
what it says: everybody keeps to constraints and places, no two would both rather have each other, each reason is true,
and so are both bounds of the extra places. It needs Python's standard library and nothing else. Every request is
compared with every adviser; of a large round, 100 for EVERY does so for each hundredth request, and all else in full.
"""

import hashlib
import json
import sys
from collections import Counter
from pathlib import Path

NAMED = 20
FORMATS = ("org.righttoprovide.matching-round.1", "org.righttoprovide.matching-round.2")
REPAIRS = ("org.righttoprovide.matching-repair.1", "org.righttoprovide.matching-repair.2")


def find_obstacle(request, adviser):
    """Return the ground that keeps an adviser from helping at all, or None."""
    return next(find_obstacles(request, adviser), None)


def find_obstacles(request, adviser):
    """Yield every ground that keeps an adviser from helping; a round of the first format knew five of them."""
    network, bodies, funders = adviser.get("network"), request["bodies"], request.get("funders", [])
    wanted, kinds = request.get("languages", []), request.get("kinds", [])
    checks = (
        ("conflict-of-interest", {*bodies, *funders} & set(adviser["conflicts"])),
        ("network-is-a-body-of-the-case", network in bodies),
        ("network-is-a-funder", network in funders),
        ("advised-in-the-matter-before", {adviser["id"], network} & set(request.get("priorAdvisers", []))),
        ("declined-or-ended-before", adviser["id"] in request.get("refusedBy", [])),
        ("not-of-the-kind-sought", kinds and adviser["kind"] not in kinds),
        ("does-not-serve-sector", adviser["sectors"] and request["sector"] not in adviser["sectors"]),
        ("does-not-serve-headcount", not serves_size(request.get("headcount"), adviser)),
        ("does-not-serve-region", not can_meet(request, adviser)),
        ("does-not-speak-language", wanted and not share_language(wanted, adviser["languages"])),
        ("does-not-meet-access-needs", set(request.get("accessNeeds", [])) - set(adviser.get("accessNeeds", []))),
        ("does-not-serve-stage", adviser["stages"] and request["stage"] not in adviser["stages"]),
        ("no-free-capacity", adviser["engaged"] >= adviser["capacity"]),
        ("no-hours-left", count_lacking_hours(adviser) > 0),
    )
    return (ground for ground, holds in checks if holds)


def serves_size(headcount, adviser):
    smallest, largest = adviser.get("headcountFrom"), adviser.get("headcountTo")
    return headcount is None or (smallest or 0) <= headcount <= (headcount if largest is None else largest)


def can_meet(request, adviser):
    near, meeting = request["region"] in adviser["regions"], request.get("meeting")
    if meeting is None:  # the first format: where no region was known, nobody was too far
        return adviser["remote"] or near or request["region"] is None
    return (near and meeting != "online") or (adviser["remote"] and meeting != "in-person")


def share_language(wanted, spoken):
    """Return whether a wanted tag is the same as a spoken one, or the one begins with all parts of the other."""
    pairs = [(one.lower().split("-"), other.lower().split("-")) for one in wanted for other in spoken]
    return any(all(part == same for part, same in zip(one, other, strict=False)) for one, other in pairs)


def count_lacking_hours(adviser):
    hours, each = adviser.get("hours"), adviser.get("hoursEach")
    return 0 if hours is None else max(0, (adviser["engaged"] + 1) * each - hours)


def count_places(adviser):
    """Return for how many requests an adviser has places, and hours if any are said."""
    hours, each = adviser.get("hours"), adviser.get("hoursEach")
    most = adviser["capacity"] if hours is None else min(adviser["capacity"], hours // each)
    return max(0, most - adviser["engaged"])


CHANGES = {
    "no-free-capacity": "a-free-place",
    "no-hours-left": "more-hours",
    "not-of-the-kind-sought": "another-kind",
    "does-not-speak-language": "another-language",
    "does-not-meet-access-needs": "access-needs-met",
    "does-not-serve-stage": "another-stage",
    "does-not-serve-sector": "sector-served",
    "does-not-serve-headcount": "size-served",
}
IN_ORDER = "a-free-place more-hours meet-online meet-in-person adviser-meets-online adviser-meets-in-region"
IN_ORDER = [*IN_ORDER.split(), *list(CHANGES.values())[2:]]


def name_change(request, adviser):
    """Name what would let an adviser help whom one ground alone keeps out, or None."""
    grounds = list(find_obstacles(request, adviser))
    if grounds != ["does-not-serve-region"]:
        return CHANGES.get(grounds[0]) if len(grounds) == 1 else None
    if adviser["remote"]:
        return "meet-online"
    if request["region"] in adviser["regions"]:
        return "meet-in-person"
    return "adviser-meets-" + ("in-region" if request["meeting"] == "in-person" else "online")


def list_ways(request, advisers):
    """List what would change it for a request, each with those whom nothing else keeps out."""
    found = {}
    for number, adviser in enumerate(advisers):
        found.setdefault(name_change(request, adviser), []).append(number)
    fewest = min((count_lacking_hours(advisers[each]) for each in found.get("more-hours", [])), default=None)
    if fewest is not None:
        found["more-hours"] = [each for each in found["more-hours"] if count_lacking_hours(advisers[each]) == fewest]
    return [
        {
            "change": change,
            "by": fewest if change == "more-hours" else None,
            "count": len(found[change]),
            "advisers": found[change][:NAMED],
        }
        for change in IN_ORDER
        if change in found
    ]


def rate(request, adviser, rules):
    """Return the points of each part of the score: share times weight, rounded down; half where nobody was chosen."""
    (half, whole), wanted, form = rules["half"], request["topics"], request["legalForm"]
    near, any_form = request["region"] in adviser["regions"], not adviser["legalForms"]
    shares = {
        "topics": (len(set(wanted) & set(adviser["topics"])), len(wanted)) if wanted else (1, 1),
        "sector": (1, 1) if request["sector"] in adviser["sectors"] else (half, whole),
        "region": (1, 1) if near else (half, whole) if adviser["remote"] else (0, 1),
        "stage": (1, 1) if request["stage"] in adviser["stages"] else (half, whole),
        "capacity": (adviser["capacity"] - adviser["engaged"], adviser["capacity"]),
        "legal-form": (1, 1) if form is None or form in adviser["legalForms"] else (half if any_form else 0, whole),
    }
    return {part: rules["weights"][part] * share // of for part, (share, of) in shares.items()}


def find_blocking(lists, own, waited, places):
    """Return requests and advisers who break their places, or would both rather have each other than what they got."""
    taken = Counter(adviser for adviser in own if adviser is not None)
    least = {}
    for request, adviser in enumerate(own):
        if adviser is not None:
            if adviser not in lists[request]:
                return f"request {request} has adviser {adviser}, who is not on its list"
            liked = lists[request][adviser] + waited[request]
            least[adviser] = min(liked, least.get(adviser, liked))
    for adviser, count in taken.items():
        if count > places[adviser]:
            return f"adviser {adviser} has {count} requests and {places[adviser]} places"
    for request, listed in enumerate(lists):
        for adviser, score in listed.items():
            better, liked = own[request] is None or score > listed[own[request]], score + waited[request]
            if better and (taken[adviser] < places[adviser] or least.get(adviser, liked) < liked):
                return f"request {request} and adviser {adviser} would both rather have each other"
    return None


def read_waited(given):
    """Return the points that each request has for waiting."""
    week, most = given["parameters"]["pointsPerWeek"], given["parameters"]["pointsForWaiting"]
    return [min(each["weeksWaited"] * week, most) for each in given["requests"]]


def verify_repair(said):
    """Check a repair: the lists are of the input, and after the changes the result is stable with the moves it says."""
    check_hash(said)
    given, changes = add_hours(said["input"]), said["changes"]
    waited, written, gone = read_waited(given), [dict(listed) for listed in said["lists"]], set(changes["gone"])
    check(len(written) == len(said["before"]) == len(said["after"]) == len(waited), "a request is missing")
    check_scores(given, written)
    before, after = ([None if each == -1 else each for each in said[name]] for name in ("before", "after"))
    places = [count_places(each) for each in given["advisers"]]
    for adviser, number in changes["places"]:
        places[adviser] = number
    struck = set(map(tuple, changes["struck"]))
    lists = [
        {adviser: score for adviser, score in listed.items() if number not in gone and (number, adviser) not in struck}
        for number, listed in enumerate(written)
    ]
    problem = find_blocking(lists, after, waited, places)
    check(problem is None, problem)
    standing = find_standing(lists, before, waited, places)
    moves = [
        describe_move(number, written[number], before[number], after[number], number in standing)
        for number in range(len(lists))
        if before[number] != after[number] and number not in gone
    ]
    check(moves == said["moves"], "who is moved, and the harm of it, is not so")
    check(said["moved"] == sum(each["before"] is not None for each in moves), "the number of moved is another")
    least = sum(each is not None and number not in standing | gone for number, each in enumerate(before))
    check(least <= said["atLeast"] <= said["moved"], "the fewest to be moved cannot be so")
    return "too-few-places" if least == said["moved"] else "moves"


def check_scores(given, lists):
    for request, listed in zip(given["requests"], lists, strict=True):
        for adviser, score in listed.items():
            check(find_obstacle(request, given["advisers"][adviser]) is None, f"adviser {adviser} may not help")
            rated = sum(rate(request, given["advisers"][adviser], given["parameters"]).values())
            check(rated == score, f"the score of adviser {adviser} is another")


def find_standing(lists, before, waited, places):
    """Return the requests whose pair may stand; where places are too few, those that the adviser likes best."""
    standing, left = set(), list(places)
    for number in sorted(range(len(lists)), key=lambda each: -lists[each].get(before[each], 0) - waited[each]):
        if before[number] in lists[number] and left[before[number]] > 0:
            left[before[number]] -= 1
            standing.add(number)
    return standing


def describe_move(number, listed, had, has, stands):
    def find_rank(adviser):
        return None if adviser not in listed else 1 + sum(score > listed[adviser] for score in listed.values())

    move = {"request": number, "directly": had is not None and not stands}
    return move | {"before": had, "rankBefore": find_rank(had), "after": has, "rankAfter": find_rank(has)}


def add_hours(given):
    """Return the input with the hours that each request takes beside those of each adviser."""
    each = given["parameters"].get("hoursEach")
    return {**given, "advisers": [{**adviser, "hoursEach": each} for adviser in given["advisers"]]}


def check_hash(certificate):
    text = json.dumps(certificate["input"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    check(certificate["inputHash"] == f"sha256:{digest}", "the input is not what was hashed")


def check(holds, what):
    if not holds:
        raise AssertionError(what)


class Round:
    """What a certificate says, and what follows from it."""

    def __init__(self, certificate):
        given = add_hours(certificate["input"])
        check(certificate["format"] in FORMATS, "the format is unknown")
        self.first_format = certificate["format"] == FORMATS[0]
        check_hash(certificate)
        check(self.first_format == ("hoursEach" not in given["parameters"]), "the input is of another format")
        self.rules, self.requests, self.advisers = given["parameters"], given["requests"], given["advisers"]
        self.written, self.answers, self.extra = (certificate[name] for name in ("lists", "answers", "extraPlaces"))
        self.largest = certificate["largest"]
        check(len(self.written) == len(self.answers) == len(self.requests), "a request lacks its list or its answer")
        self.lists = [dict(listed) for listed in self.written]
        self.places = [count_places(each) for each in self.advisers]
        self.waited = read_waited(given)
        self.own = [each["chosen"] and each["chosen"]["adviser"] for each in self.answers]

    def check_result(self):
        """Check that all keep to places and lists, and no two would rather have each other."""
        problem = find_blocking(self.lists, self.own, self.waited, self.places)
        check(problem is None, problem)
        self.least, self.envious = {}, [[] for _ in self.advisers]
        for listed, mine, waited in zip(self.lists, self.own, self.waited, strict=True):
            if mine is not None:
                self.least[mine] = min(listed[mine] + waited, self.least.get(mine, listed[mine] + waited))
            for adviser, score in listed.items():
                if mine is None or score > listed[mine]:
                    self.envious[adviser].append(score + waited)

    def check_list(self, number):
        """Check that a list is of those who may help, with their scores, and what is said of the chosen one."""
        request, listed, mine, at = self.requests[number], self.lists[number], self.own[number], f"request {number}"
        scores = list(listed.values())
        check(len(self.written[number]) == len(listed) <= self.rules["listLength"], f"{at}: the list is too long")
        check(scores == sorted(scores, reverse=True), f"{at}: the list is not in its order")
        for adviser, score in listed.items():
            check(find_obstacle(request, self.advisers[adviser]) is None, f"{at}: adviser {adviser} may not help it")
            rated = rate(request, self.advisers[adviser], self.rules)
            check(sum(rated.values()) == score, f"{at}: the score of adviser {adviser} is another")
            if adviser == mine:
                why = {"adviser": mine, "score": score, "priority": score + self.waited[number], "parts": rated}
                why["wouldRatherHave"] = sum(each > score for each in scores)
                check(self.answers[number]["chosen"] == why, f"{at}: what is said of adviser {adviser} is not so")

    def check_way_out(self, number):
        """Check how many more places of which adviser would be enough for a request that has nobody."""
        said, at = self.read_more_places(number), f"request {number}"
        ways = {}
        for adviser, score in self.lists[number].items():
            ways[adviser] = 1 + sum(liked > score + self.waited[number] for liked in self.envious[adviser])
        check((said is None) == (not ways), f"{at}: what would change it is not said")
        right = said is None or ways.get(said["adviser"]) == said["morePlaces"] == min(ways.values())
        check(right, f"{at}: it would change by other places")

    def read_more_places(self, number):
        """Return what is said of more places; from the second format on it is the first of several ways, if one."""
        said = self.answers[number]["wouldChange"]
        if self.first_format:
            return said
        way = said[0] if said and said[0]["change"] == "more-places" else None
        if way is None:
            return None
        check(way["count"] == len(way["advisers"]) == 1, f"request {number}: more places of how many is not said")
        return {"adviser": way["advisers"][0], "morePlaces": way["by"]}

    def check_other_ways(self, number):
        """Check what else would change it: every adviser whom one thing alone keeps out."""
        said = [each for each in self.answers[number]["wouldChange"] if each["change"] != "more-places"]
        right = said == list_ways(self.requests[number], self.advisers)
        check(right, f"request {number}: what else would change it is not so")

    def find_reason(self, number, adviser):
        listed, mine = self.lists[number], self.own[number]
        if adviser not in listed:
            return find_obstacle(self.requests[number], self.advisers[adviser]) or "below-the-end-of-the-list"
        if mine is not None and listed[adviser] <= listed[mine]:
            return "fits-" + ("less-than" if listed[adviser] < listed[mine] else "as-well-as") + "-the-chosen"
        preferred = self.least[adviser] > listed[adviser] + self.waited[number]
        return "full-with-requests-it-" + ("prefers" if preferred else "likes-as-much-or-more")

    def check_reasons(self, number):
        """Check the reason of everybody who was not chosen, and that nobody better is missing on the list."""
        groups, at, listed = {}, f"request {number}", self.lists[number]
        for adviser in range(len(self.advisers)):
            if adviser != self.own[number]:
                groups.setdefault(self.find_reason(number, adviser), []).append(adviser)
        below = [self.advisers[each] for each in groups.get("below-the-end-of-the-list", [])]
        best = max((sum(rate(self.requests[number], each, self.rules).values()) for each in below), default=0)
        ended = not below or (len(listed) == self.rules["listLength"] and best <= min(listed.values()))
        check(ended, f"{at}: somebody who fits better than the list's last is not on it")
        said = [{"reason": key, "count": len(who), "advisers": who[:NAMED]} for key, who in sorted(groups.items())]
        check(self.answers[number]["notChosen"] == said, f"{at}: the reasons why nobody else was chosen are not so")
        if self.own[number] is None and self.first_format:
            lacking = groups.get("no-free-capacity", [])[:NAMED]
            check(self.answers[number]["lackingPlacesOnly"] == lacking, f"{at}: who lacks a place is another")
        elif self.own[number] is None:
            self.check_other_ways(number)

    def check_extra_places(self):
        """Check both bounds of the extra places by their proofs."""
        short, added = self.extra["short"], dict(self.extra["added"])
        known = {adviser for number in short for adviser in self.lists[number]}
        check(len(set(short)) == len(short) and all(self.lists[each] for each in short), "the lower bound has no proof")
        too_few = len(short) - sum(self.places[adviser] for adviser in known)
        check(too_few == self.extra["atLeast"], "the lower bound has no proof")
        check(
            sum(added.values()) == self.extra["atMost"] and min(added.values(), default=1) > 0,
            "the upper bound is no sum",
        )
        wider = [places + added.get(adviser, 0) for adviser, places in enumerate(self.places)]
        placed = [None if adviser == -1 else adviser for adviser in self.extra["assignment"]]
        check(len(placed) == len(self.lists), "the upper bound is of other requests")
        for listed, adviser in zip(self.lists, placed, strict=True):
            check(not listed or adviser is not None, "the upper bound leaves somebody out")
        problem = find_blocking(self.lists, placed, self.waited, wider)
        check(problem is None, f"with the extra places: {problem}")

    def check_size(self):
        """Check how many have somebody, and as far as that is possible without a solver, that no more could have."""
        placed, at_most, by = (self.largest[name] for name in ("placed", "atMost", "by"))
        check(placed == sum(mine is not None for mine in self.own), "the number of pairs is another")
        placeable = sum(map(bool, self.lists)) - self.extra["atLeast"]
        bounds = {"too-few-places": placeable, "two-thirds": placed * 3 // 2, "solver": at_most}
        if self.rules["method"] != "fast":
            del bounds["two-thirds"]
        check(by in bounds and placed <= at_most == bounds[by] <= placeable, "the bound of the size has no proof")


def verify(certificate, every=1):
    """Raise AssertionError with the first thing that is not as the certificate says."""
    if certificate["format"] in REPAIRS:
        return verify_repair(certificate)
    said = Round(certificate)
    said.check_result()
    for number, mine in enumerate(said.own):
        said.check_list(number)
        if mine is None:
            said.check_way_out(number)
        if number % every == 0:
            said.check_reasons(number)
    said.check_extra_places()
    said.check_size()
    return said.largest["by"]


def main(arguments):
    try:
        certificate = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
        by = verify(certificate, int(arguments[1]) if len(arguments) > 1 else 1)
    except (OSError, AssertionError, LookupError, TypeError, ValueError, AttributeError) as fault:
        sys.stderr.write(f"The certificate does not hold: {type(fault).__name__ if not fault.args else fault}\n")
        return 1
    sys.stdout.write(f"The certificate holds. Its input is {certificate['inputHash']}\n")
    if by != "too-few-places":
        said = {"solver": "a solver's", "two-thirds": "the fast method's", "moves": "a solver's, if it ran"}[by]
        what = "fewest moved" if by == "moves" else "largest size"
        sys.stdout.write(f"Not checked here: the bound of the {what}, which is {said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
