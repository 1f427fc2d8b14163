"""How the fairness of the market is shown."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rtp_advice_matching.fairness.market_rules import MarketFigures
from rtp_advice_matching.fairness.market_schemas import BoundsView, MarketFairnessView
from rtp_advice_matching.fairness.models import FairnessBounds


def show_market(figures: MarketFigures, bounds: FairnessBounds) -> MarketFairnessView:
    load = [{"kind": each.kind, **asdict(each.spread)} for each in figures.load]
    return MarketFairnessView.model_validate({**asdict(figures), "load": load, "passed": bounds.passed})


def show_bounds(bounds: FairnessBounds) -> BoundsView:
    return BoundsView.model_validate(
        {
            **_name_fields(bounds.write_version()),
            "earlier": [_name_fields(each) for each in bounds.earlier],
            "passed": bounds.passed,
            "checked_at": bounds.looked_at,
        }
    )


def _name_fields(version: Mapping[str, Any]) -> dict[str, Any]:
    """Return a version with its measures as the fields of a body are named."""
    return {**version, "bounds": {name.replace("-", "_"): bound for name, bound in version["bounds"].items()}}
