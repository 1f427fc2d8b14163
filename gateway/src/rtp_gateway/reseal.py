"""Seal subscribers' secrets with the newest key: `python -m rtp_gateway.reseal`, in the web process's environment.

RTP_SECRETS_KEY holds the new key, a comma and the old one. Once this has ended with 0, the old one may go.
"""

import asyncio
import sys

from cryptography.fernet import InvalidToken
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.secret_box import SecretBox
from rtp_gateway.outbound.subscriptions.models import Subscription
from rtp_gateway.settings import GatewaySettings
from rtp_shared.db import Database
from rtp_shared.pipes import run_command
from rtp_shared.run import load_settings


async def reseal(session: AsyncSession, secret_box: SecretBox) -> tuple[int, list[str]]:
    """Seal all secrets anew; return of how many subscriptions, and the ids of those whose secrets no key opens."""
    columns = (Subscription.id, Subscription.sealed_keys, Subscription.sealed_credential)
    rows = (await session.execute(select(*columns).order_by(Subscription.id).with_for_update())).all()
    lost = []
    for row in rows:
        try:
            sealed = {
                "sealed_keys": secret_box.reseal(row.sealed_keys),
                "sealed_credential": row.sealed_credential and secret_box.reseal(row.sealed_credential),
            }
        except InvalidToken:
            lost.append(str(row.id))
        else:
            await session.execute(update(Subscription).where(Subscription.id == row.id).values(sealed))
    return len(rows) - len(lost), lost


async def run(settings: GatewaySettings) -> tuple[int, list[str]]:
    database = Database(settings.database_url.get_secret_value(), pool_size=1)
    try:
        async with database.transaction() as session:
            return await reseal(session, SecretBox(settings.secrets_key.get_secret_value()))
    finally:
        await database.close()


def carry_out(settings: GatewaySettings) -> int:
    """Seal all secrets anew, and say so; return the exit code, which is 0 if all could be."""
    try:
        count, lost = asyncio.run(run(settings))
    except (SQLAlchemyError, OSError) as error:
        sys.stderr.write(f"not done: {type(error).__name__}, is RTP_DATABASE_URL the gateway's?\n")
        return 1
    sys.stderr.write(f"sealed anew: the secrets of {count} subscriptions\n")
    if lost:
        sys.stderr.write(f"no key of RTP_SECRETS_KEY opens those of {', '.join(lost)}: their owners must rotate them\n")
    return 1 if lost else 0


def main() -> int:
    return carry_out(load_settings(GatewaySettings))


if __name__ == "__main__":
    run_command(main)
