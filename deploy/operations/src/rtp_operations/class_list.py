"""The list of classes in docs/glossary.md: every public class that is no request or response body, with a sentence."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from enum import Enum

from pydantic import BaseModel

from rtp_shared.problems import Refusal

PACKAGES = (
    "rtp_shared", "rtp_applications", "rtp_advice_matching", "rtp_finance_directory", "rtp_gateway", "rtp_verifier",
    "rtp_operations",
)  # fmt: skip
BEGIN = "<!-- Written by `make docs` from the docstrings of the classes and the titles of refusals. -->"


def list_public_classes() -> list[type]:
    """Return the public classes of the product, but for bodies of requests, responses and events, in order of name."""
    found = {each for package in PACKAGES for each in _walk(package)}
    return sorted(found, key=lambda each: (each.__name__.lower(), each.__module__))


def _walk(package: str) -> Iterator[type]:
    root = importlib.import_module(package)
    names = [each.name for each in pkgutil.walk_packages(root.__path__, f"{package}.")]
    for name in names:
        if ".migrations" in name or name.endswith("__main__"):
            continue
        module = importlib.import_module(name)
        own = (each for each in vars(module).values() if inspect.isclass(each) and each.__module__ == name)
        yield from (each for each in own if not each.__name__.startswith("_") and not issubclass(each, BaseModel))


def describe_class(kind: type) -> str | None:
    """Return the first sentence of the class's docstring, an enum's values or a refusal's title; None without any."""
    text = " ".join((kind.__dict__.get("__doc__") or "").split())
    if text and not text.startswith(f"{kind.__name__}("):  # a dataclass without a docstring has its signature
        return text.split(". ")[0].rstrip(".")
    if issubclass(kind, Enum):
        return f"One of {', '.join(str(each.value) for each in kind)}"
    return kind.title if issubclass(kind, Refusal) else None


def with_class_list(glossary: str) -> str:
    """Return the glossary with the list of classes as it is today below its words."""
    words = glossary.split(BEGIN)[0]
    rows = [
        f"| `{kind.__name__}` | {text.replace('|', '/')} | `{kind.__module__}` |"
        for kind in list_public_classes()
        if (text := describe_class(kind)) is not None
    ]
    return "\n".join([f"{words}{BEGIN}", "", "| Class | Is | Module |", "|---|---|---|", *rows, ""])
