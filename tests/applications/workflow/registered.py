"""The test modules of the stages, which register how their actions are taken and their guards are broken."""

import importlib
import pkgutil

import tests.applications.workflow as stages

OVER_ALL_STAGES = ("test_engine", "test_processes", "test_published_process", "test_walks")


def import_stages() -> None:
    for found in pkgutil.iter_modules(stages.__path__):
        if found.name.startswith("test_") and found.name not in OVER_ALL_STAGES:
            importlib.import_module(f"{stages.__name__}.{found.name}")
