"""Commands on networks. What their people show of them changes with them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.commands import require_moderator
from rtp_advice_matching.directory.errors import NetworkRecordedAlready, NoSuchNetwork, NotYourNetwork
from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_advice_matching.directory.models import Adviser, AdviserNetwork
from rtp_advice_matching.directory.queries import is_kept_by
from rtp_advice_matching.stored_answers import erase_stored_answers
from rtp_shared.clock import LONDON
from rtp_shared.etags import Expected
from rtp_shared.identities import Principal


async def record_network(session: AsyncSession, facts: Mapping[str, Any], *, actor: Principal, now: datetime) -> UUID:
    """Record the caller's organisation as a network: a draft, until the operator publishes it."""
    columns = {"status": ProfileStatus.DRAFT, "version": 1, "verified_on": now.astimezone(LONDON).date(), **facts}
    statement = insert(AdviserNetwork).values(id=actor.organisation, is_example=False, **columns)
    added: UUID | None = await session.scalar(statement.on_conflict_do_nothing().returning(AdviserNetwork.id))
    if added is None:
        raise NetworkRecordedAlready(f"change /v1/adviser-networks/{actor.organisation} instead")
    return added


async def change_network(
    session: AsyncSession, network_id: UUID, changes: Mapping[str, Any], *, version: Expected, actor: Principal
) -> None:
    """Change what is given. From then on it keeps itself: no feed that it came from changes it any more."""
    network = await _lock_kept(session, network_id, version=version, actor=actor)
    _require_own(network, actor)
    if network.change({**changes, "imported_from": None}):
        await _tell_people(session, network)


async def verify_network(
    session: AsyncSession, network_id: UUID, *, version: Expected, actor: Principal, now: datetime
) -> None:
    network = await _lock_kept(session, network_id, version=version, actor=actor)
    _require_own(network, actor)
    network.verify(now.astimezone(LONDON).date())
    await session.flush()


async def publish_network(session: AsyncSession, network_id: UUID, *, version: Expected, actor: Principal) -> None:
    """Show a network and its published people to others, as the operator."""
    require_moderator(actor)
    network = await _lock_kept(session, network_id, version=version, actor=actor)
    network.publish(overseen=True)
    await _tell_people(session, network)


async def suspend_network(
    session: AsyncSession, network_id: UUID, *, reason: str, version: Expected, actor: Principal
) -> None:
    """Hide a network and all of its people, as the operator."""
    require_moderator(actor)
    network = await _lock_kept(session, network_id, version=version, actor=actor)
    network.suspend(reason)
    await _tell_people(session, network)


async def set_review(
    session: AsyncSession, network_id: UUID, *, reviewed: bool, version: Expected, actor: Principal
) -> None:
    """Say, as the operator, whether the network's people are looked at before they are shown."""
    require_moderator(actor)
    network = await _lock_kept(session, network_id, version=version, actor=actor)
    network.change({"reviewed": reviewed})
    await session.flush()


async def preview_withdrawal(
    session: AsyncSession, network_id: UUID, *, version: Expected, actor: Principal
) -> Mapping[str, Any]:
    """Return what the withdrawal of a network would take down, and do nothing."""
    network = await _lock_kept(session, network_id, version=version, actor=actor)
    people = await _lock_people(session, network)
    shown = [each for each in people if each.status is ProfileStatus.PUBLISHED and each.network_published]
    return {
        "people": [each.id for each in people],
        "shown": len(shown),
        "places_taken": sum(each.engaged for each in people),
    }


async def withdraw_network(session: AsyncSession, network_id: UUID, *, version: Expected, actor: Principal) -> None:
    """Take a network and its people out of the directory for good: what is personal of each is erased."""
    network = await _lock_kept(session, network_id, version=version, actor=actor)
    network.take_down()
    people = await _lock_people(session, network)
    for adviser in people:
        adviser.take_down()
    await _tell_people(session, network)
    await erase_stored_answers(session, [network_id, *(each.id for each in people)])


async def _lock_people(session: AsyncSession, network: AdviserNetwork) -> Sequence[Adviser]:
    """Return the network's people who were not taken down, their rows locked in one order."""
    left = Adviser.status != ProfileStatus.WITHDRAWN
    query = select(Adviser).where(Adviser.network_id == network.id, left).order_by(Adviser.id)
    return (await session.scalars(query.with_for_update(key_share=True))).all()


async def _tell_people(session: AsyncSession, network: AdviserNetwork) -> None:
    """Write what the profiles of its people hold of the network, where that differs."""
    await session.flush()
    shown = {"network_name": network.name, "network_published": network.status is ProfileStatus.PUBLISHED}
    differs = (Adviser.network_name != shown["network_name"]) | (
        Adviser.network_published != shown["network_published"]
    )
    statement = update(Adviser).where(Adviser.network_id == network.id, differs)
    await session.execute(statement.values(**shown, version=Adviser.version + 1))


def _require_own(network: AdviserNetwork, actor: Principal) -> None:
    if network.id != actor.organisation:
        raise NotYourNetwork


async def _lock_kept(session: AsyncSession, network_id: UUID, *, version: Expected, actor: Principal) -> AdviserNetwork:
    kept = is_kept_by(AdviserNetwork.id, actor)
    query = select(AdviserNetwork).where(AdviserNetwork.id == network_id, kept).with_for_update()
    network = (await session.execute(query)).scalar_one_or_none()
    if network is None:
        published = AdviserNetwork.status == ProfileStatus.PUBLISHED
        shown = await session.scalar(select(AdviserNetwork.id).where(AdviserNetwork.id == network_id, published))
        raise NoSuchNetwork if shown is None else NotYourNetwork
    network.expect(version)
    return network
