"""Dependencies that routes share: the case's id in a path, and the command context of a request."""

from collections.abc import Callable
from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import Depends, Path, Request
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.auth import Acting
from rtp_applications.cases.context import CommandContext
from rtp_shared.service import Runtime

CaseId = Annotated[UUID, Path(description="The case's id")]
ContextFactory: TypeAlias = Callable[[AsyncSession], CommandContext]


async def _build_factory(request: Request, caller: Acting) -> ContextFactory:
    runtime: Runtime = request.app.state.runtime
    now = runtime.clock()
    return lambda session: CommandContext(session, caller, now, runtime.outbox, runtime.resources)


# FastAPI takes longer to call a dependency than this does for what it reads: it names only the caller as one.
async def _build_context(request: Request, caller: Acting) -> CommandContext:
    runtime: Runtime = request.app.state.runtime
    return CommandContext(request.state.session, caller, runtime.clock(), runtime.outbox, runtime.resources)


NewContext = Annotated[ContextFactory, Depends(_build_factory)]
"""Makes the context of a transaction that a streaming route opens itself."""
Context = Annotated[CommandContext, Depends(_build_context)]
"""The context of the request's own transaction, which is read-only for GET."""
