"""The work that an operator asks of the register."""

import argparse
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.clients import commands
from rtp_gateway.clients.commands import ClientFacts
from rtp_gateway.clients.models import Client
from rtp_gateway.clients.queries import list_clients
from rtp_shared.db import AnyRow

_CHANGES = {
    "add": "opened",
    "change": "changed",
    "renew": "secret rotated",
    "deactivate": "deactivated",
    "activate": "activated",
}


@dataclass(frozen=True)
class RegisterReply:
    """The answer of the register, told once all is committed."""

    said: str = ""
    secret: str | None = None
    listed: str = ""


async def carry_out(session: AsyncSession, asked: argparse.Namespace, facts: ClientFacts) -> RegisterReply:
    """Carry out what was asked. Raises CannotRegister."""
    if asked.verb == "list":
        return RegisterReply(listed="".join(map(_describe_client, await list_clients(session))))
    client_id: str = asked.client_id
    reply = await _change(session, asked, facts)
    if (client := await session.get(Client, client_id, populate_existing=True)) is not None:
        await commands.record_change(session, client, _CHANGES[asked.verb], facts.list_given())
    return reply


async def _change(session: AsyncSession, asked: argparse.Namespace, facts: ClientFacts) -> RegisterReply:
    client_id: str = asked.client_id
    match asked.verb:
        case "add":
            return RegisterReply(f"{client_id} is registered", await commands.add_client(session, client_id, facts))
        case "change":
            await commands.change_client(session, client_id, facts)
            return RegisterReply(f"{client_id} is changed")
        case "renew":
            secret, until = await commands.renew_secret(session, client_id, asked.overlap)
            kept = f"the one before holds until {until:%Y-%m-%d %H:%M} UTC" if until else "the one before holds no more"
            return RegisterReply(f"{client_id} has a new secret; {kept}", secret)
        case "deactivate":
            was_active = await commands.deactivate_client(session, client_id)
            return RegisterReply(f"{client_id} {'is let in no more' if was_active else 'was deactivated before'}")
        case _:
            new_secret = await commands.activate_client(session, client_id, keep_secret=asked.keep_secret)
            return RegisterReply(f"{client_id} is let in again", new_secret)


def _describe_client(row: AnyRow) -> str:
    state = "active" if row.active else "deactivated"
    former = f", a former secret holds until {row.former_until:%Y-%m-%d %H:%M} UTC" if row.former_until else ""
    own = [
        f"{number} requests in {window}"
        for number, window in ((row.burst_limit, "10 seconds"), (row.sustained_limit, "10 minutes"))
        if number
    ]
    limits = f"\n    {', '.join(own)}" if own else ""
    return (
        f"{row.client_id}  {state}{former}\n    {row.name}\n    organisation {row.organisation}, registered "
        f"{row.created_at:%Y-%m-%d}\n    {' '.join(row.scopes)}{limits}\n"
    )
