"""From the mandate to the award of the contract."""

from typing import Any

from rtp_embedded.journeys.cast import Cast
from rtp_embedded.journeys.story import Story
from rtp_embedded.journeys.wire import Case

TERMS = {"netPence": 720_000_000, "grossPence": 864_000_000, "termMonths": 36, "extensionMonths": 24}


def determine_regime(story: Story, cast: Cast, case: Case, **regime: Any) -> None:
    """The commissioner says by which law the contract is awarded, and what it is worth."""
    story.chapter("The contract route")
    cast.commissioner.does(case, "record-regime", determinedOn=story.today, **regime)
    cast.commissioner.does(case, "record-contract-terms", **TERMS)


def tender(story: Story, cast: Cast, case: Case) -> None:
    cast.commissioner.does(
        case, "publish-tender", kind="UK4", noticeId="2027/S 000-012345", ocid="ocds-h6vhtk-04a1b2",
        publishedOn=story.today,
    )  # fmt: skip
    story.wait_days(45, "tenders come in and are assessed")


def stand_still(story: Story, cast: Cast, case: Case, *, notice: str, clock: str) -> None:
    """The award is announced, and may be challenged before the contract is entered into."""
    cast.commissioner.does(case, "begin-standstill", kind=notice, noticeId="2027/S 000-023456", publishedOn=story.today)
    cast.commissioner.is_refused(case, "award", because="standstill-over", enteredIntoOn=story.today)
    story.wait_past(cast.commissioner.deadline(case, clock), "the standstill passes without a challenge")


def award(story: Story, cast: Cast, case: Case) -> None:
    cast.commissioner.does(case, "award", enteredIntoOn=story.today, reference="C-2027-118")
