"""The facts of a procurement as query parameters, each as its model has it."""

import inspect
from typing import Annotated, Any

from fastapi import Depends, Query

from rtp_applications.procurement.rules.facts import ProcurementFacts
from rtp_shared.problems import FieldError, Invalid


class FactsReader:
    """Reads the facts of a procurement out of a question; raises Invalid, naming each that is wrong."""

    def __init__(self) -> None:
        self.__signature__ = inspect.Signature([_build_parameter(name) for name in ProcurementFacts.model_fields])

    def __call__(self, **given: Any) -> ProcurementFacts:
        by_alias = {ProcurementFacts.model_fields[name].alias: value for name, value in given.items()}
        facts = ProcurementFacts.model_validate({name: value for name, value in by_alias.items() if value is not None})
        if errors := [FieldError(name, reason, "query") for name, reason in facts.list_errors()]:
            raise Invalid(errors=errors)
        return facts


def _build_parameter(name: str) -> inspect.Parameter:
    field = ProcurementFacts.model_fields[name]
    annotation: Any = field.annotation
    described = Query(alias=field.alias, description=field.description, examples=field.examples)
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[annotation, *field.metadata, described]
    )


GivenFacts = Annotated[ProcurementFacts, Depends(FactsReader())]
