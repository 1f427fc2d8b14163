"""The terms of the products, as the rules of eligibility need them."""

from dataclasses import fields

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.directory.models import Product
from rtp_finance_directory.eligibility.facts import Terms

_TERMS = {field.name: Product.__table__.c[field.name] for field in fields(Terms)}


async def list_terms(session: AsyncSession) -> list[Terms]:
    """List the terms of every product, closed ones too: people ask about those."""
    return [Terms(**row._mapping) for row in await session.execute(select(*_TERMS.values()))]  # noqa: SLF001
