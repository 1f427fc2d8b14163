"""Dependencies that routes share: the case's id in a path, and the command context of a request."""

from collections.abc import Callable
from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import Depends, Path, Request
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.auth import Acting
from rtp_applications.cases.context import CaseEquipment, CommandContext
from rtp_applications.workflow.processes import Processes
from rtp_shared.dependencies import Events, Now, Session

CaseId = Annotated[UUID, Path(description="The case's id")]
ContextFactory: TypeAlias = Callable[[AsyncSession], CommandContext]


async def _get_equipment(request: Request) -> CaseEquipment:
    equipment: CaseEquipment = request.app.state.runtime.resources
    return equipment


Equipment = Annotated[CaseEquipment, Depends(_get_equipment)]


async def _get_processes(equipment: Equipment) -> Processes:
    return equipment.processes


async def _build_factory(caller: Acting, now: Now, events: Events, equipment: Equipment) -> ContextFactory:
    def build(session: AsyncSession) -> CommandContext:
        return CommandContext(
            session=session,
            caller=caller,
            now=now,
            events=events,
            processes=equipment.processes,
            projections=equipment.projections,
        )

    return build


NewContext = Annotated[ContextFactory, Depends(_build_factory)]
"""Makes the context of a transaction that a streaming route opens itself."""


async def _build_context(build: NewContext, session: Session) -> CommandContext:
    return build(session)


Context = Annotated[CommandContext, Depends(_build_context)]
"""The context of the request's own transaction."""
KnownProcesses = Annotated[Processes, Depends(_get_processes)]
