"""Commands on the bounds of fairness."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.fairness.bound_rules import Crossing, Evaluation, FairnessMeasure, Values, evaluate
from rtp_advice_matching.fairness.models import FairnessBounds
from rtp_advice_matching.repairs.models import Person
from rtp_shared.contracts.advice_matching import FairnessBoundPassed, FairnessBoundRestored
from rtp_shared.contracts.events import compute_digest
from rtp_shared.etags import Expected
from rtp_shared.outbox import Outbox


async def set_bounds(
    session: AsyncSession,
    organisation_id: UUID,
    bounds: Mapping[FairnessMeasure, int | None],
    *,
    version: Expected,
    person: Person,
    now: datetime,
) -> FairnessBounds:
    """Set all bounds of an operator at once; two who do so at the same time meet on one row."""
    blank = FairnessBounds.make_columns(organisation_id)
    statement = insert(FairnessBounds).values(blank)
    await session.execute(statement.on_conflict_do_nothing(index_elements=["organisation_id"]))
    query = select(FairnessBounds).where(FairnessBounds.organisation_id == organisation_id)
    row = (await session.execute(query.with_for_update())).scalar_one()
    row.set_to(bounds, version=version, person=person, now=now)
    await session.flush()
    return row


async def check_bounds(
    session: AsyncSession, organisation_id: UUID, values: Values, *, measured_at: datetime, outbox: Outbox
) -> int:
    """Hold what was measured against an operator's bounds, and tell what was passed or kept again; return how many.

    Another process that is at it is left to it, and figures that are older than what it has seen change nothing.
    """
    query = select(FairnessBounds).where(FairnessBounds.organisation_id == organisation_id)
    row = await session.scalar(query.with_for_update(skip_locked=True))
    if row is None or row.is_newer_than(measured_at):
        return 0
    bounds = {FairnessMeasure(name): bound for name, bound in row.bounds.items()}
    found = evaluate(bounds, values, row.passed_now)
    row.note(found, measured_at=measured_at)
    for event in _build_events(row, found, measured_at):
        [body] = await outbox.publish(
            session,
            [event],
            subject_id=row.organisation_id,
            sequence=row.sequence + 1,
            previous=row.event_hash,
            dataref="/v1/fairness/bounds",
            readers=row.readers,
        )
        row.count_event(compute_digest(body))
    await session.flush()
    return len(found.newly) + len(found.restored)


def _build_events(
    row: FairnessBounds, found: Evaluation, at: datetime
) -> Iterator[FairnessBoundPassed | FairnessBoundRestored]:
    kinds: tuple[tuple[type[FairnessBoundPassed | FairnessBoundRestored], tuple[Crossing, ...]], ...] = (
        (FairnessBoundPassed, found.newly),
        (FairnessBoundRestored, found.restored),
    )
    for kind, crossings in kinds:
        for each in crossings:
            yield kind(
                organisation_id=row.organisation_id,
                version=row.version,
                measure=each.of.measure,
                by=each.of.by,
                group=each.of.group,
                value=each.value,
                bound=each.bound,
                at=at,
            )
