"""Migrations against a database made for it: `python -m rtp_embedded.migrations check | new SERVICE MESSAGE`."""

import sys
import tempfile
from pathlib import Path

from rtp_embedded import postgres
from rtp_operations import migrations
from rtp_shared.pipes import run_command


def main() -> int:
    with (
        tempfile.TemporaryDirectory() as directory,
        postgres.start(Path(directory), settings={"fsync": "off"}) as server,
    ):
        match sys.argv[1:]:
            case ["check"]:
                return migrations.check_all(server.url)
            case ["new", name, message]:
                return migrations.write_new(server.url, name, message)
            case _:
                sys.stderr.write("usage: python -m rtp_embedded.migrations check | new SERVICE MESSAGE\n")
                return 2


if __name__ == "__main__":
    run_command(main)
