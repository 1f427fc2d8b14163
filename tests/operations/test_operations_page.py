"""What docs/operations.md tells an operator to type and to watch is there."""

import importlib.util
import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from rtp_gateway.register.arguments import build_parser
from rtp_operations.settings_tables import BEGIN, list_metrics, list_settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text()
WORDS = PAGE.split(BEGIN)[0]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "adr").glob("*.md"))]
SHELL = [
    re.sub("^   ", "", block, flags=re.MULTILINE) for block in re.findall(r"```sh\n(.*?)```", WORDS, flags=re.DOTALL)
]
REGISTER = re.findall(r"run --rm register ((?:.*\\\n)*.*)", (ROOT / "README.md").read_text() + WORDS)
SUFFIX = re.compile("_(bucket|count|sum)$")


@pytest.mark.parametrize("block", SHELL)
def test_each_command_is_shell(block: str) -> None:
    done = subprocess.run(["sh", "-n"], input=block, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("broken", ["rtp_applications", None])
def test_a_backup_ends_at_the_first_that_fails(broken: str | None, tmp_path: Path) -> None:
    """Only one that has everything is marked so; a dump that fails is not followed by others."""
    [backup] = [block for block in SHELL if "pg_dump" in block]
    fake = tmp_path / "bin" / "pg_dump"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\ncase "$*" in *{broken}*) exit 1;; esac\ntouch "${{2#--file=}}"\n')
    fake.chmod(0o755)
    (tmp_path / ".data" / "documents").mkdir(parents=True)
    environment = {"PATH": f"{fake.parent}:{os.environ['PATH']}", "RTP_ADMIN_DATABASE_URL": "postgresql://x/postgres"}
    done = subprocess.run(["sh", "-c", backup], env=environment, cwd=tmp_path, capture_output=True, check=False)
    [made] = tmp_path.glob("backup-*")
    names = {each.name for each in made.iterdir()}
    assert (done.returncode == 0, "complete" in names, "documents.tar" in names) == (not broken,) * 3, done.stderr
    assert made.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("line", REGISTER)
def test_the_register_takes_each_line_also_within_the_quotes_of_make(line: str) -> None:
    build_parser().parse_args(shlex.split(line.replace("\\\n", "")))
    assert shlex.split(f"make client DO='{line}'")[1:] == ["client", f"DO={line}"]


def test_every_verb_of_the_register_is_shown() -> None:
    shown = {line.split()[0] for line in REGISTER}
    assert shown == {"add", "change", "renew", "deactivate", "activate", "list"}


def test_each_target_of_make_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"`(?:\w+=\w+ )*make ([a-z-]+)", WORDS)) <= targets


def test_each_module_and_each_service_of_compose_is_there() -> None:
    for module in re.findall(r"python -m (rtp_[\w.]+)", WORDS):
        assert importlib.util.find_spec(module), module
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert set(re.findall(r"docker compose run --rm ([\w-]+)", WORDS)) <= services.keys()


OF_COMMANDS = {"RTP_TEST_BROKER_URL", "RTP_CLIENT_SECRET"}
"""What tests and a client's command read, and no process of the platform."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_setting_that_a_page_names_is_there(page: Path) -> None:
    named = set(re.findall(r"\bRTP_[A-Z_]*[A-Z]\b", page.read_text()))
    assert named <= list_settings().keys() | OF_COMMANDS


def test_each_metric_of_an_alert_is_there() -> None:
    watching = WORDS[WORDS.index("## Watching") : WORDS.index("## Sizes")]
    named = {SUFFIX.sub("", name) for name in re.findall(r"\brtp_[a-z_]+", watching)}
    assert named
    assert named == list_metrics().keys(), "every metric is good for an alert"


def test_each_metric_on_the_dashboard_is_there() -> None:
    dashboard = json.loads((ROOT / "deploy" / "grafana" / "right-to-provide.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    named = {SUFFIX.sub("", name) for expression in asked for name in re.findall(r"\b(?:rtp|process)_\w+", expression)}
    metrics = list_metrics()
    assert named - {"process_resident_memory_bytes", "process_cpu_seconds_total"} <= metrics.keys()
    for expression in asked:
        for name, labels in re.findall(r"(rtp_\w+)\{(.*?)\}", expression):
            used = set(re.findall(r"(\w+)=", labels))
            assert used <= set(metrics[SUFFIX.sub("", name)]._labelnames), expression
