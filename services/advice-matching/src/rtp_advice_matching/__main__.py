from functools import partial

from rtp_advice_matching.app import service
from rtp_shared.pipes import run_command
from rtp_shared.run import main

run_command(partial(main, service))
