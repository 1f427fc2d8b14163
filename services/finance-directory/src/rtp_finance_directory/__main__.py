import sys

from rtp_finance_directory.app import service
from rtp_shared.run import main

sys.exit(main(service))
