"""Pages for people: the register of decisions, and how cases stand, with charts. No script, nothing from elsewhere."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from rtp_applications.auth import Anyone
from rtp_applications.open_data import queries
from rtp_applications.open_data.dependencies import Settings
from rtp_applications.open_data.tables import FigureRow, list_all
from rtp_applications.registers.decisions import queries as register
from rtp_applications.registers.decisions.routes import DecisionId, read_instant
from rtp_applications.workflow.enums import Decision
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.dependencies import After, Session
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.problems import FieldError, Invalid
from rtp_shared.schemas import Storable
from rtp_shared.web import ServiceRoute


class PageRoute(ServiceRoute):
    """A page for people: a form sends its empty fields too, and links from elsewhere bring parameters of their own."""

    reads_tokens = False
    refuses_unknown_parameters = False


pages = APIRouter(route_class=PageRoute, prefix="/published")

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; frame-ancestors 'none'"
PAGE_SIZE = 20
Named = TypeVar("Named", bound=StrEnum)
Words = Annotated[str, Query(alias="q", max_length=200), Storable]
Chosen = Annotated[str, Query(max_length=64), Storable]
templates = Environment(
    loader=PackageLoader("rtp_applications.open_data"), autoescape=select_autoescape(), undefined=StrictUndefined
)


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart: what it shows, and its bars, each with its label and value."""

    title: str
    unit: str
    bars: Sequence[tuple[str, int]]

    @property
    def longest(self) -> int:
        return max((value for _, value in self.bars), default=1) or 1


def name_plainly(word: str) -> str:
    """Return a word of the API as people read it."""
    return re.sub(r"^Eoi\b", "Expression of interest", word.replace("-", " ").capitalize())


templates.filters["plain"] = name_plainly


@pages.get("", include_in_schema=False)
async def show_register(
    _: Anyone,
    session: Session,
    settings: Settings,
    words: Words = "",
    decision: Chosen = "",
    route: Chosen = "",
    after: After = None,
) -> Response:
    """Show the register of decisions to people, the newest first, with a form to search it."""
    key = decode_cursor(after, read_instant, UUID)
    rows = await register.list_decisions(
        session,
        limit=PAGE_SIZE,
        after=(key[0], key[1]) if key else None,
        decision=_choose(Decision, decision, "decision"),
        route=_choose(Route, route, "route"),
        words=words.strip() or None,
    )
    page, last = cut(rows, PAGE_SIZE)
    return _render(
        "register.html",
        settings,
        decisions=page,
        following=last and encode_cursor(last.published_at, last.id),
        asked={"q": words, "decision": decision, "route": route},
        choices={"decision": list(Decision), "route": list(Route)},
        is_first=after is None,
    )


@pages.get("/decisions/{decision_id}", include_in_schema=False)
async def show_decision(_: Anyone, decision_id: DecisionId, session: Session, settings: Settings) -> Response:
    """Show one published decision to people."""
    return _render("decision.html", settings, decision=await register.get_decision(session, decision_id))


@pages.get("/figures", include_in_schema=False)
async def show_figures(_: Anyone, session: Session, settings: Settings) -> Response:
    """Show how cases stand and what became of them to people: the newest month, and all years."""
    figures = list_all(await queries.list_figures(session))
    months = sorted({each.period for each in figures if "-" in each.period})
    years = sorted({each.period for each in figures if "-" not in each.period}, reverse=True)
    return _render(
        "figures.html",
        settings,
        month=months[-1] if months else None,
        charts=chart_month([each for each in figures if each.period == months[-1]]) if months else [],
        years=[(year, chart_year([each for each in figures if each.period == year])) for year in years],
    )


def chart_month(figures: Sequence[FigureRow]) -> list[Chart]:
    """Return the charts of a month; one without anything to show is left out."""
    survival = {
        "launched-years-ago": "Launched {} or more years ago",
        "still-going-after-years": "Going after {} years",
    }
    charts = [
        Chart("Open cases, by where they stand", "cases", _pick(figures, "open-cases")),
        Chart("Deadlines met", "deadlines", _pick(figures, "deadlines-met")),
        Chart("Deadlines missed", "deadlines", _pick(figures, "deadlines-missed")),
        Chart("Days until half of the deadlines were met", "days", _pick(figures, "deadlines-median-days")),
        Chart("Decisions published", "decisions", _pick(figures, "decisions")),
        Chart("Barriers, and how they ended", "barriers", _pick(figures, "barriers")),
        Chart(
            "Mutuals launched, and those that go on",
            "mutuals",
            [
                *(("Launched so far", each.value) for each in figures if each.figure == "launched"),
                *((survival[each.figure].format(each.of), each.value) for each in figures if each.figure in survival),
            ],
        ),
        Chart("What was asked of government", "recommendations", _pick(figures, "recommendations")),
    ]
    return [each for each in charts if each.bars]


def chart_year(figures: Sequence[FigureRow]) -> list[Chart]:
    """Return the charts of the cases of a year: by route, region, sector and employer."""
    by = {"route": "route", "region": "region", "sector": "sector", "employer": "employer"}
    charts = [Chart(f"Cases, by {name}", "cases", _pick(figures, f"submitted-by-{name}")) for name in by]
    return [each for each in charts if each.bars]


def _pick(figures: Sequence[FigureRow], figure: str) -> list[tuple[str, int]]:
    return [(_label(each), each.value) for each in figures if each.figure == figure]


def _label(row: FigureRow) -> str:
    named = row.name or name_plainly(row.of) or "Not known"
    return f"{named}: {name_plainly(row.state).lower()}" if row.state else named


def _choose(kind: type[Named], given: str, parameter: str) -> Named | None:
    """Return what a form's list chose; None for its empty line."""
    if not given:
        return None
    if given not in set(kind):
        raise Invalid(errors=[FieldError(parameter, f"is one of {', '.join(kind)}", "query")])
    return kind(given)


def _render(template: str, settings: Settings, **content: object) -> HTMLResponse:
    page = templates.get_template(template)
    text = page.render(**content, licence=settings.open_data_licence, publisher=settings.open_data_publisher)
    return HTMLResponse(text, headers={"Content-Security-Policy": POLICY})
