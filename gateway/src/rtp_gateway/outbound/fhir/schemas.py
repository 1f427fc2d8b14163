"""The part of FHIR R4's Subscription that is taken. What else a client says is left aside, as FHIR allows, but for what
changes the meaning of the rest: that is refused."""

import re
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from rtp_gateway.forms.signals import CONTENT_TYPE
from rtp_gateway.outbound.fhir.criteria import LONGEST
from rtp_gateway.types import JsonObject
from rtp_shared.schemas import Line, OneLine, Storable

JSON: Final = "application/json"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def _check_instant(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is no such time") from None
    if not _INSTANT.fullmatch(text):
        raise ValueError("must be to the second with a time zone, for example 2027-04-05T17:31:00Z")
    return text


def _refuse_modifier(_: object) -> None:
    raise ValueError("changes what the rest means in a way that is not understood here")


Modifier = Annotated[Any, AfterValidator(_refuse_modifier), Field(default=None, description="Refused")]
Instant = Annotated[str, StringConstraints(max_length=40), AfterValidator(_check_instant)]
Reason = Annotated[str, StringConstraints(max_length=200), OneLine]


class Element(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True, validate_by_name=False, extra="ignore")

    modifier_extension: Modifier


class ContactPoint(Element):
    """How to reach whoever runs the subscription."""

    system: Literal["phone", "fax", "email", "pager", "url", "sms", "other"] | None = None
    value: Line | None = None
    use: Literal["home", "work", "temp", "old", "mobile"] | None = None


class Channel(Element):
    """How events are sent."""

    type: Literal["rest-hook", "message"] = Field(
        description="rest-hook: by POST to your endpoint. message: into a queue of your own, which is made for you"
    )
    endpoint: Annotated[str, StringConstraints(min_length=1, max_length=2000), Storable] | None = Field(
        default=None, description="rest-hook: an https URL at a public address. message: left out, the answer names it"
    )
    payload: Literal["application/fhir+json", "application/json"] = Field(
        description=f"{CONTENT_TYPE}: a FHIR R4 Bundle of type history. {JSON}: the CloudEvent with its data"
    )
    header: list[Annotated[str, Storable]] = Field(
        default=[], description="Refused: credentials are set at /v1/subscriptions"
    )


class Notes(Element):
    """The parts of a subscription that only FHIR has."""

    end: Instant | None = Field(default=None, description="When it is to end")
    contact: list[ContactPoint] = Field(default=[], max_length=10, description="Kept, and given back")


class SubscriptionResource(Notes):
    """A FHIR R4 Subscription."""

    resource_type: Literal["Subscription"]
    id: Annotated[str, StringConstraints(max_length=64), Storable] | None = Field(
        default=None, description="Left aside when it is made; when it is replaced it must be the one of the path"
    )
    implicit_rules: Modifier
    status: Literal["requested", "active", "off", "error"] = Field(
        description="requested. When it is replaced, off pauses it and everything else leaves it running"
    )
    reason: Reason = Field(description="What it is for, in a line; it may be empty")
    criteria: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST), Storable] = Field(
        description="eventType and any number of other conditions, all of which must hold. Values may be quoted by '",
        examples=["eventType=rtp-applications-case-submitted-1 AND sector=adult-social-care"],
    )
    channel: Channel


class _Documented(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class Entry(_Documented):
    """A subscription that was found."""

    full_url: str = Field(description="Where it is read")
    resource: SubscriptionResource


class Link(_Documented):
    """Another page."""

    relation: Literal["self", "next"]
    url: str


class SearchSet(_Documented):
    """A FHIR R4 Bundle of type searchset."""

    resource_type: Literal["Bundle"]
    type: Literal["searchset"]
    total: int | None = Field(default=None, description="Only where `_count` is 0")
    link: list[Link]
    entry: list[Entry] = Field(default=[], description="Absent where there is nothing")


class Issue(_Documented):
    """One thing that is wrong."""

    severity: Literal["error"]
    code: str = Field(description="FHIR's issue type")
    diagnostics: str = Field(description="Why it is wrong, for a person")
    expression: list[str] = Field(default=[], description="Where in the resource, in FHIRPath")


class OperationOutcome(_Documented):
    """A FHIR R4 OperationOutcome: every refusal of a FHIR request has this form."""

    resource_type: Literal["OperationOutcome"]
    issue: list[Issue]


class Rest(_Documented):
    """The interactions that are offered over HTTP, by type of resource."""

    mode: Literal["server"]
    resource: list[JsonObject]


class CapabilityStatement(_Documented):
    """A FHIR R4 CapabilityStatement; more is in it than is named here."""

    resource_type: Literal["CapabilityStatement"]
    url: str
    status: Literal["active"]
    date: str
    kind: Literal["instance"]
    fhir_version: Literal["4.0.1"]
    format: list[str]
    rest: list[Rest]


class StructureDefinition(_Documented):
    """A FHIR R4 StructureDefinition of an extension; more is in it than is named here."""

    resource_type: Literal["StructureDefinition"]
    id: str
    url: str
    name: str
    status: Literal["active"]
    kind: Literal["complex-type"]
    abstract: bool
    type: Literal["Extension"]
    differential: JsonObject
