"""One-process mode with the clients of the sandbox: `python -m rtp_examples.run [--port 8000] [--data-dir .data]`."""

from functools import partial

from rtp_embedded.command import main
from rtp_examples.sandbox import register_sandbox
from rtp_shared.pipes import run_command

if __name__ == "__main__":
    run_command(partial(main, register_clients=register_sandbox))
