import sys

from rtp_embedded.command import main

sys.exit(main())
