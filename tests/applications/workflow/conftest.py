"""Every test of the workflow may take any action: the modules of all stages register how, and how to break guards."""

import importlib
import pkgutil

from tests.applications.workflow import stages

for found in pkgutil.iter_modules(stages.__path__):
    importlib.import_module(f"{stages.__name__}.{found.name}")
