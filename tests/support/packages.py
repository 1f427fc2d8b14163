"""Debian's packages that tests need: RabbitMQ, the proxies that stand before the platform, a browser, Node, jq.

`python -m tests.support.packages` installs those that are missing.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PROXIES = ("nginx", "haproxy")
BROWSER = "chromium"
NODE = ("nodejs", "npm")
SHELL = ("curl", "jq")
COMMANDS: Mapping[str, Callable[[], bool]] = {"nodejs": lambda: shutil.which("node") is not None}
"""How to see that a package is there whose command has another name."""
_POLICY = Path("/usr/sbin/policy-rc.d")


class NotInstalled(Exception):
    """The message is one line for a person."""


def ensure(package: str, *, is_there: Callable[[], bool] | None = None, otherwise: str = "") -> None:
    """Install the package unless it is there; raise NotInstalled, with what to do `otherwise`, where that fails."""
    is_there = is_there or (lambda: shutil.which(package, path=f"{os.environ['PATH']}:/usr/sbin") is not None)
    if is_there():
        return
    cure = f"run `sudo apt-get install {package}`{otherwise}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NotInstalled(f"{package} is not installed: {cure}.")
    sys.stderr.write(f"Installing {package} with apt-get for the tests: a minute or so.\n")
    with _no_service_starts():
        failed = _apt_get("install", package)
        if failed:
            failed = _apt_get("update") or _apt_get("install", package)
    if failed or not is_there():
        raise NotInstalled(f"{package} is not installed and apt-get could not ({failed}): {cure}.")


def _apt_get(*arguments: str) -> str:
    """Return what went wrong, in its last line; nothing if all went well."""
    command = ["apt-get", "--quiet", "--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", *arguments]
    environment = os.environ | {"LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_SUSPEND": "1"}
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return (done.stderr.strip() or f"exit {done.returncode}").splitlines()[-1] if done.returncode else ""


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Debian asks policy-rc.d before it starts what it has installed. What stood there returns, even after a crash."""
    before = _POLICY.with_name("policy-rc.d.before-rtp-test")
    if os.path.lexists(_POLICY) and not os.path.lexists(before):
        _POLICY.rename(before)
    try:
        _POLICY.write_text("#!/bin/sh\nexit 101\n")
        _POLICY.chmod(0o755)
        yield
    finally:
        _POLICY.unlink(missing_ok=True)
        if os.path.lexists(before):
            before.rename(_POLICY)


def main() -> int:
    from tests.support import rabbitmq

    try:
        rabbitmq.ensure()
        for package in (*PROXIES, BROWSER, *NODE, *SHELL):
            ensure(package, is_there=COMMANDS.get(package))
    except (NotInstalled, rabbitmq.BrokerError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
