"""Which guides, toolkits and templates are on offer for a need: a pure rule."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

BESIDE = 5
"""Most of them that are shown beside one need."""


class Offer(Protocol):
    """A guide, toolkit or template. No stages or topics named means any."""

    @property
    def stages(self) -> Sequence[str]: ...
    @property
    def topics(self) -> Sequence[str]: ...


AnyOffer = TypeVar("AnyOffer", bound=Offer)


def choose_offers(offers: Iterable[AnyOffer], *, stage: str, topic: str | None) -> list[AnyOffer]:
    """Choose what is about the topic and helps at the stage; what helps at this stage by name comes first."""
    fitting = [
        offer
        for offer in offers
        if (topic is None or topic in offer.topics) and (not offer.stages or stage in offer.stages)
    ]
    return sorted(fitting, key=lambda offer: stage not in offer.stages)[:BESIDE]
