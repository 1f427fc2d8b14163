"""The modules of the stages, which register how their actions are taken and their guards are broken."""

import importlib
import pkgutil

from tests.applications.workflow import stages


def import_stages() -> None:
    for found in pkgutil.iter_modules(stages.__path__):
        importlib.import_module(f"{stages.__name__}.{found.name}")
