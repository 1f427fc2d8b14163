from rtp_embedded.command import main
from rtp_shared.pipes import run_command

run_command(main)
