"""Eligibility of one group against 10,000 products over HTTP, the database included: ours beside the plain rules.

The products are drawn from the directory's own rows: each takes a row's facets together, what it does not know too, so
that kinds, areas, lists and gaps are as frequent as they are there; its amounts are drawn around the row's. One in five
asks for something besides. The floor judges every product one after the other in the same process, and shows nothing.
"""

import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import anyio
import httpx
from sqlalchemy import insert, text

from rtp_embedded import postgres
from rtp_embedded.platform import Platform, prepare
from rtp_finance_directory.app import service
from rtp_finance_directory.directory.models import Product
from rtp_finance_directory.eligibility.facts import CaseFacts
from rtp_finance_directory.eligibility.queries import read_terms
from rtp_finance_directory.eligibility.rules.rule_set import judge
from rtp_finance_directory.load import read_products
from rtp_operations.keys import Keys
from rtp_shared.db import Database

Row = dict[str, Any]
NAMES = ("eligibility-10k",)
PRODUCTS, ASKED = 10_000, 60
QUESTION = {"sector": "adult-social-care", "region": "E12000008", "financeSoughtPence": 10_000_000, "tradingMonths": 0}
FACTS = CaseFacts(sector="adult-social-care", region="E12000008", finance_sought_pence=10_000_000, trading_months=0)
PAGE = {"limit": "50", "verdict": ["fits", "fits-if"]}


def measure(name: str, say: Callable[[str], None]) -> Row:
    """Measure requests one after the other, each with the whole judging and a page of 50 products with all reasons."""
    rows = make_products(PRODUCTS)
    took, first, shown = anyio.run(_ask, rows)
    terms = [read_terms(row) for row in rows]
    floor = min(_time(lambda: [judge(FACTS, each, date(2026, 9, 1)) for each in terms]) for _ in range(5))
    row = {
        "name": name,
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(took[int(len(took) * 0.95)], 1),
        "first_ms": round(first, 1),
        "fitting": shown,
        "floor": {"p50_ms": round(floor, 1)},
    }
    say(f"  {row}")
    return row


def make_products(number: int) -> list[Row]:
    """Make products as the directory's own are distributed, the same ones each time."""
    chance = random.Random(1)  # noqa: S311 - the same products each time
    real = read_products()
    return [_vary(chance, chance.choice(real), n) for n in range(number)]


def _vary(chance: random.Random, row: Row, number: int) -> Row:
    factor = 2 ** chance.uniform(-2, 2)
    amounts = ("min_amount_pence", "max_amount_pence", "min_turnover_pence")
    varied = {name: row[name] and max(1, int(row[name] * factor) // 100_000) * 100_000 for name in amounts}
    identity = {"id": uuid.UUID(int=chance.getrandbits(128)), "slug": f"made-up-{number}"}
    names = {"provider": f"{row['provider']} {number % 400}", "name": f"{row['name']} {number}"}
    return {**row, **varied, **identity, **names, "requirements": _draw_requirements(chance)}


def _draw_requirements(chance: random.Random) -> list[Row]:
    if chance.random() < 0.8:
        return []
    big = {"fact": "annualValuePence", "comparator": "at-least", "value": chance.randrange(1, 40) * 5_000_000}
    old = {"fact": "tradingMonths", "comparator": "at-least", "value": chance.randrange(1, 10) * 6}
    charity = {"fact": "legalForm", "comparator": "equals", "value": "charity"}
    asked = chance.choice([big, {"any": [big, old]}, {"all": [charity, {"not": old}]}])
    return [{"code": "besides", "when": None, "requires": asked, "reason": "It asks for more.", "source": "Made up"}]


async def _ask(rows: Sequence[Row]) -> tuple[list[float], float, int]:
    with tempfile.TemporaryDirectory(prefix="rtp-bench-") as directory, postgres.start(Path(directory)) as server:
        await prepare(server.url, lambda _: None)
        platform = Platform(server.url, public_url="http://rtp.bench", keys=Keys(), documents_dir=Path(directory))
        owner = Database(server.url(service.database, service.get_role("owner")), pool_size=1)
        async with owner.transaction() as session:
            for start in range(0, len(rows), 500):
                await session.execute(insert(Product).values(list(rows[start : start + 500])))
            await session.execute(text("UPDATE directory_clock SET position = position + 1"))
        await owner.close()
        transport = httpx.ASGITransport(platform.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://rtp.bench") as api:

            async def ask() -> tuple[float, Any]:
                started = time.perf_counter()
                answer = await api.post("/v1/eligibility", params=PAGE, json=QUESTION)
                return (time.perf_counter() - started) * 1000, answer.raise_for_status().json()

            first, answer = await ask()
            took = sorted([(await ask())[0] for _ in range(ASKED)])
        await platform.close()
        return took, first, answer["fitting"]


def _time(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000
