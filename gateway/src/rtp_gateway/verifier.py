"""Checks events that were received: signatures, sequences and hashes, and whether the feed has more.

    python verifier.py DIRECTORY [--secret-file FILE] [--public-key whpk_...]
    python verifier.py --feed https://host --token-file FILE [--save DIRECTORY] [--cursor-file FILE]
    python verifier.py DIRECTORY --against-feed --feed https://host --token-file FILE [--subscription ID]

Stands alone: this one file needs nothing but Python 3.11, and the package cryptography for signatures of version v1a.
Exits with 0 if nothing is wrong or missing, 1 with gaps, missing or out of order, 2 with what is serious (a wrong
signature, a broken link, a conflict, what is no event), 3 if it cannot be told: wrong usage, input that cannot be read.
"""

import argparse
import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import sqlite3
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

FINE, MISSING, SERIOUS, UNUSABLE = 0, 1, 2, 3
RECEIVED, FEED = 0, 1
PAGE = 200
"""Events that are asked of the feed at once."""
PAUSES = (1, 2, 4, 8, 16)
"""Seconds before the feed is asked again when it is away, unless it says how long itself."""
LONGEST_PAUSE = 60
SHOWN = 20
"""Findings of a kind that people are shown; --json has all."""


class Unusable(Exception):
    """There is nothing to check, or nothing to check it with."""


# --- One event ---------------------------------------------------------------------------------------------------


class NotAnEvent(ValueError):
    """The bytes are not an event of the platform; the message says why."""


class Event(NamedTuple):
    """What is kept of an event; its body is not."""

    source: str
    partitionkey: str
    """With the source it names the chain: the events of one case (or subscription) that one service published."""
    sequence: int
    id: str
    hash: str
    """SHA-256 of the full event's bytes; of a thin or erased one as it says itself."""
    previous: str | None
    attributes: str | None
    """Hash of what the full and the thin form have in common; None where erasure or FHIR left some of it out."""
    erased: bool
    type: str
    time: str


_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
_SHA256 = "[0-9a-f]{64}"
_URI = "[!-~]+"


def _patterns(**patterns: str) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for name, pattern in patterns.items()}


_REQUIRED = _patterns(
    specversion=r"1\.0",
    id=_UUID,
    source=_URI,
    type=r"org\.righttoprovide\.[a-z0-9-]+\.[a-z0-9-]+\.v[1-9][0-9]*",
    subject=f"[a-z-]+/{_UUID}",
    time=_INSTANT,
    partitionkey=_UUID,
    sequence="[0-9]{10,18}",
)
_PATTERNS = _REQUIRED | _patterns(
    previoushash=_SHA256,
    eventhash=_SHA256,
    erasedat=_INSTANT,
    caseid=_UUID,
    datacontenttype="application/json",
    dataschema=_URI,
    dataref=_URI,
)
_NAME = re.compile("[a-z0-9]+")
_CHAINED = ("partitionkey", "sequence", "previoushash", "eventhash", "erasedat")
_OF_ONE_FORM = {"data", "datacontenttype", "dataschema", "eventhash", "erasedat"}


def read_event(body: bytes, value: Any) -> Event:
    """`value`: the body as JSON. Raises NotAnEvent."""
    if not isinstance(value, dict):
        raise NotAnEvent("not a JSON object")
    if fhir := value.get("resourceType") == "Bundle":
        value = _from_fhir(value)
    event = {name: each for name, each in value.items() if each is not None}
    _check_attributes(event)
    full = "data" in event
    return Event(
        source=event["source"],
        partitionkey=event["partitionkey"],
        sequence=int(event["sequence"]),
        id=event["id"],
        hash=hashlib.sha256(body).hexdigest() if full else event["eventhash"],
        previous=event.get("previoushash"),
        attributes=None if fhir or "erasedat" in event else _attributes_hash(event),
        erased="erasedat" in event,
        type=event["type"],
        time=event["time"],
    )


def _from_fhir(bundle: dict[str, Any]) -> dict[str, Any]:
    """The thin event that a FHIR signal tells of, as far as the signal has it."""
    try:
        parameters = {each["name"]: each for each in bundle["entry"][0]["resource"]["parameter"]}
        context = {each["name"]: each for each in parameters["additional-context"]["part"]}
        (chain,) = parameters["notification-event"]["extension"]
        chained = {each["url"]: each["valueString"] for each in chain["extension"] if each["url"] in _CHAINED}
        service = context["source"]["valueUri"].rpartition("/")[2]
        kind, _, version = context["event-type"]["valueString"].removeprefix(f"rtp-{service}-").rpartition("-")
        about = context["subject"]["valueReference"]["identifier"]["value"]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise NotAnEvent("a FHIR Bundle, but no signal of the platform") from error
    return {
        "specversion": "1.0",
        "id": bundle.get("id"),
        "source": context["source"]["valueUri"],
        "type": f"org.righttoprovide.{service}.{kind}.v{version}",
        "subject": about,
        "time": bundle.get("timestamp"),
        **({"caseid": chained.get("partitionkey")} if about.startswith("cases/") else {}),
        **chained,
    }


def _check_attributes(event: dict[str, Any]) -> None:
    for name, value in event.items():
        if not _NAME.fullmatch(name):
            raise NotAnEvent(f"attribute name {name!r} is not lower-case letters and digits")
        if name != "data" and not isinstance(value, str | bool | int):
            raise NotAnEvent(f"attribute {name} is not a string, a boolean or a whole number")
    if missing := [name for name in _REQUIRED if name not in event]:
        raise NotAnEvent(f"attribute {missing[0]} is missing")
    for name, pattern in _PATTERNS.items():
        if name in event and not (isinstance(event[name], str) and pattern.fullmatch(event[name])):
            raise NotAnEvent(f"attribute {name} is not as the platform writes it")
    for name in ("time", "erasedat"):
        if name in event and not _is_instant(event[name]):
            raise NotAnEvent(f"attribute {name} is not a time that there is")
    _check_agreement(event)


def _check_agreement(event: dict[str, Any]) -> None:
    about, _, subject = event["subject"].partition("/")
    key = event["partitionkey"]
    if subject != key or event.get("caseid", key) != key or (about == "cases" and "caseid" not in event):
        raise NotAnEvent("subject, caseid and partitionkey do not name one case")
    if int(event["sequence"]) < 1:
        raise NotAnEvent("sequence does not begin with 1")
    if "data" not in event and "eventhash" not in event:
        raise NotAnEvent("neither data nor eventhash")
    if "data" in event and not isinstance(event["data"], dict):
        raise NotAnEvent("data is not an object")
    if "data" in event and ("eventhash" in event or "erasedat" in event):
        raise NotAnEvent("data beside an attribute of events without data")


def _is_instant(text: str) -> bool:
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return True


def _attributes_hash(event: dict[str, Any]) -> str:
    common = {name: value for name, value in event.items() if name not in _OF_ONE_FORM}
    return hashlib.sha256(json.dumps(common, sort_keys=True).encode()).hexdigest()


# --- Bodies: one event, a batch or a page of the feed ------------------------------------------------------------


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a name twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_JSON = json.JSONDecoder(object_pairs_hook=_no_name_twice, parse_constant=_no_constant)
_SPACE = re.compile(r"[ \t\r\n]*")


def _parsed(body: bytes) -> tuple[str, Any]:
    try:
        text = body.decode()
        return text, _JSON.decode(text)
    except (ValueError, RecursionError) as error:
        raise NotAnEvent("not JSON") from error


def pieces(body: bytes) -> list[tuple[bytes, Any]]:
    """The events of a body, each as its bytes and its value. Raises NotAnEvent."""
    text, value = _parsed(body)
    if isinstance(value, list):
        return list(_items(text, _after_space(text, 0)))
    if isinstance(value, dict) and isinstance(value.get("items"), list) and "specversion" not in value:
        return list(_items(text, _place_of(text, "items")))
    return [(body.strip(b" \t\r\n"), value)]


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _items(text: str, at: int) -> Iterator[tuple[bytes, Any]]:
    """The array that begins at `at`, in a text that is known to be JSON."""
    at = _after_space(text, at + 1)
    while text[at] != "]":
        value, end = _JSON.raw_decode(text, at)
        yield text[at:end].encode(), value
        at = _after_space(text, end)
        if text[at] == ",":
            at = _after_space(text, at + 1)


def _place_of(text: str, wanted: str) -> int:
    """Where the value of a member begins that the object has."""
    at = _after_space(text, 0)
    while True:
        name, end = _JSON.raw_decode(text, _after_space(text, at + 1))
        at = _after_space(text, _after_space(text, end) + 1)
        if name == wanted:
            return at
        _, end = _JSON.raw_decode(text, at)
        at = _after_space(text, end)


# --- Signatures: Standard Webhooks 1.0.0, v1 and v1a -------------------------------------------------------------


class BadSignature(ValueError):
    """The headers do not prove the body; the message says why."""


Check = Callable[[bytes, bytes], bool]
"""Whether a signature is that of some bytes."""


def _secret_check(shown: str) -> Check:
    secret = _key(shown, "whsec_")
    return lambda signature, signed: hmac.compare_digest(hmac.digest(secret, signed, "sha256"), signature)


def _public_check(shown: str) -> Check:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise Unusable("--public-key needs the package cryptography: pip install cryptography") from None
    try:
        key = Ed25519PublicKey.from_public_bytes(_key(shown, "whpk_"))
    except ValueError:
        raise Unusable("--public-key: not 32 bytes of an ed25519 key") from None

    def fits(signature: bytes, signed: bytes) -> bool:
        try:
            key.verify(signature, signed)
        except InvalidSignature:
            return False
        return True

    return fits


def _key(shown: str, prefix: str) -> bytes:
    try:
        key = base64.b64decode(shown.removeprefix(prefix), validate=True)
    except ValueError:
        key = b""
    if not shown.startswith(prefix) or not key:
        raise Unusable(f"a key is not {prefix} and base64 after it")
    return key


Keys = Sequence[tuple[str, Check]]
"""Each with the version of the signatures that it checks."""


def read_keys(secret_file: Path | None, public: Sequence[str]) -> Keys:
    secrets = _text(secret_file).split() if secret_file else []
    if secret_file and not secrets:
        raise Unusable(f"{secret_file.name} holds no secret")
    return [("v1", _secret_check(each)) for each in secrets] + [("v1a", _public_check(each)) for each in public]


def check_signature(headers: bytes, body: bytes, keys: Keys) -> str:
    """Says good, unsigned, or unchecked where there is no key. Raises BadSignature."""
    found = _signature_headers(headers)
    if not found:
        return "unsigned"
    if absent := [name for name in ("id", "timestamp", "signature") if name not in found]:
        raise BadSignature(f"webhook-{absent[0]} is missing")
    if not found["id"] or "." in found["id"]:
        raise BadSignature("webhook-id is empty or holds a full stop")
    if not re.fullmatch("[0-9]{1,12}", found["timestamp"]):
        raise BadSignature("webhook-timestamp is not a number of seconds")
    signatures = list(_signatures(found["signature"]))
    if not signatures:
        raise BadSignature("webhook-signature holds no signature that can be read")
    if not keys:
        return "unchecked"
    start = f"{found['id']}.{found['timestamp']}.".encode("latin-1")
    # Editors and shells put white space at the end of files; the platform never sends any.
    for signed in (start + body, start + body.strip(b" \t\r\n")):
        if any(v == version and fits(each, signed) for version, each in signatures for v, fits in keys):
            return "good"
    raise BadSignature("no signature is that of this body by a key that was given")


def _signature_headers(headers: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in headers.decode("latin-1").split("\n"):
        name, _, value = line.partition(":")
        kind = name.strip().lower().removeprefix("webhook-")
        if name.strip().lower() != f"webhook-{kind}" or kind not in ("id", "timestamp", "signature"):
            continue
        if kind in found:
            raise BadSignature(f"webhook-{kind} is there twice")
        found[kind] = value.strip()
    return found


def _signatures(listed: str) -> Iterator[tuple[str, bytes]]:
    for each in listed.split():
        version, _, encoded = each.partition(",")
        try:
            signature = base64.b64decode(encoded, validate=True)
        except ValueError:
            continue
        if version in ("v1", "v1a") and signature:
            yield version, signature


# --- What was found ----------------------------------------------------------------------------------------------

Finding = dict[str, Any]


@dataclass
class Report:
    events: int = 0
    """Bodies or parts of bodies that are events, each counted as often as it was received."""
    chains: int = 0
    erased: int = 0
    links_checked: int = 0
    links_not_checkable: int = 0
    signatures_good: int = 0
    signatures_unchecked: int = 0
    unsigned: int = 0
    """Bodies without the headers of a signature."""
    duplicates: list[Finding] = field(default_factory=list)
    begins_anew: list[Finding] = field(default_factory=list)
    gaps: list[Finding] = field(default_factory=list)
    out_of_order: list[Finding] = field(default_factory=list)
    conflicts: list[Finding] = field(default_factory=list)
    broken_links: list[Finding] = field(default_factory=list)
    bad_signatures: list[Finding] = field(default_factory=list)
    not_events: list[Finding] = field(default_factory=list)
    missing_against_feed: list[Finding] = field(default_factory=list)
    not_in_feed: list[Finding] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        if self.conflicts or self.broken_links or self.bad_signatures or self.not_events:
            return SERIOUS
        unexplained = any(not gap.get("explained") for gap in self.gaps)
        return MISSING if unexplained or self.out_of_order or self.missing_against_feed else FINE

    def count_signature(self, outcome: str) -> None:
        self.signatures_good += outcome == "good"
        self.signatures_unchecked += outcome == "unchecked"
        self.unsigned += outcome == "unsigned"


# --- The ledger: what is kept of each event, in a file that is gone afterwards -----------------------------------


class Held(NamedTuple):
    """An event, and where it was found: the file or page, and its number in it (0: the whole of it)."""

    source: str
    partitionkey: str
    sequence: int
    id: str
    hash: str
    previous: str | None
    attributes: str | None
    erased: int
    type: str
    time: str
    place: str
    item: int
    side: int

    @property
    def where(self) -> str:
        return f"{self.place}:{self.item}" if self.item else self.place

    @property
    def named(self) -> Finding:
        return {"source": self.source, "partitionkey": self.partitionkey, "sequence": self.sequence}

    @property
    def told(self) -> Finding:
        return self.named | {"id": self.id, "type": self.type, "time": self.time, "place": self.where}


class Ledger:
    def __init__(self) -> None:
        # The empty name: a private database in a temporary file, not in memory.
        self._db = sqlite3.connect("")
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute(f"CREATE TABLE events ({', '.join(Held._fields)})")

    def add(self, event: Event, side: int, place: str, item: int) -> None:
        row = (*event, place, item, side)
        self._db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def ready(self) -> None:
        self._db.execute("CREATE INDEX chain ON events (source, partitionkey, sequence, side)")

    def chains(self) -> Iterator[Iterator[Held]]:
        """What was received, chain by chain, by sequence."""
        return self._chains("SELECT * FROM events WHERE side = ? ORDER BY source, partitionkey, sequence, place, item")

    def chains_as_they_came(self) -> Iterator[Iterator[Held]]:
        return self._chains("SELECT * FROM events WHERE side = ? ORDER BY source, partitionkey, place, item")

    def scattered(self) -> Iterator[list[Held]]:
        """Events of one id that stand at several places of chains."""
        rows = self._rows(
            """SELECT * FROM events WHERE side = ?1 AND (source, id) IN (
            SELECT source, id FROM events WHERE side = ?1
            GROUP BY source, id HAVING COUNT(DISTINCT partitionkey || sequence) > 1)
            ORDER BY source, id, place, item""",
            RECEIVED,
        )
        for _, copies in groupby(rows, key=attrgetter("source", "id")):
            yield list(copies)

    def only_on(self, side: int) -> Iterator[Held]:
        """What is on one side and not on the other, each event once."""
        return self._rows(
            """SELECT * FROM events AS mine WHERE side = ?1 AND NOT EXISTS (
            SELECT 1 FROM events AS theirs WHERE theirs.side = 1 - ?1 AND theirs.source = mine.source
            AND theirs.partitionkey = mine.partitionkey AND theirs.sequence = mine.sequence AND theirs.id = mine.id)
            GROUP BY source, partitionkey, sequence, id ORDER BY source, partitionkey, sequence""",
            side,
        )

    def other_in_feed(self) -> Iterator[tuple[Held, Held]]:
        """What was received, beside another event, or other content, that the feed has in its place."""
        pairs = self._db.execute(
            """SELECT r.*, f.* FROM events r JOIN events f USING (source, partitionkey, sequence)
            WHERE r.side = ? AND f.side = ? AND (r.id <> f.id OR r.hash <> f.hash OR r.attributes <> f.attributes)
            ORDER BY source, partitionkey, sequence, r.place, r.item""",
            (RECEIVED, FEED),
        )
        half = len(Held._fields)
        return ((Held._make(row[:half]), Held._make(row[half:])) for row in pairs)

    def feed_has(self, gap: Finding) -> bool:
        found = self._db.execute(
            """SELECT 1 FROM events WHERE side = ? AND source = ? AND partitionkey = ?
            AND sequence BETWEEN ? AND ? LIMIT 1""",
            (FEED, gap["source"], gap["partitionkey"], gap["first"], gap["last"]),
        )
        return found.fetchone() is not None

    def close(self) -> None:
        self._db.close()

    def _chains(self, query: str) -> Iterator[Iterator[Held]]:
        for _, chain in groupby(self._rows(query, RECEIVED), key=attrgetter("source", "partitionkey")):
            yield chain

    def _rows(self, query: str, side: int) -> Iterator[Held]:
        return map(Held._make, self._db.execute(query, (side,)))


# --- Reading: a directory, the feed ------------------------------------------------------------------------------


class Progress:
    """A line on a terminal that tells how far it is; nothing elsewhere."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._next = time.monotonic() + 1

    def tell(self, events: int) -> None:
        if self._shown and time.monotonic() > self._next:
            self._next = time.monotonic() + 0.5
            sys.stderr.write(f"\r{events:,} events read ")
            sys.stderr.flush()

    def end(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")


@dataclass
class Intake:
    """Takes what is read into the ledger, and what is wrong with it by itself into the report."""

    ledger: Ledger
    report: Report
    keys: Keys = ()
    progress: Progress = field(default_factory=Progress)

    def directory(self, directory: Path) -> int:
        """The number of files that were read."""
        files = 0
        for files, path in enumerate(_files(directory), start=1):  # noqa: B007 - the last is the number
            place = _printable(os.path.relpath(path, directory))
            if path.suffix == ".jsonl":
                self._lines(path, place)
            else:
                self._file(path, place)
        return files

    def body(self, body: bytes, side: int, place: str) -> None:
        try:
            found = pieces(body)
        except NotAnEvent as error:
            self.report.not_events.append({"place": place, "reason": str(error)})
            return
        whole = len(found) == 1 and found[0][0] == body.strip(b" \t\r\n")
        for number, (raw, value) in enumerate(found, start=1):
            self._event(raw, value, side, place, 0 if whole else number)

    def _file(self, path: Path, place: str) -> None:
        body = path.read_bytes()
        headers = path.with_suffix(".headers")
        try:
            outcome = check_signature(headers.read_bytes() if headers.exists() else b"", body, self.keys)
            self.report.count_signature(outcome)
        except BadSignature as error:
            self.report.bad_signatures.append({"place": place, "reason": str(error)})
        self.body(body, RECEIVED, place)

    def _lines(self, path: Path, place: str) -> None:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not (raw := line.strip(b" \t\r\n")):
                    continue
                self.report.count_signature("unsigned")
                try:
                    self._event(raw, _parsed(raw)[1], RECEIVED, place, number)
                except NotAnEvent as error:
                    self.report.not_events.append({"place": f"{place}:{number}", "reason": str(error)})

    def _event(self, raw: bytes, value: Any, side: int, place: str, item: int) -> None:
        try:
            event = read_event(raw, value)
        except NotAnEvent as error:
            self.report.not_events.append({"place": f"{place}:{item}" if item else place, "reason": str(error)})
            return
        if side == RECEIVED:
            self.report.events += 1
            self.report.erased += event.erased
        self.ledger.add(event, side, place, item)
        self.progress.tell(self.report.events)


def _files(directory: Path) -> Iterator[Path]:
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            elif entry.name.endswith((".json", ".jsonl")):
                yield Path(entry.path)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The token is for the address that was given, and for no other."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Feed:
    def __init__(self, url: str, token: Callable[[], str], subscription: str | None = None) -> None:
        self._url = url
        self._token = token
        self._query = {"limit": str(PAGE)} | ({"subscription": subscription} if subscription else {})
        self._bearer = ""
        self._answered = False
        self._opener = urllib.request.build_opener(_NoRedirects)

    def pages(self, after: str | None) -> Iterator[tuple[bytes, str]]:
        """Each page as its bytes, with the cursor to go on from behind it."""
        follow: str | None = after
        while True:
            body = self._page(follow)
            page = self._read(body)
            yield body, page["cursor"]
            if page["next"] is None:
                return
            if page["next"] == follow:
                raise Unusable("the feed does not move on: its next page is the one that was read")
            follow = page["next"]

    def token_for(self, client_id: str, secret: str) -> str:
        """Ask for an access token by client credentials (RFC 6749 section 4.4)."""
        pair = ":".join(urllib.parse.quote_plus(each) for each in (client_id, secret))
        basic = base64.b64encode(pair.encode()).decode()
        answer = self._ask("/oauth2/token", f"Basic {basic}", b"grant_type=client_credentials")
        try:
            return _fit_for_a_header(str(json.loads(answer)["access_token"]), "the access token")
        except (ValueError, TypeError, KeyError):
            raise Unusable(f"{self._url}/oauth2/token gave no access token") from None

    def _page(self, after: str | None) -> bytes:
        query = urllib.parse.urlencode(self._query | ({"after": after} if after else {}))
        fresh = not self._bearer
        self._bearer = self._bearer or self._token()
        try:
            return self._ask(f"/v1/events?{query}", f"Bearer {self._bearer}")
        except Refused as refused:
            if refused.status != 401 or fresh:
                raise
        # Reading may take longer than a token holds.
        self._bearer = self._token()
        return self._ask(f"/v1/events?{query}", f"Bearer {self._bearer}")

    def _read(self, body: bytes) -> dict[str, Any]:
        try:
            page: dict[str, Any] = _parsed(body)[1]
            next_ = page["next"] is None or _is_cursor(page["next"])
            if isinstance(page["items"], list) and _is_cursor(page["cursor"]) and next_:
                return page
        except (NotAnEvent, TypeError, KeyError):
            pass
        raise Unusable(f"{self._url}/v1/events answered with what is no page of the feed")

    def _ask(self, path: str, authorization: str, form: bytes | None = None) -> bytes:
        headers = {"Authorization": authorization, "Accept": "application/json", "User-Agent": "rtp-verifier"}
        request = urllib.request.Request(self._url + path, form, headers)  # noqa: S310 - _address lets http(s) alone by
        for pause in (*PAUSES, None):
            try:
                with self._opener.open(request, timeout=LONGEST_PAUSE) as answer:
                    self._answered = True
                    return bytes(answer.read())
            except urllib.error.HTTPError as error:
                with error:
                    if pause is None or error.code not in (429, 502, 503, 504):
                        raise Refused(f"{self._url}{path.partition('?')[0]}", error.code) from None
                    time.sleep(_wanted_pause(error.headers.get("Retry-After"), pause))
            except (OSError, http.client.HTTPException) as error:
                # An address that never answered is more likely wrong than away.
                if pause is None or not self._answered:
                    raise Unusable(f"{self._url} does not answer: {getattr(error, 'reason', error)}") from None
                time.sleep(pause)
        raise AssertionError


class Refused(Unusable):
    def __init__(self, url: str, status: int) -> None:
        super().__init__(f"{url} answered {status} {http.client.responses.get(status, '')}".strip())
        self.status = status


def _wanted_pause(retry_after: str | None, otherwise: int) -> int:
    if retry_after and re.fullmatch("[0-9]{1,9}", retry_after.strip()):
        return min(int(retry_after), LONGEST_PAUSE)
    return otherwise


def _is_cursor(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch("[!-~]+", value))


# --- Checking what was read --------------------------------------------------------------------------------------


def check_chains(ledger: Ledger, report: Report, *, from_start: bool) -> None:
    """`from_start`: whether what is before the first event of a chain counts as a gap."""
    for chain in ledger.chains():
        report.chains += 1
        last = 0 if from_start else None
        before: set[str] = set()
        for sequence, found in groupby(chain, key=attrgetter("sequence")):
            copies = list(found)
            if last is not None and sequence > last + 1:
                report.gaps.append(_gap(copies[0], last + 1, sequence - 1))
            if sequence - 1 != last:
                before = set()
            check_copies(copies, report)
            check_links(copies, before, report)
            last, before = sequence, {copy.hash for copy in copies}
    for copies in ledger.scattered():
        report.conflicts.append(_conflict("one id at several places of chains", copies))


def _gap(behind: Held, first: int, last: int) -> Finding:
    chain = {"source": behind.source, "partitionkey": behind.partitionkey}
    return chain | {"first": first, "last": last, "at_the_start": first == 1}


def _conflict(reason: str, copies: Iterable[Held]) -> Finding:
    copies = list(copies)
    return copies[0].named | {"reason": reason, "copies": [copy.told | {"hash": copy.hash} for copy in copies]}


def check_copies(copies: Sequence[Held], report: Report) -> None:
    """All have one sequence of one chain, so they must be one event."""
    if len({copy.id for copy in copies}) > 1:
        report.conflicts.append(_conflict("several events with one sequence", copies))
    elif len({copy.hash for copy in copies}) > 1:
        report.conflicts.append(_conflict("one event with different content", copies))
    elif len({copy.attributes for copy in copies if copy.attributes}) > 1:
        report.conflicts.append(_conflict("one event with different attributes", copies))
    identity = attrgetter("id", "hash")
    for _, same in groupby(sorted(copies, key=identity), key=identity):
        if len(again := list(same)) > 1:
            places = [copy.where for copy in again]
            report.duplicates.append(again[0].named | {"id": again[0].id, "times": len(again), "places": places})


def check_links(copies: Sequence[Held], before: set[str], report: Report) -> None:
    """`before`: the hashes of what is there of the event before; none where it is not there."""
    for copy in {(copy.id, copy.hash, copy.previous): copy for copy in copies}.values():
        if copy.previous is None and copy.sequence > 1:
            report.begins_anew.append(copy.told)
        elif copy.previous is None:
            continue
        elif copy.sequence == 1:
            report.broken_links.append(copy.told | {"reason": "the first event of a chain has a previoushash"})
        elif not before:
            report.links_not_checkable += 1
        elif copy.previous in before:
            report.links_checked += 1
        else:
            report.broken_links.append(
                copy.told | {"reason": "previoushash is not the hash of the event before", "previous": sorted(before)}
            )


def check_order(ledger: Ledger, report: Report) -> None:
    """By first arrivals: an event may come again later at any time."""
    for chain in ledger.chains_as_they_came():
        highest, seen = 0, set[int]()
        for held in chain:
            if held.sequence < highest and held.sequence not in seen:
                report.out_of_order.append(held.told | {"after": highest})
            seen.add(held.sequence)
            highest = max(highest, held.sequence)


def compare(ledger: Ledger, report: Report, *, from_start: bool) -> None:
    """`from_start`: whether the feed was read from its start, so that what it has not is not there."""
    report.missing_against_feed += [held.told for held in ledger.only_on(FEED)]
    for received, told in ledger.other_in_feed():
        report.conflicts.append(_conflict("another in the feed", (received, told)))
    if not from_start:
        return
    report.not_in_feed += [held.told for held in ledger.only_on(RECEIVED)]
    for gap in report.gaps:
        gap["explained"] = not ledger.feed_has(gap)


# --- The command -------------------------------------------------------------------------------------------------


class _Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Unusable(f"{message} (--help tells more)")


def _parser() -> argparse.ArgumentParser:
    parser = _Arguments(
        prog="verifier",
        allow_abbrev=False,
        description="Checks events that were received: signatures, sequences, hashes, and whether the feed has more.",
        epilog="A token is taken from --token-file, or else from the environment: RTP_TOKEN, or RTP_CLIENT_ID and "
        "RTP_CLIENT_SECRET. Exits with 0 if nothing is wrong or missing, 1 with gaps, missing or out of order, "
        "2 with what is serious, 3 if it cannot be told.",
    )
    add = parser.add_argument
    add("directory", type=Path, nargs="?", help="NAME.json (bodies), NAME.headers beside them, and *.jsonl")
    add("--secret-file", type=Path, metavar="FILE", help="webhook secrets (whsec_...), one a line")
    add("--public-key", action="append", default=[], metavar="KEY", help="whpk_...; may be repeated")
    add("--in-order", action="store_true", help="the names of the files tell the order of arrival: check it")
    add("--feed", metavar="URL", help="the platform's address: read its feed, in place of a directory")
    add("--against-feed", action="store_true", help="compare the directory with the feed")
    add("--subscription", metavar="ID", help="only what the feed has for this subscription")
    add("--token-file", type=Path, metavar="FILE", help="holds the access token")
    add("--cursor-file", type=Path, metavar="FILE", help="go on from last time; holds the place in the feed")
    add("--save", type=Path, metavar="DIRECTORY", help="keep the pages that are read, to be checked as a directory")
    add("--json", action="store_true", help="all findings as JSON")
    return parser


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    given = _parser().parse_args(arguments)
    if given.directory and given.feed and not given.against_feed:
        raise Unusable("a directory and --feed: say --against-feed to compare them")
    if given.against_feed and not (given.directory and given.feed):
        raise Unusable("--against-feed needs a directory and --feed")
    if not (given.directory or given.feed):
        raise Unusable("name a directory or --feed (--help tells more)")
    for name in ("subscription", "token_file", "cursor_file", "save"):
        if getattr(given, name) and not given.feed:
            raise Unusable(f"--{name.replace('_', '-')} needs --feed")
    if given.directory and not given.directory.is_dir():
        raise Unusable(f"{given.directory} is not a directory")
    return given


def verify(given: argparse.Namespace, ledger: Ledger) -> tuple[Report, str | None]:
    """What was found, and the feed's cursor where it was read."""
    report = Report()
    intake = Intake(ledger, report, read_keys(given.secret_file, given.public_key))
    if given.directory and not intake.directory(given.directory) and not given.against_feed:
        raise Unusable(f"{given.directory} holds no .json or .jsonl file")
    start = _cursor(given.cursor_file)
    cursor = _read_feed(given, intake, start) if given.feed else None
    intake.progress.end()
    ledger.ready()
    check_chains(ledger, report, from_start=bool(given.directory) or not start)
    if given.in_order or not given.directory:
        check_order(ledger, report)
    if given.against_feed:
        compare(ledger, report, from_start=not start)
    return report, cursor


def _read_feed(given: argparse.Namespace, intake: Intake, start: str | None) -> str | None:
    feed = Feed(_address(given.feed), lambda: _token(given, feed), given.subscription)
    save = _Save(given.save) if given.save else None
    cursor = start
    for number, (body, behind) in enumerate(feed.pages(start), start=1):
        if save:
            save(body, number)
        intake.body(body, FEED if given.directory else RECEIVED, f"feed page {number:06d}")
        cursor = behind
    return cursor


class _Save:
    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._start = directory / f"feed-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"

    def __call__(self, page: bytes, number: int) -> None:
        _write(self._start.with_name(f"{self._start.name}-{number:06d}.json"), page)


def _address(url: str) -> str:
    try:
        parts = urllib.parse.urlsplit(url)
        host, local = parts.hostname, parts.hostname in ("localhost", "127.0.0.1", "::1")
    except ValueError:
        raise Unusable("--feed is not an address") from None
    if not host or not re.fullmatch("[!-~]+", url) or parts.query or parts.fragment or "@" in parts.netloc:
        raise Unusable("--feed is not an address like https://host")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise Unusable("--feed must be https: a token is sent to it")
    return url.rstrip("/")


def _token(given: argparse.Namespace, feed: Feed) -> str:
    if given.token_file:
        return _fit_for_a_header(_text(given.token_file).strip(), str(given.token_file))
    if token := os.environ.get("RTP_TOKEN"):
        return _fit_for_a_header(token, "RTP_TOKEN")
    client_id, secret = os.environ.get("RTP_CLIENT_ID"), os.environ.get("RTP_CLIENT_SECRET")
    if client_id and secret:
        return feed.token_for(client_id, secret)
    raise Unusable("no token: give --token-file, or RTP_TOKEN, or RTP_CLIENT_ID and RTP_CLIENT_SECRET")


def _fit_for_a_header(token: str, origin: str) -> str:
    if not re.fullmatch("[!-~]+", token):
        raise Unusable(f"{origin} is not a token: one word of plain characters")
    return token


def _cursor(file: Path | None) -> str | None:
    if file is None or not file.exists():
        return None
    if not _is_cursor(cursor := _text(file).strip()):
        raise Unusable(f"{file} holds no cursor")
    return cursor


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except ValueError:
        raise Unusable(f"{file} is not text") from None


def _write(file: Path, content: bytes) -> None:
    """All of it or nothing."""
    unfinished = file.with_name(f".{file.name}.new")
    unfinished.write_bytes(content)
    unfinished.replace(file)


# --- Telling -----------------------------------------------------------------------------------------------------


def as_json(report: Report) -> str:
    return json.dumps(vars(report) | {"exit_code": report.exit_code}, indent=2)


def as_lines(report: Report) -> Iterator[str]:
    signed = report.signatures_good + report.signatures_unchecked + len(report.bad_signatures)
    yield f"{report.events:,} events in {report.chains:,} chains; {report.erased:,} of them erased"
    yield (
        f"signatures: {signed:,}, of which {report.signatures_good:,} good, {len(report.bad_signatures):,} bad, "
        f"{report.signatures_unchecked:,} not checked for want of a key; bodies without: {report.unsigned:,}"
    )
    yield (
        f"links: {report.links_checked:,} good, {len(report.broken_links):,} broken, "
        f"{report.links_not_checkable:,} not checkable (the event before is not here)"
    )
    for heading, found, line in _KINDS:
        yield from _section(heading, getattr(report, found), line)
    yield _VERDICTS[report.exit_code]


def _section(heading: str, found: Sequence[Finding], line: str) -> Iterator[str]:
    if not found:
        return
    yield f"{heading}: {len(found):,}"
    for each in found[:SHOWN]:
        yield "  " + line.format_map(each | _words(each))
    if len(found) > SHOWN:
        yield f"  and {len(found) - SHOWN:,} more: --json lists all"


def _words(each: Finding) -> Finding:
    return {
        "chain": f"{each.get('source')} {each.get('partitionkey')}",
        "which": "; ".join(f"{copy['id']} in {copy['place']}" for copy in each.get("copies", ())),
        "note": " (the feed has none of them for you)" if each.get("explained") else "",
    }


_EVENT = "{chain} {sequence}, id {id}, {type}, {time}, in {place}"
_KINDS = (
    ("NOT AN EVENT", "not_events", "{place}: {reason}"),
    ("BAD SIGNATURE", "bad_signatures", "{place}: {reason}"),
    ("CONFLICT", "conflicts", "{chain} {sequence}: {reason}: {which}"),
    ("BROKEN LINK", "broken_links", f"{_EVENT}: {{reason}}"),
    ("missing: the feed has it", "missing_against_feed", _EVENT),
    ("gaps: not received, or not yours to see", "gaps", "{chain} {first} to {last}{note}"),
    ("out of order", "out_of_order", f"{_EVENT}: after {{after}}"),
    ("duplicates (harmless)", "duplicates", "{chain} {sequence}, id {id}: {times} times"),
    ("the chain begins anew", "begins_anew", _EVENT),
    ("received, and not in the feed", "not_in_feed", _EVENT),
)
_VERDICTS = {
    FINE: "Nothing is wrong and nothing is missing.",
    MISSING: "Nothing is wrong with what is here, but something is missing or out of order.",
    SERIOUS: "SERIOUS: what is here was altered, forged or damaged.",
}


def _printable(text: str) -> str:
    """What was received may hold anything: a line stays a line, and a terminal is not spoken to."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def _print(lines: Iterable[str]) -> None:
    try:
        sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode(errors="backslashreplace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        given = read_arguments(arguments)
        with closing(Ledger()) as ledger:
            report, cursor = verify(given, ledger)
        _print([as_json(report)] if given.json else map(_printable, as_lines(report)))
        if cursor and given.cursor_file:
            _write(given.cursor_file, cursor.encode() + b"\n")
    except (Unusable, OSError, sqlite3.Error) as error:
        sys.stderr.write(_printable(f"verifier: {error}") + "\n")
        return UNUSABLE
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
