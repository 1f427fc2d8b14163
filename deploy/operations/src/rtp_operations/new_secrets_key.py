"""Replace the key that subscribers' secrets are sealed with, of `make up`: `python -m rtp_operations.new_secrets_key`.

The platform is stopped meanwhile. Whatever breaks this off may be followed by another run: until all is sealed anew,
both keys are kept.
"""

import sys
from dataclasses import replace

from cryptography.fernet import Fernet
from pydantic import SecretStr

from rtp_gateway import reseal
from rtp_gateway.app import service as gateway
from rtp_gateway.settings import GatewaySettings
from rtp_operations.processes import PROCESSES
from rtp_operations.up import HostSecrets, UpSettings, answers, build_host
from rtp_shared.pipes import run_command
from rtp_shared.run import load_settings


def main() -> int:
    settings = load_settings(UpSettings)
    file = settings.data_dir / "up.json"
    if not file.exists():
        return _refuse(f"there is no {file}: `make up` keeps its keys there from its first start on")
    host = build_host(settings)
    if any(answers(host.get_port(process)) for process in PROCESSES):
        return _refuse("the platform runs: stop it first, it would go on with the old key")
    kept = HostSecrets.read(file)
    keys = kept.keys.secrets_key
    both = keys if "," in keys else f"{Fernet.generate_key().decode()},{keys}"
    _keep(kept, both).write(file)
    url = SecretStr(host.build_database_url(gateway, "web"))
    code = reseal.carry_out(load_settings(GatewaySettings, database_url=url, secrets_key=SecretStr(both)))
    if code == 0:
        _keep(kept, both.partition(",")[0]).write(file)
    return code


def _keep(secrets: HostSecrets, secrets_key: str) -> HostSecrets:
    return replace(secrets, keys=replace(secrets.keys, secrets_key=secrets_key))


def _refuse(reason: str) -> int:
    sys.stderr.write(f"not done: {reason}\n")
    return 1


if __name__ == "__main__":
    run_command(main)
