"""Let a client in no more: `python -m rtp_gateway.deactivate CLIENT_ID`

Within two seconds its tokens hold no more, its streams end, nothing is sent to it and its queues are closed to it.
`rtp_gateway.register` lets it in again, with a new secret.
"""

import argparse
import asyncio
import sys

from sqlalchemy.exc import SQLAlchemyError

from rtp_gateway.clients.commands import deactivate_client
from rtp_shared.db import Database
from rtp_shared.pipes import run_command
from rtp_shared.run import load_settings
from rtp_shared.settings import ProcessSettings


async def deactivate(database_url: str, client_id: str) -> bool:
    database = Database(database_url, pool_size=1)
    try:
        async with database.transaction() as session:
            return await deactivate_client(session, client_id)
    finally:
        await database.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m rtp_gateway.deactivate", description="Let a client in no more")
    parser.add_argument("client_id")
    arguments = parser.parse_args()
    settings = load_settings(ProcessSettings)
    try:
        known = asyncio.run(deactivate(settings.database_url.get_secret_value(), arguments.client_id))
    except (SQLAlchemyError, OSError) as error:
        sys.stderr.write(f"not deactivated: {type(error).__name__}, is RTP_DATABASE_URL the gateway's?\n")
        return 1
    if not known:
        sys.stderr.write("not deactivated: there is no such client\n")
    return 0 if known else 1


if __name__ == "__main__":
    run_command(main)
