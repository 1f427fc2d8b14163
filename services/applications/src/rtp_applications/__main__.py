import sys

from rtp_applications.app import service
from rtp_shared.run import main

sys.exit(main(service))
