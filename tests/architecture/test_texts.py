"""What every text of every request is: it can be shown as it is, and text of people is kept in one form."""

from collections.abc import Iterator
from typing import Annotated, Any, cast, get_args, get_origin

import pytest
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel, TypeAdapter, ValidationError

from rtp_shared.schemas import Line, Prose
from tests.architecture.test_inputs import leaves, list_models, refuses
from tests.architecture.test_routes import routes

UNFIT = ["a\x00b", "a\x85b", "a\u2028b", "a\u2029b", "\u202egnp.exe", "a\u2066b\u2069", "a\ud800", "a\ufffe"]
UNSEEN = ["\u200b", " \u2060\ufeff ", "\u200d", "\u3164", "\u2800", "\u0301", "\ufe0f", "\u200e"]
"""The first two are as if they were empty, which few texts may be."""
FLAG = "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
"""Of Wales: a black flag, with letters that do not show."""
ENCLOSED = {("ClientCertificateCredential", "certificate")}
"""PEM, which is parsed when it is sealed."""
VERBATIM = {
    ("Channel", "endpoint"),
    ("Channel", "header"),
    ("ClientCredentialsCredential", "clientid"),
    ("NewSubscription", "config"),
    ("NewSubscription", "source"),
    ("PlainCredential", "identifier"),
    ("Replacement", "config"),
    ("Replacement", "source"),
    ("Replay", "source"),
    ("SubscriptionResource", "criteria"),
    ("SubscriptionResource", "id"),
    ("SubscriptionChanges", "config"),
    ("SubscriptionChanges", "source"),
}
"""Addresses, credentials and notes of machines: they are kept as they came."""
NO_TEXT = {"after", "continue_from", "fileName", "_format"}
"""Cursors, which are decoded, a name that is made harmless, and a form that is held against those there are."""


def enclose(annotation: Any, text: str) -> object:
    """Return the text as a value of this kind: in a list or as a member where it holds texts."""
    kinds = {get_origin(part) for part in (annotation, *get_args(annotation))}
    return [text] if list in kinds else {"note": text} if dict in kinds else text


def texts() -> Iterator[tuple[type[BaseModel], str, Any]]:
    for model in list_models():
        for name, field in model.model_fields.items():
            if str in leaves(field.annotation) and (model.__name__, name) not in ENCLOSED:
                yield model, field.alias or name, field.annotation


def test_no_text_of_any_body_holds_what_cannot_be_shown_as_it_is() -> None:
    found = list(texts())
    assert len(found) > 150
    taken = [
        (model.__name__, name, text)
        for model, name, annotation in found
        for text in UNFIT
        if not refuses(model, name, enclose(annotation, text))
    ]
    assert taken == [], "make it a Line or Prose of rtp_shared/schemas.py, or Storable if it is kept as it came"


def test_every_text_of_people_shows_something_and_is_kept_in_one_form() -> None:
    of_people = 0
    for model, name, annotation in texts():
        if (model.__name__, name) in VERBATIM or refuses(model, name, enclose(annotation, "Zoë's library & café")):
            continue
        of_people += 1
        unseen = UNSEEN if refuses(model, name, enclose(annotation, "")) else UNSEEN[2:]
        taken = [text for text in unseen if not refuses(model, name, enclose(annotation, text))]
        assert taken == [], f"{name} of {model.__name__}: make it a Line or Prose of rtp_shared/schemas.py"
    assert of_people > 90


def test_no_text_of_any_address_holds_what_cannot_be_shown_as_it_is() -> None:
    def walk(dependant: Dependant) -> Iterator[tuple[str, Any, list[Any]]]:
        for field in (*dependant.query_params, *dependant.path_params):
            if str in leaves(field.field_info.annotation):
                yield field.alias, field.field_info.annotation, field.field_info.metadata
        for dependency in dependant.dependencies:
            yield from walk(dependency)

    found = [(route.path, *each) for _, route in routes() for each in walk(route.dependant)]
    assert len(found) > 30
    for path, name, annotation, metadata in found:
        adapter = TypeAdapter(cast("Any", Annotated[annotation, None, *metadata]))
        for text in UNFIT:
            if refuses_alone(adapter, enclose(annotation, text)) or name in NO_TEXT:
                continue
            pytest.fail(f"{path} {name} takes {text!r}")


def refuses_alone(adapter: TypeAdapter[Any], value: object) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize("kind", [Line, Prose], ids=["line", "prose"])
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Cafe\u0301", "Café"),
        ("  \u200bLibraries\ufeff\u00a0", "Libraries"),
        ("👩\u200d🚒", "👩\u200d🚒"),
        ("❤\ufe0f", "❤\ufe0f"),
        (FLAG, FLAG),
        ("ක්\u200dෂ", "ක්\u200dෂ"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("שלום\u200f!", "שלום\u200f!"),
        ("Ward 7\tNorth", "Ward 7\tNorth"),
    ],
)  # fmt: skip
def test_what_people_write_stays(kind: Any, typed: str, kept: str) -> None:
    assert TypeAdapter(kind).validate_python(typed) == kept


def test_marks_heaped_on_a_letter_are_refused_at_once() -> None:
    assert refuses_alone(TypeAdapter(Prose), "a" + "\u0301\u0323" * 9_000)
    assert not refuses_alone(TypeAdapter(Prose), "e" + "\u0323\u0301" * 5)
