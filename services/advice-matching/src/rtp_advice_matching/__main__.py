import sys

from rtp_advice_matching.app import service
from rtp_shared.run import main

sys.exit(main(service))
