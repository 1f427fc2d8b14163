"""The tables in docs/operations.md of every process, setting and metric, written from the code that runs and reads."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from rtp_advice_matching.settings import AdviceSettings
from rtp_applications.settings import ApplicationsSettings
from rtp_finance_directory.settings import FinanceSettings
from rtp_gateway.inbound.calls.log import CallLog
from rtp_gateway.outbound.deliveries.metrics import DeliveryMetrics
from rtp_gateway.register.settings import RegisterSettings
from rtp_gateway.settings import GatewaySettings, GatewayWebSettings
from rtp_operations.keys import Keys
from rtp_operations.prepare import PrepareSettings
from rtp_operations.processes import PROCESSES, OneHost
from rtp_operations.up import UpSettings, complete_passwords
from rtp_shared.db import Database
from rtp_shared.metrics import Metrics
from rtp_shared.settings import ProcessSettings

BEGIN = "<!-- Written by `make docs` from the settings and metrics in the code. -->"
READERS: Sequence[tuple[str, type[BaseSettings]]] = (
    ("Every process", ProcessSettings),
    ("The gateway's processes, besides", GatewaySettings),
    ("The gateway's web process, besides", GatewayWebSettings),
    ("The processes of applications, besides", ApplicationsSettings),
    ("The processes of advice-matching, besides", AdviceSettings),
    ("The processes of finance-directory, besides", FinanceSettings),
    ("`python -m rtp_operations.prepare`", PrepareSettings),
    ("`python -m rtp_gateway.register`", RegisterSettings),
    ("`make up`, which sets the others by itself", UpSettings),
)


def with_tables(page: str) -> str:
    """Return the page with the tables as they are today below its text."""
    words = page.split(BEGIN)[0]
    tables = (*_list_processes(), "### Settings", "", *_list_settings(), *_list_metrics())
    return "\n".join([f"{words}{BEGIN}", "", *tables])


def list_settings() -> dict[str, FieldInfo]:
    """Return every setting of any process or command by the name of its variable."""
    return {name: field for _, kind in READERS for name, field in _list_fields(kind)}


def list_metrics() -> dict[str, MetricWrapperBase]:
    """Return every metric of any process by the name that it has when it is read."""
    metrics = Metrics("any")
    DeliveryMetrics(metrics)
    CallLog(Database("postgresql://nobody@localhost/none"), metrics)
    return {_name_metric(each): each for each in _list_collectors(metrics.registry)}


def _list_processes() -> Iterator[str]:
    heads = ("Process", "Command", "Port in `make up`", "Role", "What `make up` sets for it")
    yield from ("### Processes", "", f"| {' | '.join(heads)} |", "|---|---|---|---|---|")
    port: int = UpSettings.model_fields["port"].default
    host = OneHost("postgresql://", "amqp://", "", port, complete_passwords({}), Keys("", "", ""), Path())
    for process in PROCESSES:
        names = (f"`{name}`" for name in sorted(host.build_environment(process, {})))
        command, role = " ".join(process.command), process.service.get_role(process.kind)
        yield f"| {process.name} | `{command}` | {host.get_port(process)} | `{role}` | {', '.join(names)} |"
    yield ""


def _list_fields(kind: type[BaseSettings]) -> Iterator[tuple[str, FieldInfo]]:
    """Yield the settings of this kind that none of the kinds before it has for it."""
    others = [each for _, each in READERS if each is not kind and issubclass(kind, each)]
    for name, field in kind.model_fields.items():
        if not any(name in other.model_fields for other in others):
            yield f"RTP_{name.upper()}", field


def _list_settings() -> Iterator[str]:
    for title, kind in READERS:
        yield from (f"{title}:", "", "| Variable | Default | Is |", "|---|---|---|")
        for name, field in _list_fields(kind):
            yield f"| `{name}` | {_describe_default(field)} | {_escape(field.description or '')} |"
        yield ""


def _describe_default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "must be set"
    if field.default is None or field.default in ("", {}):
        return ""
    default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _escape(text: str) -> str:
    return text.replace("|", "\\|")


def _list_collectors(registry: CollectorRegistry) -> Iterator[MetricWrapperBase]:
    yield from (each for each in registry._collector_to_names if isinstance(each, MetricWrapperBase))  # noqa: SLF001


def _name_metric(metric: MetricWrapperBase) -> str:
    [described] = metric.describe()
    return f"{described.name}_total" if described.type == "counter" else described.name


def _list_metrics() -> Iterator[str]:
    yield from ("### Metrics", "", "| Metric | Kind | Labels | Is |", "|---|---|---|---|")
    for name, metric in sorted(list_metrics().items()):
        [described] = metric.describe()
        labels = ", ".join(f"`{each}`" for each in metric._labelnames)  # noqa: SLF001 - nothing public says it
        yield f"| `{name}` | {described.type} | {labels} | {_escape(described.documentation)} |"
    yield ""
