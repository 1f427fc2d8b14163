"""The clients of the gateway: `python -m rtp_gateway.register add | change | renew | deactivate | activate | list`.

A secret is written to standard output, once and alone, so that it can be piped to where it is kept; what was done is
told on standard error. Tokens that say what still is so hold until they expire; others, of scopes or an organisation
that the client has no longer, or of before it was deactivated, for two seconds.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from rtp_gateway.clients.commands import ClientFacts
from rtp_gateway.clients.errors import CannotRegister
from rtp_gateway.register.arguments import build_parser
from rtp_gateway.register.bodies import find_organisation
from rtp_gateway.register.settings import RegisterSettings
from rtp_gateway.register.work import RegisterReply, carry_out
from rtp_shared.db import Database
from rtp_shared.pipes import run_command
from rtp_shared.run import load_settings


async def run(database_url: SecretStr, asked: argparse.Namespace, facts: ClientFacts) -> RegisterReply:
    """Carry out what was asked, in one transaction. Raises CannotRegister."""
    database = Database(database_url.get_secret_value(), pool_size=1)
    try:
        async with database.transaction() as session:
            return await carry_out(session, asked, facts)
    finally:
        await database.close()


def read_facts(asked: argparse.Namespace, bodies_url: str) -> ClientFacts:
    """Return what is said of the client, its public body looked up. Raises CannotRegister."""
    if asked.verb not in ("add", "change"):
        return ClientFacts()
    facts = ClientFacts(name=asked.name, scopes=asked.scopes, burst_limit=asked.burst, sustained_limit=asked.sustained)
    if asked.organisation is None:
        if not facts.list_given():
            raise CannotRegister("nothing to change: give --name, --scopes, --organisation, --burst or --sustained")
        return facts
    found = find_organisation(asked.organisation, unchecked=asked.unchecked, url=bodies_url)
    _say(f"the organisation of {asked.client_id}: {found.description}")
    return replace(facts, organisation=found.id)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main(argv: Sequence[str] | None = None) -> int:
    asked = build_parser().parse_args(argv)
    settings = load_settings(RegisterSettings)
    try:
        outcome = asyncio.run(run(settings.database_url, asked, read_facts(asked, settings.bodies_url)))
    except CannotRegister as error:
        _say(f"not done: {error}")
        return 1
    except (SQLAlchemyError, OSError) as error:
        _say(f"not done: {type(error).__name__}, is RTP_DATABASE_URL the gateway's?")
        return 1
    if outcome.said:
        _say(outcome.said)
    sys.stdout.write(outcome.listed)
    if outcome.secret is not None:
        _say(f"the secret of {asked.client_id}, shown this once:")
        sys.stdout.write(f"{outcome.secret}\n")
    return 0


if __name__ == "__main__":
    run_command(main)
