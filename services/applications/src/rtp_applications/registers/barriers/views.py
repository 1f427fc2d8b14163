"""Counts of barriers as they may be shown to everybody."""

from rtp_applications.registers.barriers.schemas import BarrierCount
from rtp_applications.statistics.rules.disclosure import FEWEST, publish
from rtp_shared.db import AnyRow


def build_count(row: AnyRow) -> BarrierCount:
    """Return the counts of a body and kind, rounded together until none can be worked out from the others."""
    ended = {name: getattr(row, name) for name in ("removed", "not_removed", "withdrawn")}
    waiting = {"overdue": row.overdue, "in_time": row.open - row.overdue}
    tables = publish(
        {"all": {"raised": row.raised}, "ended": {"open": row.open, **ended}, "whole": {**waiting, **ended}}
    )
    shown = {**tables.tables["whole"], **tables.tables["ended"], **tables.tables["all"]}
    days = row.median_days_to_removal if row.removed >= FEWEST else None
    return BarrierCount(
        body_id=row.body_id,
        body_name=row.body_name,
        kind=row.kind,
        **{name: shown.get(name) for name in ("raised", "open", "overdue", *ended)},
        median_days_to_removal=None if days is None else round(days / 5) * 5,
    )
