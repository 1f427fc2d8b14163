"""Give a client its credentials: `python -m rtp_gateway.register CLIENT_ID --name ... --organisation ... --scopes ...`

Prints the secret once; only its hash is kept. Run again for the same client, it gets a new secret, and the old one
holds no more. Tokens that say what still is so hold until they expire; others, of scopes or an organisation that it has
no longer, or of before it was deactivated, for two seconds. To let it in no more: `rtp_gateway.deactivate`.
"""

import argparse
import asyncio
import re
import sys
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from rtp_gateway.clients.commands import register_client
from rtp_gateway.clients.models import CLIENT_ID, SCOPES, new_secret
from rtp_shared.db import Database
from rtp_shared.pipes import run_command
from rtp_shared.run import load_settings
from rtp_shared.settings import ProcessSettings


def parse_client_id(text: str) -> str:
    if not re.fullmatch(CLIENT_ID, text):
        raise argparse.ArgumentTypeError("3 to 63 lower-case letters, digits and hyphens")
    return text


def parse_scopes(text: str) -> list[str]:
    if unknown := sorted(set(text.split()) - SCOPES.keys()):
        raise argparse.ArgumentTypeError(f"not a scope: {' '.join(unknown)}; there are {' '.join(SCOPES)}")
    return text.split()


async def register(database_url: str, arguments: argparse.Namespace) -> str:
    secret, database = new_secret(), Database(database_url, pool_size=1)
    try:
        async with database.transaction() as session:
            await register_client(
                session,
                arguments.client_id,
                name=arguments.name,
                organisation=arguments.organisation,
                secret=secret,
                scopes=arguments.scopes,
            )
    finally:
        await database.close()
    return secret


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m rtp_gateway.register", description="Give a client its credentials")
    parser.add_argument("client_id", type=parse_client_id)
    parser.add_argument("--name", required=True, help="what the client is, for people")
    parser.add_argument("--organisation", required=True, type=UUID, help="id of its body, from GET /v1/bodies/GB-...")
    parser.add_argument("--scopes", required=True, type=parse_scopes, help="what it may do, with spaces between")
    arguments = parser.parse_args()
    settings = load_settings(ProcessSettings)
    try:
        secret = asyncio.run(register(settings.database_url.get_secret_value(), arguments))
    except (SQLAlchemyError, OSError) as error:
        sys.stderr.write(f"not registered: {type(error).__name__}, is RTP_DATABASE_URL the gateway's?\n")
        return 1
    sys.stdout.write(f"{secret}\n")
    return 0


if __name__ == "__main__":
    run_command(main)
