"""docker-compose.yml, .env.example and the Dockerfile, held against the code: there is no Docker in the tests."""

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from cryptography.fernet import Fernet
from pydantic_settings import BaseSettings
from sqlalchemy.engine import make_url

from rtp_applications.history.keys import BundleKey
from rtp_applications.transparency.rules.notes import NoteKey, SignatureKind
from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_gateway.outbound.secret_box import SecretBox
from rtp_gateway.register.settings import RegisterSettings
from rtp_gateway.routing import NAMES
from rtp_gateway.settings import GatewaySettings, GatewayWebSettings
from rtp_operations.prepare import PrepareSettings
from rtp_operations.processes import PROCESSES, ServiceProcess
from rtp_operations.services import ALL
from rtp_shared.auth import FixedKeys, TokenVerifier
from rtp_shared.run import build_worker_app
from rtp_shared.service import Runtime
from rtp_shared.web import build_app

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
OURS = {name: service for name, service in SERVICES.items() if service["image"] == COMPOSE["name"]}
OTHERS = {name: service for name, service in SERVICES.items() if name not in OURS}

VARIABLE = re.compile(r"\$\{(\w+)(?:(:\?|:-)([^}]*))?\}")
SECRET = re.compile(r"PASSWORD|PASS$|KEY|SECRET|DATABASE_URL|BROKER_URL")
NOT_SECRET = {"PUBLIC_URL", "PUBLISH", "BUNDLE_TRUSTED_KEYS", "LOG_WITNESSES", "WITNESSED_LOGS"}


def get_name(process: ServiceProcess) -> str:
    return process.name


BY_NAME = {process.name: process for process in PROCESSES}
named = pytest.mark.parametrize("process", PROCESSES, ids=get_name)


REAL = {
    "SIGNING_KEY": SigningKey.generate(),
    "SECRETS_KEY": Fernet.generate_key().decode(),
    "BUNDLE_KEY": BundleKey.generate().to_pem(),
    "LOG_KEY": BundleKey.generate().to_pem(),
    "WITNESS_KEY": BundleKey.generate().to_pem(),
}
"""Keys are checked when a process starts, so these are such as .env.example tells how to make."""


def example_value(match: re.Match[str]) -> str:
    return match[3] if match[2] == ":-" else REAL.get(match[1], f"value-of-{match[1].lower()}")


def environment(name: str) -> dict[str, str]:
    """As Compose would give it, with an example value for each variable."""
    return {key: VARIABLE.sub(example_value, str(value)) for key, value in SERVICES[name]["environment"].items()}


def settings_of(name: str) -> type[BaseSettings]:
    if name == "prepare":
        return PrepareSettings
    if name == "register":
        return RegisterSettings
    process = next(process for process in PROCESSES if process.name == name)
    if process.service.name == "gateway":
        return GatewayWebSettings if process.kind == "web" else GatewaySettings
    return process.service.settings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("RTP_")]:
        monkeypatch.delenv(name)


def test_compose_runs_the_same_processes_as_make_up() -> None:
    assert OURS.keys() == {process.name for process in PROCESSES} | {"prepare", "register"}


@named
def test_a_command_starts_that_process(process: ServiceProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    command = SERVICES[process.name]["command"]
    assert command == process.command
    monkeypatch.setattr(sys, "argv", ["program", *command[3:]])
    with pytest.raises(SystemExit, match=r"^settings: RTP_DATABASE_URL"):  # past the choice of the process
        runpy.run_module(command[2], run_name="__main__")


def test_prepare_is_a_program() -> None:
    assert SERVICES["prepare"]["command"] == ["python", "-m", PrepareSettings.__module__]
    assert SERVICES["prepare"]["restart"] == "no"


def test_every_service_that_publishes_or_hears_has_a_process_for_it() -> None:
    behind = {process.service.name for process in PROCESSES if process.kind != "web"}
    assert behind == {service.name for service in ALL}


@pytest.mark.parametrize("name", OURS)
def test_the_environment_is_what_the_settings_ask_for(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values, kind = environment(name), settings_of(name)
    unknown = {key for key in values if key.removeprefix("RTP_").lower() not in kind.model_fields}
    assert not unknown
    for key, value in values.items():
        monkeypatch.setenv(key, value)
    kind()


@named
def test_a_process_is_reached_where_it_listens(process: ServiceProcess) -> None:
    values = environment(process.name)
    assert (values["RTP_HOST"], values["RTP_PORT"]) == ("0.0.0.0", "8000")  # noqa: S104
    assert ("RTP_BROKER_URL" in values) == (process.kind != "web")
    if "RTP_JWKS_URL" in values:
        keys = urlsplit(values["RTP_JWKS_URL"])
        assert (keys.netloc, keys.path) == ("gateway:8000", "/.well-known/jwks.json")
        assert process.name != "gateway"


@named
def test_a_process_connects_as_a_role_of_its_own(process: ServiceProcess) -> None:
    url, service = make_url(environment(process.name)["RTP_DATABASE_URL"]), process.service
    assert (url.host, url.database, url.username) == ("postgres", service.database, service.get_role(process.kind))
    passwords = json.loads(environment("prepare")["RTP_PASSWORDS"])
    assert url.password == passwords[service.name][process.kind]
    assert "RTP_OWNER_DATABASE_URL" not in SERVICES[process.name]["environment"]


def test_clients_are_registered_as_a_role_that_no_process_has() -> None:
    register = SERVICES["register"]
    url, gateway = make_url(environment("register")["RTP_DATABASE_URL"]), BY_NAME["gateway"].service
    assert (url.database, url.username) == (gateway.database, gateway.get_role("operator"))
    assert url.password == json.loads(environment("prepare")["RTP_PASSWORDS"])["gateway"]["operator"]
    assert (register["profiles"], register["entrypoint"][2]) == (["operator"], "rtp_gateway.register")


def test_no_two_roles_have_one_password() -> None:
    passwords = [text for own in json.loads(environment("prepare")["RTP_PASSWORDS"]).values() for text in own.values()]
    assert len(set(passwords)) == len(passwords) == 9


def test_the_signing_key_is_the_gateway_s_web_process_s_alone() -> None:
    assert [name for name in SERVICES if "RTP_SIGNING_KEY" in SERVICES[name]["environment"]] == ["gateway"]
    for key, process in (
        ("RTP_BUNDLE_KEY", "applications"),
        ("RTP_LOG_KEY", "applications-worker"),
        ("RTP_WITNESS_KEY", "applications"),
    ):
        assert [name for name in SERVICES if key in SERVICES[name]["environment"]] == [process]


def test_each_upstream_is_a_service_that_the_gateway_knows() -> None:
    upstreams = json.loads(environment("gateway")["RTP_UPSTREAMS"])
    assert upstreams.keys() == set(NAMES)
    assert all(
        url == f"http://{name}:8000" and SERVICES[name]["command"][3] == "web" for name, url in upstreams.items()
    )


def test_every_secret_comes_from_the_environment_and_has_no_default() -> None:
    for name, service in SERVICES.items():
        for key, value in service["environment"].items():
            if SECRET.search(key):
                assert VARIABLE.search(value), f"{name}: {key}"
    used = list(VARIABLE.finditer((ROOT / "docker-compose.yml").read_text()))
    assert {match[1] for match in used if match[2] != ":?"} == NOT_SECRET


def test_the_example_names_every_variable_and_gives_no_secret() -> None:
    lines = [line for line in (ROOT / ".env.example").read_text().splitlines() if line and not line.startswith("#")]
    example = dict(line.split("=", 1) for line in lines)
    assert example.keys() == set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    assert {name for name, value in example.items() if value.strip('"')} == NOT_SECRET


def test_what_the_example_says_makes_usable_secrets() -> None:
    commands = re.findall(r"^#   (openssl .+)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    outputs = [
        subprocess.run(["sh", "-c", each], check=True, capture_output=True, text=True).stdout for each in commands
    ]
    password, signing_key, secrets_key, bundle_key, log_key = outputs
    assert re.fullmatch(r"[0-9a-f]{48}\n", password)
    assert "\n" not in signing_key
    SigningKey(signing_key.replace("\\n", "\n"))
    SecretBox(secrets_key.strip())
    assert "\n" not in bundle_key
    BundleKey.from_secret(bundle_key.replace("\\n", "\n"))
    NoteKey.from_pem("log", SignatureKind.LOG, log_key.replace("\\n", "\n"))


@named
def test_a_health_check_asks_for_what_is_there(process: ServiceProcess) -> None:
    settings = process.service.settings.model_validate({"database_url": "postgresql://nobody@nowhere/nothing"})
    verifier = TokenVerifier(issuer="", keys=FixedKeys(SigningKey(SigningKey.generate()).public_keys))
    runtime = Runtime.build(process.service, settings, verifier)
    app = build_app(runtime) if process.kind == "web" else build_worker_app(runtime, {})
    *_, script = SERVICES[process.name]["healthcheck"]["test"]
    (port, path) = re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)", script)[0]
    assert port == environment(process.name)["RTP_PORT"]
    assert path in {getattr(route, "path", None) for route in app.routes}
    compile(script, "healthcheck", "exec")


@pytest.mark.parametrize("name", OTHERS)
def test_others_are_ready_before_anything_is_prepared(name: str) -> None:
    assert "healthcheck" in SERVICES[name]
    assert SERVICES["prepare"]["depends_on"][name] == {"condition": "service_healthy"}


@named
def test_a_process_starts_only_after_all_is_prepared(process: ServiceProcess) -> None:
    assert SERVICES[process.name]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}


@pytest.mark.parametrize("name", OURS)
def test_our_containers_may_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "user", "network_mode"} & service.keys()
    assert ("volumes" in service) == name.startswith("applications")


@pytest.mark.parametrize("process", [each for each in PROCESSES if each.service.name == "applications"], ids=get_name)
def test_documents_are_kept_in_a_volume_that_all_who_need_them_share(process: ServiceProcess) -> None:
    [mounted] = SERVICES[process.name]["volumes"]
    volume, _, directory = mounted.partition(":")
    assert volume in COMPOSE["volumes"]
    assert environment(process.name)["RTP_DOCUMENTS_DIR"] == directory
    assert re.search(rf"^RUN install --directory --owner 10001 --group 10001 .* {directory}$", DOCKERFILE, re.MULTILINE)


def test_only_the_gateway_can_be_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["gateway"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    outside = {name for name, service in SERVICES.items() if "outside" in service["networks"]}
    assert outside == {"gateway", "gateway-delivery"}


def test_others_are_of_the_versions_that_we_need() -> None:
    assert OTHERS.keys() == {"postgres", "rabbitmq"}
    assert re.fullmatch(r"postgres:18[\w.-]*", SERVICES["postgres"]["image"])
    assert re.fullmatch(r"rabbitmq:4[\w.-]*", SERVICES["rabbitmq"]["image"])
    # PostgreSQL 18's image keeps its files in a folder below this one, by version.
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]


def test_the_image_runs_as_nobody_and_installs_only_what_has_its_hash() -> None:
    *_, last = DOCKERFILE.split("FROM ")
    assert re.findall(r"^USER (\S+)", last, re.MULTILINE) == ["10001:10001"]
    installs = re.findall(r"pip (?:wheel|install|download)\b[^\n&]*", DOCKERFILE)
    assert installs
    assert all("--require-hashes" in each or "--no-index" in each for each in installs)
    assert "pip" not in last
    copied = [source for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE) for source in line.split()[:-1]]
    assert all((ROOT / source).exists() for source in copied if not source.startswith(("--", "/")))


def test_what_the_image_is_made_from_reaches_the_build() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    packages = re.findall(r'^  "(\S+/src)/rtp_\w+",$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert packages
    for folder in packages:
        assert any(Path(folder).match(pattern) for pattern in kept), folder
    assert {"constraints.txt", "pyproject.toml", "README.md", "LICENSE"} <= kept
