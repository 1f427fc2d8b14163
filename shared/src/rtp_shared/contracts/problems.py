"""The body of every error, as clients see it (RFC 9457)."""

from pydantic import BaseModel, ConfigDict, Field


class ProblemField(BaseModel):
    """One wrong field."""

    in_: str = Field(
        alias="in",
        description="Where it stands: body, query, path or header; case: it is about the case as it is, and not about "
        "what was sent",
    )
    field: str = Field(
        description="A JSON pointer in the body or the case (empty: all of it), otherwise the parameter's name"
    )
    reason: str = Field(description="Why it is wrong, for a person")


class Problem(BaseModel):
    """Problem details (RFC 9457): every error of this API has this form.

    A type may have members of its own: `guards` names each condition of an action that does not hold, with its reason
    and the condition's own words, which name the provision where a law sets it; `changedSince` tells what others
    changed since the version in If-Match, in which role, and in which fields.
    """

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="URI of the problem type; it resolves to a page that explains it")
    title: str = Field(description="The problem type in a few words, always the same")
    status: int = Field(description="The HTTP status")
    detail: str = Field(description="What is wrong this time")
    instance: str = Field(description="The path that was asked for")
    errors: list[ProblemField] | None = Field(default=None, description="The wrong fields, where fields are wrong")
