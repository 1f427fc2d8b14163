"""Reports how an address keeps to the standards that this service speaks: CommonGrants, 360Giving, iCalendar, Atom and
Open Referral UK.

    python -m rtp_finance_directory.conformance https://ADDRESS [--report FILE]

It only reads, and needs no token. One line a rule: passed, FAILED with what is wrong, or skipped where there is nothing
to try it on. Ends with 0 if no rule is broken, 1 if one is, 3 if the address could not be read.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

import aiohttp

from rtp_finance_directory.conformance.calendars import check_calendar, check_feed
from rtp_finance_directory.conformance.common_grants import check_common_grants
from rtp_finance_directory.conformance.findings import (
    CheckStandard,
    ConformanceFinding,
    Fetch,
    FetchedAnswer,
    RuleOutcome,
)
from rtp_finance_directory.conformance.open_referral import check_open_referral
from rtp_finance_directory.conformance.three_sixty import check_three_sixty
from rtp_shared.pipes import run_command

STANDARDS: Sequence[CheckStandard] = (
    check_common_grants,
    check_three_sixty,
    check_calendar,
    check_feed,
    check_open_referral,
)
NOT_READ = 3
MOST_BYTES = 256 * 2**20
_TIMEOUT = aiohttp.ClientTimeout(total=600, sock_connect=10, sock_read=60)


async def report(fetch: Fetch) -> AsyncIterator[ConformanceFinding]:
    """Yield what becomes of every rule of every standard."""
    for check in STANDARDS:
        async for finding in check(fetch):
            yield finding


def main(argv: Sequence[str] | None = None) -> int:
    """Report on the address that is named; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m rtp_finance_directory.conformance",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("address", help="of the platform, or of another server: http://localhost:8000")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write what was found there too, as JSON")
    options = parser.parse_args(argv)
    try:
        found = asyncio.run(_run(options.address.rstrip("/")))
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        sys.stderr.write(f"{options.address} could not be read: {error or type(error).__name__}\n")
        return NOT_READ
    if options.report:
        options.report.write_text(json.dumps([asdict(each) for each in found], indent=2) + "\n")
    broken = sum(each.outcome is RuleOutcome.FAILED for each in found)
    passed = sum(each.outcome is RuleOutcome.PASSED for each in found)
    sys.stdout.write(f"{passed} passed, {broken} failed, {len(found) - passed - broken} skipped\n")
    return 1 if broken else 0


async def _run(address: str) -> list[ConformanceFinding]:
    found = []
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        async for finding in report(partial(_fetch, session, address)):
            found.append(finding)
            sys.stdout.write(_write_line(finding))
    return found


def _write_line(finding: ConformanceFinding) -> str:
    outcome = "FAILED" if finding.outcome is RuleOutcome.FAILED else finding.outcome
    detail = f" ({finding.detail})" if finding.detail else ""
    return f"{outcome:8} {finding.standard}: {finding.rule}{detail}\n"


async def _fetch(session: aiohttp.ClientSession, address: str, path: str) -> FetchedAnswer:
    async with session.get(address + path) as answer:
        content = bytearray()
        async for block in answer.content.iter_chunked(2**16):
            content += block
            if len(content) > MOST_BYTES:
                raise ValueError(f"{path} is longer than {MOST_BYTES} bytes")
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return FetchedAnswer(answer.status, headers, bytes(content))


if __name__ == "__main__":
    run_command(main)
