#!/usr/bin/env python3
"""Check the certificate of a matching round: python verify_round.py certificate.json [EVERY]

Everything is worked out anew from the facts in it. With 100 for EVERY, why nobody else was chosen is checked for each
hundredth request alone. Of a request that is withheld, only the place that it takes is known.
"""

import hashlib
import json
import sys
from collections import Counter
from pathlib import Path

NOBODY, BELOW = -1, "below-the-end-of-the-list"
CHANGES = (
    "another-kind sector-served size-served another-language access-needs-met another-stage a-free-place more-hours"
)


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def digest(content):
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def find_obstacles(ask, has):
    """List every ground that keeps an adviser from helping a request, with what would lift it, if anything does."""
    near, remote, meeting, size = ask["region"] in has["regions"], has["remote"], ask["meeting"], ask["headcount"]
    kind, sector, headcount, language, access, stage, place, hours = CHANGES.split()
    region = "meet-in-person" if near else "adviser-meets-" + ("in-region" if meeting == "in-person" else "online")
    tags = [(a.lower().split("-"), b.lower().split("-")) for a in ask["languages"] for b in has["languages"]]
    far = not ((near and meeting != "online") or (remote and meeting != "in-person"))
    checks = (
        ("conflict-of-interest", None, {*ask["bodies"], *ask["funders"]} & {*has["conflicts"]}),
        ("network-is-a-body-of-the-case", None, has["network"] in ask["bodies"]),
        ("network-is-a-funder", None, has["network"] in ask["funders"]),
        ("advised-in-the-matter-before", None, {has["id"], has["network"]} & {*ask["priorAdvisers"]}),
        ("declined-or-ended-before", None, has["id"] in ask["refusedBy"]),
        ("not-of-the-kind-sought", kind, ask["kinds"] and has["kind"] not in ask["kinds"]),
        ("does-not-serve-sector", sector, has["sectors"] and ask["sector"] not in has["sectors"]),
        ("does-not-serve-headcount", headcount, size is not None and not has["from"] <= size <= has["to"]),
        ("does-not-serve-region", "meet-online" if remote else region, far),
        (
            "does-not-speak-language",
            language,
            ask["languages"] and not any(a[: len(b)] == b[: len(a)] for a, b in tags),
        ),
        ("does-not-meet-access-needs", access, {*ask["accessNeeds"]} - {*has["accessNeeds"]}),
        ("does-not-serve-stage", stage, has["stages"] and ask["stage"] not in has["stages"]),
        ("no-free-capacity", place, has["engaged"] >= has["capacity"]),
        ("no-hours-left", hours, has["lacking"]),
    )
    return [(ground, change) for ground, change, holds in checks if holds]


def rate(ask, has, rules):
    """Return the points of each part of the score: share times weight, rounded down; half where nobody was chosen."""
    (half, whole), topics, form = rules["half"], ask["topics"], ask["legalForm"]
    online = (half, whole) if has["remote"] else (0, 1)
    shares = {
        "topics": (len({*topics} & {*has["topics"]}), len(topics)) if topics else (1, 1),
        "sector": (1, 1) if ask["sector"] in has["sectors"] else (half, whole),
        "region": (1, 1) if ask["region"] in has["regions"] else online,
        "stage": (1, 1) if ask["stage"] in has["stages"] else (half, whole),
        "capacity": (has["capacity"] - has["engaged"], has["capacity"]),
        "legal-form": (1, 1) if form in [None, *has["legalForms"]] else (0 if has["legalForms"] else half, whole),
    }
    return {part: rules["weights"][part] * share // of for part, (share, of) in shares.items()}


class Round:
    """What a certificate says, and what follows from it."""

    def __init__(self, said):
        check(said["format"] == "org.righttoprovide.matching-round.3", "the format is unknown")
        given, self.answers, self.lists = said["input"], said["answers"], [dict(each) for each in said["lists"]]
        self.rules, self.asks = given["parameters"], given["requests"]
        hashes = [each.get("withheld") or digest(each) for each in self.asks]
        check(said["inputHash"] == digest({**given, "requests": hashes}), "the input is not what was hashed")
        check(len(self.lists) == len(self.answers) == len(self.asks), "a request lacks its list or its answer")
        check(list(map(len, self.lists)) == list(map(len, said["lists"])), "somebody is twice on a list")
        self.listed = [each.get("listed", bool(mine)) for each, mine in zip(self.answers, self.lists, strict=True)]
        self.own = [each["chosen"] and each["chosen"]["adviser"] for each in self.answers]
        most, week, each = (self.rules[name] for name in ("pointsForWaiting", "pointsPerWeek", "hoursEach"))
        self.waited = [min(ask["weeksWaited"] * week, most) for ask in self.asks]
        self.advisers, self.places = [], []
        for has in given["advisers"]:
            needed = (has["engaged"] + 1) * each
            hours = max(has["capacity"] * each, needed) if has["hours"] is None else has["hours"]
            sizes = {"from": has["headcountFrom"] or 0, "to": has["headcountTo"] or 10**9}
            self.advisers.append(has | sizes | {"lacking": max(0, needed - hours)})
            self.places.append(max(0, min(has["capacity"], hours // each) - has["engaged"]))
        self.least, self.envious = self.check_stable(self.own, self.places), [[] for _ in self.places]
        for n, adviser, score in self.list_pairs():
            if self.own[n] is None or score > self.lists[n][self.own[n]]:
                self.envious[adviser].append(score + self.waited[n])

    def list_pairs(self):
        return ((n, adviser, score) for n, listed in enumerate(self.lists) for adviser, score in listed.items())

    def check_stable(self, own, places):
        """Check that all keep to lists and places, and that no two would both rather have each other."""
        check(len(own) == len(self.asks), "the result is of other requests")
        taken, least = Counter(mine for mine in own if mine is not None), {}
        for adviser, count in taken.items():
            check(adviser >= 0 and count <= places[adviser], f"more requests than places has adviser {adviser}")
        for n, mine in enumerate(own):
            on_list = mine is None or mine in self.lists[n] or "withheld" in self.asks[n]
            check(on_list, f"request {n} has adviser {mine}, who is not on its list")
            if mine in self.lists[n]:
                liked = self.lists[n][mine] + self.waited[n]
                least[mine] = min(liked, least.get(mine, liked))
        for n, adviser, score in self.list_pairs():
            liked = score + self.waited[n]
            better = own[n] is None or score > self.lists[n].get(own[n], score)
            wanted = taken[adviser] < places[adviser] or least.get(adviser, liked) < liked
            check(not (better and wanted), f"request {n} and adviser {adviser} would both rather have each other")
        return least

    def check_list(self, n):
        """Check that a list is of those who may help, with their scores, and what is said of the chosen one."""
        scores, at = list(self.lists[n].values()), f"request {n}"
        check(len(scores) <= self.rules["listLength"], f"{at}: the list is too long")
        check(scores == sorted(scores, reverse=True), f"{at}: the list is not in its order")
        for adviser, score in self.lists[n].items():
            check(not find_obstacles(self.asks[n], self.advisers[adviser]), f"{at}: adviser {adviser} may not help it")
            parts = rate(self.asks[n], self.advisers[adviser], self.rules)
            check(sum(parts.values()) == score, f"{at}: the score of adviser {adviser} is another")
            why = {"adviser": adviser, "score": score, "priority": score + self.waited[n], "parts": parts}
            why["wouldRatherHave"] = sum(each > score for each in scores)
            right = adviser != self.own[n] or self.answers[n]["chosen"] == why
            check(right, f"{at}: what is said of adviser {adviser} is not so")

    def find_reason(self, n, adviser, grounds):
        """Return why an adviser was not chosen."""
        if adviser not in self.lists[n]:
            return grounds[0][0] if grounds else BELOW
        score, own = self.lists[n][adviser], self.lists[n].get(self.own[n])
        if own is not None and score <= own:
            return "fits-less-than-the-chosen" if score < own else "fits-as-well-as-the-chosen"
        prefers = self.least[adviser] > score + self.waited[n]
        return "full-with-requests-it-" + ("prefers" if prefers else "likes-as-much-or-more")

    def check_reasons(self, n):
        """Check why nobody else was chosen, that nobody better is missing on the list, and what would change it."""
        groups, ways, at, most = {}, {}, f"request {n}", self.rules["named"]
        for adviser, has in enumerate(self.advisers):
            grounds = find_obstacles(self.asks[n], has)
            if adviser != self.own[n]:
                groups.setdefault(self.find_reason(n, adviser, grounds), []).append(adviser)
            if len(grounds) == 1 and grounds[0][1]:
                ways.setdefault(grounds[0][1], []).append((has["lacking"], adviser))
        below = [sum(rate(self.asks[n], self.advisers[x], self.rules).values()) for x in groups.get(BELOW, [])]
        ended = len(self.lists[n]) == self.rules["listLength"] and max(below, default=0) <= min(self.lists[n].values())
        check(not below or ended, f"{at}: somebody who fits better than the list's last is not on it")
        said = {each["reason"]: each for each in self.answers[n]["notChosen"]}
        right = {
            reason: {"reason": reason, "count": len(who), "advisers": who[:most]} for reason, who in groups.items()
        }
        check(said == right, f"{at}: the reasons why nobody else was chosen are not so")
        said = {} if self.own[n] is not None else {each["change"]: each for each in self.answers[n]["wouldChange"]}
        self.check_more_places(n, said.pop("more-places", None))
        for change, found in ways.items() if self.own[n] is None else ():
            least = min(found)[0]  # hours that are lacking, or none
            who = [adviser for lacking, adviser in found if lacking == least]
            way = {"change": change, "by": least or None, "count": len(who), "advisers": who[:most]}
            check(said.pop(change, None) == way, f"{at}: what else would change it is not so")
        check(not said, f"{at}: what else would change it is not so")

    def check_more_places(self, n, said):
        """Check how many more places of which adviser are enough: more than there are others whom it prefers."""
        listed = self.lists[n].items() if self.own[n] is None else ()
        ways = {x: 1 + sum(liked > score + self.waited[n] for liked in self.envious[x]) for x, score in listed}
        check((said is None) == (not ways), f"request {n}: what would change it is not said")
        if ways and not any("withheld" in each for each in self.asks):  # others may be preferred who are not seen
            right = said["by"] == min(ways.values()) == ways.get(said["advisers"][0]) and said["count"] == 1
            check(right, f"request {n}: it would change by other places")

    def check_fewest(self, said):
        """Check the fewest extra places that help everybody who can be helped; return those of the lists."""
        short, added, owns = set(said["short"]), dict(said["added"]), said["assignment"]
        lacking = len(short) - sum(self.places[has] for has in {has for n in short for has in self.lists[n]})
        helped = [n for n, mine in enumerate(owns) if mine != NOBODY and not self.listed[n]]
        proved = len(short) == len(said["short"]) and all(self.listed[n] for n in short)
        check(proved and said["count"] == lacking + len(helped), "that fewer places do not do has no proof")
        taken = Counter(mine for mine in owns if mine != NOBODY)
        fits = all(count <= self.places[has] + added.get(has, 0) for has, count in taken.items())
        check(fits and said["count"] == sum(added.values()), "the extra places are not enough")
        check(
            said["noPlaceHelps"] == [n for n, mine in enumerate(owns) if mine == NOBODY],
            "whom no place helps is not so",
        )
        check(len(owns) == len(self.asks), "the extra places are for other requests")
        for n, mine in enumerate(owns):
            if "withheld" not in self.asks[n] and self.listed[n]:
                check(mine in self.lists[n], f"the extra places leave out request {n}")
            elif "withheld" not in self.asks[n]:
                helping = [has for has, each in enumerate(self.advisers) if self.lacks_place(n, each)]
                check(mine in helping or (mine == NOBODY and not helping), f"request {n} is helped by other places")
        return lacking

    def lacks_place(self, n, has):
        return {ground for ground, _ in find_obstacles(self.asks[n], has)} <= {"no-free-capacity", "no-hours-left"}

    def check_bounds(self, lacking, extra, largest):
        """Check the extra places of a stable result, and the largest size, as far as no solver is needed."""
        added, owns = dict(extra["added"]), [None if mine == NOBODY else mine for mine in extra["assignment"]]
        least = {"too-few-places": lacking, "solver": max(lacking, extra["atLeast"])}.get(extra["by"])
        right = extra["atLeast"] == least <= extra["atMost"] == sum(added.values())
        check(right, "the bounds of the extra places are not so")
        self.check_stable(owns, [places + added.get(has, 0) for has, places in enumerate(self.places)])
        check(
            not any(self.listed[n] and mine is None for n, mine in enumerate(owns)),
            "the extra places leave somebody out",
        )
        placed, at_most, by = (largest[name] for name in ("placed", "atMost", "by"))
        check(placed == sum(mine is not None for mine in self.own), "the number of pairs is another")
        bounds = {"too-few-places": sum(self.listed) - lacking, "solver": at_most}
        if self.rules["method"] == "fast":
            bounds["two-thirds"] = placed * 3 // 2
        right = placed <= at_most == bounds.get(by) <= bounds["too-few-places"]
        check(right, "the bound of the size has no proof")


def verify(said, every=1):
    """Raise AssertionError with the first thing that is not as the certificate says; return what was not checked."""
    its = Round(said)
    seen = [n for n, ask in enumerate(its.asks) if "withheld" not in ask]
    for n in seen:
        its.check_list(n)
        if n % every == 0:
            its.check_reasons(n)
    its.check_bounds(its.check_fewest(said["fewestPlaces"]), said["extraPlaces"], said["largest"])
    bounds = {
        "the largest size": said["largest"]["by"],
        "the extra places of a stable result": said["extraPlaces"]["by"],
    }
    unproved = [f"the bound of {what} ({by})" for what, by in bounds.items() if by != "too-few-places"]
    return unproved + [f"{len(its.asks) - len(seen)} requests that are withheld"] * (len(seen) < len(its.asks))


def main(arguments):
    try:
        certificate = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
        unchecked = verify(certificate, int(arguments[1]) if len(arguments) > 1 else 1)
    except (OSError, AssertionError, LookupError, TypeError, ValueError, AttributeError) as fault:
        sys.exit(f"The certificate does not hold: {type(fault).__name__ if not fault.args else fault}")
    sys.stdout.write(f"The certificate holds. Its input is {certificate['inputHash']}\n")
    sys.stdout.writelines(f"Not checked here: {each}\n" for each in unchecked)


if __name__ == "__main__":
    main(sys.argv[1:])
