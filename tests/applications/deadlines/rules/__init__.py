"""What both tests stand on: the bank holidays published for 2012 to 2028, and how a law is tried."""

import json
from datetime import date
from importlib.resources import files

from hypothesis import settings

from rtp_applications.deadlines.rules.days import Calendars

_PUBLISHED = json.loads((files("rtp_applications.reference") / "bank-holidays.json").read_text())

ROWS = [
    (division, date.fromisoformat(holiday["date"]))
    for division, published in _PUBLISHED.items()
    for holiday in published["events"]
]
UK = Calendars.of(ROWS)

law = settings(deadline=None)  # a busy machine is not a broken law
