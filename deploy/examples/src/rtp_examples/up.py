"""Many-process mode, with a sandbox or without: `python -m rtp_examples.up`. See rtp_operations.up."""

import sys

from rtp_examples.sandbox import close_sandbox, register_sandbox
from rtp_operations.up import main

if __name__ == "__main__":
    sys.exit(main(register_sandbox, close_sandbox))
