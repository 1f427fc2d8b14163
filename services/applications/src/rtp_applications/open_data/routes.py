"""Open data over HTTP: what was published, whole, in open formats, under an open licence."""

import json
from typing import Annotated

from fastapi import Path, Response

from rtp_applications.auth import Anyone
from rtp_applications.json_types import JsonObject
from rtp_applications.open_data import queries
from rtp_applications.open_data.catalogue import CSVW, JSON_LD, build_catalogue, build_dictionary, list_datasets
from rtp_applications.open_data.dependencies import Settings
from rtp_applications.open_data.schemas import PublishedFigures, YearOfDecisions
from rtp_applications.open_data.tables import FigureRow, list_all
from rtp_applications.registers.decisions.schemas import DecisionView
from rtp_applications.registers.decisions.spreadsheet import MEDIA_TYPE, to_csv
from rtp_applications.settings import ApplicationsSettings
from rtp_shared.dependencies import Session
from rtp_shared.web import create_router

open_data = create_router(prefix="/v1/open-data", tags=["Open data"])

Year = Annotated[int, Path(ge=2010, le=2999, description="The year in which they were published", examples=[2026])]
_CSV = {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}


@open_data.get(
    "",
    response_class=Response,
    responses={200: {"content": {JSON_LD: {"schema": {"type": "object"}}}}},
)
async def get_catalogue(_: Anyone, session: Session, settings: Settings) -> Response:
    """Read what open data there is, as a DCAT catalogue in JSON-LD: each table with its licence, its formats and where
    its columns are explained.
    """
    datasets = list_datasets(await queries.list_years(session))
    catalogue = build_catalogue(
        datasets,
        url=_get_address(settings),
        publisher=settings.open_data_publisher,
        licence=settings.open_data_licence,
    )
    return _answer_json(catalogue, JSON_LD)


@open_data.get(
    "/dictionary", response_class=Response, responses={200: {"content": {CSVW: {"schema": {"type": "object"}}}}}
)
async def get_dictionary(_: Anyone, session: Session, settings: Settings) -> Response:
    """Read the data dictionary: the columns of every table with meanings and types, as CSV on the Web metadata."""
    datasets = list_datasets(await queries.list_years(session))
    dictionary = build_dictionary(datasets, url=_get_address(settings), licence=settings.open_data_licence)
    return _answer_json(dictionary, CSVW)


@open_data.get("/decisions-{year}.csv", response_class=Response, responses={200: _CSV})
async def download_decisions_as_csv(_: Anyone, year: Year, session: Session) -> Response:
    """Download the decisions that were published in a year as CSV, the oldest first. A year without any has no rows."""
    rows = [DecisionView.model_validate(row) for row in await queries.list_decisions_of(session, year)]
    return Response(to_csv(rows, DecisionView), media_type=MEDIA_TYPE)


@open_data.get("/decisions-{year}.json")
async def download_decisions(_: Anyone, year: Year, session: Session, settings: Settings) -> YearOfDecisions:
    """Download the decisions that were published in a year, the oldest first."""
    rows = await queries.list_decisions_of(session, year)
    decisions = [DecisionView.model_validate(row) for row in rows]
    return YearOfDecisions(year=year, licence=settings.open_data_licence, decisions=decisions)


@open_data.get("/figures.csv", response_class=Response, responses={200: _CSV})
async def download_figures_as_csv(_: Anyone, session: Session) -> Response:
    """Download all published figures of pipeline and outcomes as CSV, one figure to a row."""
    return Response(to_csv(list_all(await queries.list_figures(session)), FigureRow), media_type=MEDIA_TYPE)


@open_data.get("/figures.json")
async def download_figures(_: Anyone, session: Session, settings: Settings) -> PublishedFigures:
    """Download all published figures of pipeline and outcomes: what `/v1/statistics` has, one figure to a row."""
    figures = list_all(await queries.list_figures(session))
    return PublishedFigures(licence=settings.open_data_licence, figures=figures)


def _get_address(settings: ApplicationsSettings) -> str:
    return f"{settings.public_url}{open_data.prefix}"


def _answer_json(content: JsonObject, media_type: str) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), media_type=media_type)
