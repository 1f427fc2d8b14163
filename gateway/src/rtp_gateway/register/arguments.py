"""The command line of the register, with the checks of what is typed."""

import argparse
import re
from datetime import timedelta

from rtp_gateway.clients.models import CLIENT_ID, SCOPES
from rtp_shared.texts import normalise_line

LONGEST_NAME = 200
LONGEST_OVERLAP_HOURS = 24 * 30


def parse_client_id(text: str) -> str:
    if not re.fullmatch(CLIENT_ID, text):
        raise argparse.ArgumentTypeError("3 to 63 lower-case letters, digits and hyphens")
    return text


def parse_scopes(text: str) -> list[str]:
    if unknown := sorted(set(text.split()) - SCOPES.keys()):
        raise argparse.ArgumentTypeError(f"not a scope: {' '.join(unknown)}; there are {' '.join(SCOPES)}")
    if not text.split():
        raise argparse.ArgumentTypeError("names none")
    return sorted(set(text.split()))


def parse_name(text: str) -> str:
    try:
        name = normalise_line(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if not 1 <= len(name) <= LONGEST_NAME:
        raise argparse.ArgumentTypeError(f"1 to {LONGEST_NAME} characters")
    return name


def parse_overlap(text: str) -> timedelta:
    if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) > LONGEST_OVERLAP_HOURS:
        raise argparse.ArgumentTypeError(f"whole hours, 0 to {LONGEST_OVERLAP_HOURS}")
    return timedelta(hours=int(text))


def parse_limit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,7}", text):
        raise argparse.ArgumentTypeError("a whole number of requests below ten million; 0 for as many as everybody")
    return int(text)


def build_parser() -> argparse.ArgumentParser:
    scopes = "\n".join(f"  {scope:<20}{meaning}" for scope, meaning in SCOPES.items())
    parser = argparse.ArgumentParser(
        prog="python -m rtp_gateway.register",
        description="The clients of the gateway. A secret is written to standard output once; its hash alone is kept.",
        epilog=f"scopes:\n{scopes}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    _take_facts(_add_verb(verbs, "add", "register a new client; print its secret"), required=True)
    _take_facts(_add_verb(verbs, "change", "change a client; its secret stays"), required=False)
    renew = _add_verb(verbs, "renew", "give a client a new secret beside its old one; print it")
    renew.add_argument(
        "--overlap",
        type=parse_overlap,
        default=timedelta(hours=24),
        metavar="HOURS",
        help="how long the old secret still holds (24); 0 for one that others may know",
    )
    _add_verb(verbs, "deactivate", "let a client in no more, within two seconds")
    activate = _add_verb(verbs, "activate", "let a deactivated client in again; print its new secret")
    activate.add_argument("--keep-secret", action="store_true", help="let it in by the secret that it had")
    verbs.add_parser("list", help="list the clients", allow_abbrev=False)
    return parser


def _add_verb(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", verb: str, meaning: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(verb, help=meaning, description=meaning, allow_abbrev=False)
    parser.add_argument("client_id", type=parse_client_id)
    return parser


def _take_facts(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--name", required=required, type=parse_name, help="what the client is, for people")
    parser.add_argument("--scopes", required=required, type=parse_scopes, help="what it may do, with blanks between")
    parser.add_argument(
        "--organisation", required=required, help="its public body: an identifier such as GB-LAE-HAT, or the body's id"
    )
    parser.add_argument(
        "--unchecked",
        action="store_true",
        help="take --organisation, an id, without looking for a public body: for an organisation that is none",
    )
    parser.add_argument("--burst", type=parse_limit, metavar="N", help="its requests in 10 seconds; 0 for the usual")
    parser.add_argument(
        "--sustained", type=parse_limit, metavar="N", help="its requests in 10 minutes; 0 for the usual"
    )
