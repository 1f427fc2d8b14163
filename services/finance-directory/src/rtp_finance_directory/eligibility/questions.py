"""Which further facts settle the most products: exact, over every set of facts that can be asked for.

A product is settled once its answer depends on nothing more that the group could say: a rule fails, or all fit, or only
the provider knows the rest. A set of facts settles it for certain if it holds all that its rules lack: for one that is
left out there are answers by which the rule would still be open. Rules are taken one by one: where two rules of one
product speak of the same fact, the answer to it may settle more than is counted here. Sets are compared by what they
settle for certain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rtp_finance_directory.eligibility.rules.findings import FACTS
from rtp_finance_directory.vocabulary import Fact


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Facts to ask for together, and the number of products that they settle for certain, whatever is answered."""

    facts: tuple[Fact, ...]
    settles: int


def choose_questions(needs: Mapping[int, int]) -> Sequence[QuestionSet]:
    """Return for one question, for two and so on the set that settles the most, until all is settled that can be.
    `needs` says how many products still lack which facts, a set of facts as the sum of their bits (`pack_facts`).

    A set that settles no more than a smaller one is left out. Among equals the facts that come first in `Fact` win.
    Every subset of the facts is counted (2 to the power of their number), so no other set settles more.
    """
    settled = count_settled(needs)
    best: list[QuestionSet] = []
    for size in range(1, len(FACTS) + 1):
        chosen = max((each for each in range(len(settled)) if each.bit_count() == size), key=lambda each: settled[each])
        if settled[chosen] > (best[-1].settles if best else 0):
            best.append(QuestionSet(_list_facts(chosen), settled[chosen]))
    return best


def count_settled(needs: Mapping[int, int]) -> list[int]:
    """Return for every set of facts how many products need nothing besides; a set is the sum of its facts' bits.

    Sums over subsets one fact at a time: in all, the number of facts times the number of sets.
    """
    settled = [needs.get(chosen, 0) for chosen in range(1 << len(FACTS))]
    settled[0] = 0
    for fact in FACTS:
        bit = _bit(fact)
        for chosen in range(len(settled)):
            if chosen & bit:
                settled[chosen] += settled[chosen ^ bit]
    return settled


def _bit(fact: Fact) -> int:
    return 1 << FACTS.index(fact)


def _list_facts(chosen: int) -> tuple[Fact, ...]:
    return tuple(fact for fact in FACTS if chosen & _bit(fact))
