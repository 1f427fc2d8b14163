"""Dependencies of the routes of open data."""

from typing import Annotated, cast

from fastapi import Depends, Request

from rtp_applications.settings import ApplicationsSettings


async def _get_settings(request: Request) -> ApplicationsSettings:
    return cast("ApplicationsSettings", request.app.state.runtime.settings)


Settings = Annotated[ApplicationsSettings, Depends(_get_settings)]
