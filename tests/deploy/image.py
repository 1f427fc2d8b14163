"""Builds the image's environment by the Dockerfile's own steps, without Docker: `python -m tests.deploy.image`.

The steps run in an empty folder, in which lies what .dockerignore lets through. Then each process that Compose names is
imported there, and what must not be in the image is looked for. It takes minutes and downloads what runs: no test of
every day (`make image-check`).
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
IGNORED = shutil.ignore_patterns("__pycache__")
LOOK = """
import importlib, importlib.metadata, importlib.util, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps({
    "packages": sorted(each.name.lower().replace("_", "-") for each in importlib.metadata.distributions()),
    "ours": [name for name in ("rtp_examples", "rtp_embedded", "tests", "bench") if importlib.util.find_spec(name)],
}))
"""


def list_processes() -> list[str]:
    """Return the modules that docker-compose.yml starts."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    commands = [each.get("command") or each.get("entrypoint", []) for each in services.values()]
    return sorted({command[2] for command in commands if command[:2] == ["python", "-m"]})


def list_build_steps() -> list[str]:
    """Return the commands of the Dockerfile's first stage."""
    _, build, _ = re.split(r"^FROM ", DOCKERFILE.replace("\\\n", " "), flags=re.MULTILINE)
    return re.findall(r"^RUN (.+)$", build, re.MULTILINE)


def list_dev_packages() -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "constraints-dev.txt").read_text(), re.MULTILINE))


def copy_context(target: Path) -> None:
    """Copy what .dockerignore lets through."""
    patterns = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for path in (path for pattern in patterns for path in ROOT.glob(pattern)):
        copy = target / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, copy, ignore=IGNORED)
        else:
            shutil.copy(path, copy)


def build(directory: Path) -> Path:
    """Run the build stage below this directory; return the Python of the environment that the image gets."""
    context, tools = directory / "build", directory / "tools"
    context.mkdir()
    copy_context(context)
    venv.create(tools, with_pip=True)
    environment = {**os.environ, "PATH": f"{tools / 'bin'}:{os.environ['PATH']}"}
    for step in list_build_steps():
        command = step.replace("/wheels", f"{directory}/wheels").replace("/opt/rtp", f"{directory}/rtp")
        sys.stdout.write(f"{step}\n")
        sys.stdout.flush()
        subprocess.run(["bash", "-euc", command], cwd=context, env=environment, check=True, stdout=subprocess.DEVNULL)
    return directory / "rtp" / "bin" / "python"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="rtp-image-") as directory:
        python = build(Path(directory))
        done = subprocess.run(
            [python, "-I", "-c", LOOK, *list_processes()], cwd=directory, capture_output=True, text=True, check=False
        )
    if done.returncode:
        sys.stderr.write(done.stderr)
        return 1
    found = json.loads(done.stdout)
    wrong = sorted({*found["packages"]} & list_dev_packages()) + found["ours"]
    sys.stdout.write(f"{len(found['packages'])} packages; imported: {', '.join(list_processes())}\n")
    sys.stdout.write(f"not to be in the image: {', '.join(wrong) or 'nothing is there'}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
