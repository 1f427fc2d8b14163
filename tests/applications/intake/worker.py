"""A worker that imports and does nothing else, to be killed: `python -m tests.applications.intake.worker`.

It says each batch that is committed, in a line. RTP_DATABASE_URL is that of the worker's role.
"""

import asyncio
import sys
from typing import cast

from rtp_applications.app import service
from rtp_applications.intake.scheduler import import_batch
from rtp_shared.auth import TokenVerifier
from rtp_shared.run import load_settings
from rtp_shared.service import Runtime


async def work() -> None:
    runtime = Runtime.build(service, load_settings(service.settings), cast("TokenVerifier", None))
    while await import_batch(runtime):
        sys.stdout.write("batch\n")
        sys.stdout.flush()
    await runtime.database.close()


if __name__ == "__main__":
    asyncio.run(work())
