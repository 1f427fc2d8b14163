"""One-process mode with the clients of the sandbox: `python -m rtp_examples.run [--port 8000] [--data-dir .data]`."""

import sys

from rtp_embedded.command import main
from rtp_examples.sandbox import register_sandbox

if __name__ == "__main__":
    sys.exit(main(register_clients=register_sandbox))
