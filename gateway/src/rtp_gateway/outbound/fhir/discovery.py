"""The documents that a FHIR client reads first, without a token: capabilities, and definitions of extensions."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from rtp_gateway.outbound.fhir.capabilities import build_statement
from rtp_gateway.outbound.fhir.definitions import DEFINED, build_definition
from rtp_gateway.outbound.fhir.errors import NoSuchDefinition
from rtp_gateway.outbound.fhir.general import BASE, GeneralParameters, PublicUrl
from rtp_gateway.outbound.fhir.mapping import EXTENSIONS
from rtp_gateway.outbound.fhir.outcomes import FhirResponse, FhirRoute
from rtp_gateway.outbound.fhir.schemas import CapabilityStatement, OperationOutcome, StructureDefinition
from rtp_gateway.outbound.subscriptions.auth import Anyone
from rtp_gateway.outbound.subscriptions.deps import Deps


class OpenRoute(FhirRoute):
    """A route for everybody, whatever token he sends."""

    reads_tokens = False


fhir_discovery = APIRouter(
    tags=["FHIR"],
    route_class=OpenRoute,
    default_response_class=FhirResponse,
    dependencies=[GeneralParameters],
    responses={"4XX": {"model": OperationOutcome, "description": "The request was refused; the outcome says why"}},
)

ExtensionName = Annotated[
    str,
    Path(
        max_length=64,
        pattern="^[A-Za-z0-9-]+$",
        description="The last part of the extension's URL",
        examples=[*DEFINED],
    ),
]
Mode = Annotated[
    Literal["full", "normative"] | None, Query(description="Taken, and left aside: there is one statement")
]


@fhir_discovery.get(f"{BASE}/metadata", response_model=None, responses={200: {"model": CapabilityStatement}})
async def get_fhir_capabilities(_: Anyone, deps: Deps, public_url: PublicUrl, mode: Mode = None) -> Response:
    """Read what is offered below the FHIR base: a FHIR R4 CapabilityStatement, for everybody.

    What it does not name is refused: other resource types (404), other interactions (405), other forms than JSON (406)
    and other search parameters (422), each with an OperationOutcome.
    """
    channels = ["rest-hook"] if deps.queues is None else ["rest-hook", "message"]
    return FhirResponse(build_statement(public_url, channels))


@fhir_discovery.get(
    f"{BASE}/StructureDefinition/{{extension}}", response_model=None, responses={200: {"model": StructureDefinition}}
)
async def get_fhir_definition(_: Anyone, public_url: PublicUrl, extension: ExtensionName) -> Response:
    """Read the definition of an extension that is used here: a FHIR R4 StructureDefinition, for everybody."""
    if extension not in DEFINED:
        raise NoSuchDefinition(f"there are {', '.join(DEFINED)}")
    return FhirResponse(build_definition(extension, public_url))


@fhir_discovery.get(f"{EXTENSIONS}/{{extension}}", response_model=None, responses={200: {"model": StructureDefinition}})
async def resolve_fhir_extension(_: Anyone, public_url: PublicUrl, extension: ExtensionName) -> Response:
    """Read the definition of an extension at the URL that names it."""
    return await get_fhir_definition(_, public_url, extension)
