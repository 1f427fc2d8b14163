"""Works out a matching round over any number of requests, and commits it in batches.

    python -m rtp_advice_matching.match_round compute --organisation ID [--kind mentor] [--list-length 50] [--dry-run]
    python -m rtp_advice_matching.match_round certificate ROUND --organisation ID > certificate.json
    python -m rtp_advice_matching.match_round commit ROUND --organisation ID [--batch 500]

The round is the same as over HTTP, with the same certificate: it is read, repaired and measured there by the clients
of the organisation. RTP_DATABASE_URL is that of the service's web process (rtp_advice_matching_web), whose other
settings (RTP_MATCHING_...) hold here, too. How far it is goes to standard error, what came of it to standard output.
Ends with 0 if all was done, 1 if not: whoever commits again goes on where it ended.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from rtp_advice_matching.app import service
from rtp_advice_matching.directory.models import AdviserKind
from rtp_advice_matching.rounds import commands
from rtp_advice_matching.rounds.queries import get_certificate
from rtp_advice_matching.rounds.rules.snapshot import Parameters
from rtp_advice_matching.settings import AdviceSettings
from rtp_shared.clock import utcnow
from rtp_shared.db import CONNECTION_ERRORS, Database, describe_error
from rtp_shared.etags import ANY_VERSION
from rtp_shared.identities import organisation_identity
from rtp_shared.outbox import Outbox
from rtp_shared.pipes import run_command
from rtp_shared.problems import Refusal
from rtp_shared.run import load_settings

DONE, NOT_DONE = 0, 1
NAMED_AT_MOST = 2000
"""Requests of a round in whose certificate advisers are named for each reason; in larger ones they are counted."""
Say = Callable[[str], object]


def parse_options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m rtp_advice_matching.match_round",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parts = parser.add_subparsers(dest="what", required=True)
    for what in ("compute", "certificate", "commit"):
        part = parts.add_parser(what)
        if what != "compute":
            part.add_argument("round", type=UUID, metavar="ROUND", help="id of the round")
        part.add_argument("--organisation", type=UUID, required=True, help="id of the operator's organisation")
    compute, commit = parts.choices["compute"], parts.choices["commit"]
    compute.add_argument("--list-length", type=_parse_count, default=50, help="advisers looked at for each request")
    compute.add_argument("--kind", choices=list(AdviserKind), help="of one kind of support; any, if left out")
    compute.add_argument("--seed", default="1", help="decides among equals")
    compute.add_argument("--dry-run", action="store_true", help="say what it comes to, and save nothing")
    commit.add_argument("--batch", type=_parse_count, default=500, help="pairs that are proposed in one transaction")
    return parser.parse_args(argv)


def _parse_count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number above 0")
    return int(text)


async def compute(database: Database, settings: AdviceSettings, options: argparse.Namespace, say: Say) -> None:
    """Work a round out; the database waits for nothing meanwhile."""
    now = utcnow()
    parameters = Parameters(options.list_length, options.seed, rules=settings.read_matching_rules(), kind=options.kind)
    async with database.transaction(read_only=True) as session:
        participants = await commands.read_participants(session, parameters, at_most=None, now=now)
    say(f"{len(participants.waiting):,} requests and {len(participants.candidates):,} advisers take part")
    named = parameters.named if len(participants.waiting) <= NAMED_AT_MOST else 0
    certified = commands.certify_round(participants, replace(parameters, named=named))
    say(f"{certified.figures['placed']:,} requests get somebody")
    if not options.dry_run:
        async with database.transaction() as session:
            round_id = await commands.save(session, certified, organisation=options.organisation, now=now, say=say)
        sys.stdout.write(f"round {round_id}\n")
    sys.stdout.writelines(f"{name} {value}\n" for name, value in certified.figures.items())
    sys.stdout.write(f"input {certified.input_hash}\n" + ("nothing was saved\n" if options.dry_run else ""))


async def write_certificate(database: Database, options: argparse.Namespace) -> None:
    """Write a round's certificate to standard output."""
    async with database.transaction(_list_readers(options), read_only=True) as session:
        sys.stdout.write(await get_certificate(session, options.round, readers=_list_readers(options)))


async def commit(database: Database, settings: AdviceSettings, options: argparse.Namespace, say: Say) -> None:
    """Commit a round batch by batch, each in a transaction of its own."""
    outbox, rules, done = Outbox(service.name, settings.public_url), settings.read_matching_rules(), 0
    while True:
        async with database.transaction(_list_readers(options)) as session:
            looked_at, finished = await commands.commit(
                session,
                options.round,
                version=ANY_VERSION,
                readers=_list_readers(options),
                rules=rules,
                now=utcnow(),
                outbox=outbox,
                at_most=options.batch,
            )
        done += looked_at
        say(f"{done:,} pairs")
        if finished:
            sys.stdout.write(f"committed; {done} pairs were looked at\n")
            return


def _list_readers(options: argparse.Namespace) -> list[str]:
    return [organisation_identity(options.organisation)]


async def run(settings: AdviceSettings, options: argparse.Namespace, say: Say) -> None:
    database = Database(settings.database_url.get_secret_value(), pool_size=2)
    try:
        if options.what == "compute":
            await compute(database, settings, options, say)
        elif options.what == "commit":
            await commit(database, settings, options, say)
        else:
            await write_certificate(database, options)
    finally:
        await database.close()


def main(argv: Sequence[str] | None = None) -> int:
    options = parse_options(argv)
    settings = load_settings(AdviceSettings)
    try:
        asyncio.run(run(settings, options, lambda line: sys.stderr.write(f"{line}\n")))
    except Refusal as refusal:
        sys.stderr.write(f"{refusal.title}\n")
    except (SQLAlchemyError, *CONNECTION_ERRORS) as error:
        sys.stderr.write(f"stopped: {describe_error(error)}; is RTP_DATABASE_URL that of the web process?\n")
    else:
        return DONE
    return NOT_DONE


if __name__ == "__main__":
    run_command(partial(main, None))
