"""Public bodies over HTTP."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_applications.auth import Anyone, BodyWriter
from rtp_applications.bodies import commands, queries
from rtp_applications.bodies.models import Body, BodyKind
from rtp_applications.bodies.rules import FORMS, LISTED, Rule
from rtp_applications.bodies.schemas import (
    BodyDetail,
    BodyEnd,
    BodyGiven,
    BodyView,
    IdentifierView,
    PredecessorView,
    RuleGiven,
    RulesView,
    RuleView,
    SuccessorView,
)
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.json_types import JsonObject
from rtp_shared.contracts.vocabulary import Sector
from rtp_shared.db import AnyRow
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.schemas import Day, Storable
from rtp_shared.web import create_router

bodies = create_router(prefix="/v1/bodies", tags=["Bodies"])

Text = Annotated[
    str | None,
    Query(
        max_length=200,
        description="A part of the name, or words of it in any order, however accents, hyphens, apostrophes and `&` "
        "are typed, or a short name by which people call it. Words such as council, borough, NHS or trust find nothing "
        "else, but what has them too comes first",
    ),
    Storable,
]
Reference = Annotated[
    str, Path(max_length=64, description="Id or identifier: GB-LAE-CMD, GB-NHS-RRV, E09000007, RRV"), Storable
]


@bodies.get("")
async def list_bodies(
    _: Anyone,
    session: Session,
    now: Now,
    limit: Limit = 50,
    after: After = None,
    q: Text = None,
    kind: BodyKind | None = None,
    region: Annotated[str | None, Query(max_length=9, description="ONS region code"), Storable] = None,
    ended: Annotated[bool, Query(description="Also those that no longer exist")] = False,
) -> Page[BodyView]:
    """Find public bodies by a part of the name, kind or region; by name, the nearest to `q` in front."""
    key = decode_cursor(after, str, UUID)
    rows = await queries.list_bodies(
        session,
        today=civil_date(now),
        limit=limit,
        after=(key[0], key[1]) if key else None,
        text=q,
        kind=kind,
        region=region,
        ended=ended,
    )
    page, last = cut(rows, limit)
    found = await queries.list_identifiers(session, [row.id for row in page])
    items = [BodyView.model_validate(_merge_body(row, found.get(row.id, []))) for row in page]
    return Page(items=items, next=last and encode_cursor(last.sorted_by, last.id))


@bodies.post("", status_code=201)
async def record_body(body: BodyGiven, principal: BodyWriter, session: Session, response: Response) -> BodyDetail:
    """Record a body that reference data does not know yet, such as a council or board that a merger makes.

    Needs the scope cases:oversee too. When reference data learns of the body later, what was recorded here stands.
    """
    details = body.model_dump(exclude={"identifiers"})
    identifiers = [(each.scheme, each.value) for each in body.identifiers]
    body_id = await commands.record_body(session, details=details, identifiers=identifiers, actor=principal)
    response.headers["Location"] = f"/v1/bodies/{body_id}"
    return await _read_detail(session, str(body_id), response)


@bodies.get("/{reference}")
async def get_body(reference: Reference, _: Anyone, session: Session, response: Response) -> BodyDetail:
    """Read a body by its id or by any of its identifiers, also by one that it no longer has."""
    return await _read_detail(session, reference, response)


@bodies.post("/{reference}/actions/end")
async def end_body(
    reference: Reference,
    ending: BodyEnd,
    version: ExpectedVersion,
    principal: BodyWriter,
    session: Session,
    now: Now,
    response: Response,
) -> BodyDetail:
    """Record that a body ends, and which one follows it, or which ones. Needs the scope cases:oversee too.

    Open cases go over to the one that follows; of several, to the one that is chosen in the case: those that wait for
    it are listed by `GET /v1/cases?awaitsSuccessor=true`. An end that lies ahead may be recorded anew; once it has
    come, only successors may be added where none is named.
    """
    body_id = await commands.end_body(
        session,
        reference,
        on=ending.ended_on,
        successors=ending.following,
        version=version,
        actor=principal,
        now=now,
    )
    return await _read_detail(session, str(body_id), response)


@bodies.get("/{reference}/rules")
async def list_body_rules(
    reference: Reference,
    _: Anyone,
    session: Session,
    now: Now,
    on: Annotated[Day | None, Query(description="The day on which they hold; today if left out")] = None,
    sector: Annotated[Sector | None, Query(description="Only what holds for this kind of service")] = None,
) -> RulesView:
    """Read what a body set for itself in place of what the process of a route says, with the source of each."""
    body, _identifiers = await queries.get_body(session, reference)
    day = on or civil_date(now)
    return _build_rules(body, day, await queries.list_rules_in_force(session, body.id, day, sector))


@bodies.put("/{reference}/rules/{rule}")
async def set_body_rule(
    reference: Reference,
    rule: Annotated[Rule, Path(description=f"Which rule:\n{LISTED}")],
    setting: RuleGiven,
    version: ExpectedVersion,
    principal: BodyWriter,
    session: Session,
    now: Now,
    response: Response,
) -> RulesView:
    """Set a rule of a body from a day on; the period before ends the day before. If-Match takes the body's ETag.

    Periods and windows of the Localism Act 2011 may be set for one kind of service: they leave those of others alone.
    A client sets the rules of its own organisation; with the scope cases:oversee, those of any body. The past stands,
    because deadlines were computed by it: a period that has begun is only ended, never changed. A start that has gone
    by is taken only where nothing was set for any day since. A period that lies ahead is replaced by one with the same
    start. Answers with what holds on the first day of the new period.
    """
    body = await commands.set_rule(
        session,
        reference,
        rule,
        value=setting.value,
        sector=setting.sector,
        valid_from=setting.valid_from,
        source=setting.source,
        published_on=setting.published_on,
        version=version,
        actor=principal,
        now=now,
    )
    response.headers["ETag"] = format_etag(body.version)
    return _build_rules(
        body, setting.valid_from, await queries.list_rules_in_force(session, body.id, setting.valid_from)
    )


async def _read_detail(session: Session, reference: str, response: Response) -> BodyDetail:
    row, identifiers = await queries.get_body(session, reference)
    after = [SuccessorView.model_validate(each) for each in await queries.list_successors(session, row.id)]
    before = [PredecessorView.model_validate(each) for each in await queries.list_predecessors(session, row.id)]
    response.headers["ETag"] = format_etag(row.version)
    return BodyDetail.model_validate({**_merge_body(row, identifiers), "successors": after, "predecessors": before})


def _merge_body(row: Any, identifiers: Sequence[Any]) -> JsonObject:
    shown = [IdentifierView.model_validate(each) for each in identifiers]
    return {**row._mapping, "identifiers": shown}  # noqa: SLF001 - SQLAlchemy's public name


def _build_rules(body: Body | AnyRow, day: date, rows: Sequence[Any]) -> RulesView:
    shown = [RuleView.model_validate({**row._mapping, "says": FORMS[row.rule].says}) for row in rows]  # noqa: SLF001
    return RulesView(body_id=body.id, body_name=body.name, on=day, rules=shown)
