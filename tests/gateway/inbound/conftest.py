"""Anybody who calls the gateway, with no token of their own."""

from collections.abc import AsyncIterator

import httpx
import pytest

from rtp_embedded.platform import Platform

Anybody = httpx.AsyncClient


@pytest.fixture
async def anybody(platform: Platform) -> AsyncIterator[Anybody]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(platform.app), base_url=platform.public_url) as client:
        yield client
