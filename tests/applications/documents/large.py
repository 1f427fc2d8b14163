"""A gateway and a service that takes documents, over real HTTP in a process of its own, to see what memory they need.

`python -m tests.applications.documents.large DIRECTORY LIMIT` says where it listens, and serves until it is ended.
"""

import asyncio
import sys
import uuid
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import MetaData

from rtp_applications.documents.disk import DiskStorage
from rtp_applications.documents.intake import receive
from rtp_applications.documents.uploads import Upload
from rtp_gateway.inbound.front import Gateway
from rtp_gateway.inbound.proxy.forward import OverHttp
from rtp_gateway.routing import ForwardingLimits
from rtp_shared import migrate
from rtp_shared.auth import Public
from rtp_shared.db import Database
from rtp_shared.metrics import Metrics
from rtp_shared.service import Service
from rtp_shared.streaming import create_streaming_router
from rtp_shared.web import build_app
from tests.support.serving import serving
from tests.support.streaming import runtime


def service(directory: Path, limit: int) -> Service:
    routes = create_streaming_router()
    storage = DiskStorage(directory)

    @routes.put("/v1/cases/{case_id}/documents/{document_id}/content")
    async def put(_: Annotated[None, Depends(Public())], upload: Upload) -> dict[str, int]:
        """Take a document."""
        chunks = upload.chunks(limit=limit)
        received = await receive(storage, uuid.uuid4(), chunks, declared=upload.media_type)
        return {"size": received.size}

    return Service("documents", "Documents", "For tests.", [routes], MetaData(), migrate)


async def serve(directory: Path, limit: int) -> None:
    app: FastAPI = build_app(runtime(Database("postgresql://unused/unused"), service=service(directory, limit)))
    async with serving(app) as address:
        # The gateway lets through what is too large, so that the service is seen to refuse it as well.
        limits = ForwardingLimits(document=1_000_000_000)
        upstreams = OverHttp({"applications": address}, public_url="http://rtp.test", limits=limits)
        async with serving(Gateway(FastAPI(), upstreams, Metrics("gateway"))) as front:
            print(front, address, flush=True)  # noqa: T201 - the parent reads it
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
