"""One rung after the other, under load."""

from tests.resilience.evidence import Row
from tests.resilience.faults import kill, let_pass, outage
from tests.resilience.ledger import Books
from tests.resilience.platform_under_test import Stage
from tests.resilience.scenarios import Kill, Rung

RATE = 20.0
"""Events a second, besides those of submitted cases."""
BEFORE, AFTER = 0.5, 0.5
"""Seconds of load before it breaks, and after it is mended."""
PATIENCE = 150.0
"""Seconds until all must have arrived; an outage's own length comes on top."""


def climb(stage: Stage, rung: Rung, *, rate: float = RATE) -> Row:
    books = Books(stage)
    marks = books.marks()
    with stage.load(rate):
        let_pass(BEFORE)
        if isinstance(rung, Kill):
            kill(stage, rung)
        else:
            with outage(stage, rung.what):
                let_pass(rung.seconds)
        let_pass(AFTER)
    books.wait_until_quiet(PATIENCE + getattr(rung, "seconds", 0))
    return books.row(rung.name, marks)
