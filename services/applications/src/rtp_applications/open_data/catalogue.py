"""What open data there is, for machines: a DCAT catalogue, and a data dictionary in CSV on the Web.

Sources: DCAT 3 (W3C, 2024), https://www.w3.org/TR/vocab-dcat-3/; CSV on the Web, https://www.w3.org/TR/tabular-metadata/.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, get_args, get_origin
from uuid import UUID

from rtp_applications.json_types import JsonObject
from rtp_applications.open_data.tables import FigureRow
from rtp_applications.registers.decisions.schemas import DecisionView
from rtp_shared.schemas import Output

JSON_LD = "application/ld+json"
CSVW = "application/csvm+json"
_DATATYPES: dict[type, str] = {int: "integer", bool: "boolean", date: "date", datetime: "datetime", UUID: "string"}


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table that is published as CSV and as JSON."""

    path: str
    """Below the address of the open data, without the ending."""
    title: str
    description: str
    row: type[Output]


def list_datasets(years: Sequence[int]) -> list[Dataset]:
    """Return the datasets there are: the register of decisions by year, and the figures."""
    decisions = [
        Dataset(
            f"decisions-{year}",
            f"Decisions on the right to provide, published in {year}",
            "Decisions as they were published: on which service, by which body, and why. No person is named, and a "
            "case only where its staff group agreed.",
            DecisionView,
        )
        for year in years
    ]
    figures = Dataset(
        "figures",
        "Pipeline and outcomes of the right to provide",
        "How many cases stand where, which deadlines were met, what was decided, how barriers ended, how many mutuals "
        "were launched and go on. Counted once when a month or year has ended; counts of less than eight are not "
        "shown, and the others are rounded.",
        FigureRow,
    )
    return [*decisions, figures]


def build_catalogue(datasets: Sequence[Dataset], *, url: str, publisher: str, licence: str) -> JsonObject:
    """Build the DCAT catalogue. `url` is where the open data stands, `licence` the address of its licence."""
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dcterms": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
        },
        "@id": url,
        "@type": "dcat:Catalog",
        "dcterms:title": "Right to Provide: open data",
        "dcterms:description": "Decisions, pipeline and outcomes of staff who ask to run their public service.",
        "dcterms:publisher": {"@type": "foaf:Agent", "foaf:name": publisher},
        "dcterms:license": {"@id": licence},
        "dcat:dataset": [_describe_dataset(each, url=url, publisher=publisher, licence=licence) for each in datasets],
    }


def _describe_dataset(dataset: Dataset, *, url: str, publisher: str, licence: str) -> JsonObject:
    formats = {"csv": "text/csv", "json": "application/json"}
    return {
        "@id": f"{url}/{dataset.path}",
        "@type": "dcat:Dataset",
        "dcterms:identifier": dataset.path,
        "dcterms:title": dataset.title,
        "dcterms:description": dataset.description,
        "dcterms:publisher": {"@type": "foaf:Agent", "foaf:name": publisher},
        "dcterms:license": {"@id": licence},
        "dcterms:language": {"@id": "http://publications.europa.eu/resource/authority/language/ENG"},
        "dcterms:spatial": {"@id": "http://statistics.data.gov.uk/id/statistical-geography/E92000001"},
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dcterms:title": f"{dataset.title} ({ending.upper()})",
                "dcat:accessURL": {"@id": f"{url}/{dataset.path}.{ending}"},
                "dcat:downloadURL": {"@id": f"{url}/{dataset.path}.{ending}"},
                "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media_type}"},
                "dcterms:license": {"@id": licence},
                "dcterms:conformsTo": {"@id": f"{url}/dictionary"},
            }
            for ending, media_type in formats.items()
        ],
    }


def build_dictionary(datasets: Sequence[Dataset], *, url: str, licence: str) -> JsonObject:
    """Build the data dictionary: every column of every table, with its meaning and type."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:license": {"@id": licence},
        "tables": [
            {
                "url": f"{url}/{each.path}.csv",
                "dc:title": each.title,
                "dc:description": each.description,
                "tableSchema": {"columns": [_describe_column(name, field) for name, field in _list_fields(each.row)]},
            }
            for each in datasets
        ],
    }


def _list_fields(row: type[Output]) -> list[tuple[str, Any]]:
    return [(field.serialization_alias or name, field) for name, field in row.model_fields.items()]


def _describe_column(name: str, field: Any) -> JsonObject:
    said = {"dc:description": field.description} if field.description else {}
    return {
        "name": name,
        "titles": name,
        "datatype": _find_datatype(field.annotation),
        "required": NoneType not in get_args(field.annotation),
        **said,
    }


def _find_datatype(annotation: Any) -> str:
    if get_origin(annotation) is UnionType:
        [annotation] = [each for each in get_args(annotation) if each is not NoneType]
    return _DATATYPES.get(annotation, "string")
