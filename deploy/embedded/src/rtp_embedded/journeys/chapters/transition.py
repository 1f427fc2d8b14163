"""From the award to the launch."""

from datetime import date, timedelta
from typing import Any

from rtp_embedded.journeys.cast import Cast
from rtp_embedded.journeys.story import Story
from rtp_embedded.journeys.wire import Case


def incorporate(story: Story, cast: Cast, case: Case) -> None:
    """The mutual is a legal person, and its finance is committed; then both sides begin."""
    story.chapter("The mutual comes into being")
    cast.lead.is_refused(case, "begin-transition", because="legal-entity-exists")
    entity: dict[str, Any] = {"scheme": "GB-COH", "identifier": "09506232", "legalForm": "cic-limited-by-guarantee"}
    cast.lead.does(case, "record-legal-entity", **entity, registeredOn=story.today)
    cast.lead.does(
        case, "record-finance-commitment", needed=True, neededPence=7_500_000, committedPence=8_000_000,
        committedOn=story.today, reference="Offer letter of a social lender",
    )  # fmt: skip
    cast.lead.appoints(case, "mutual-board", cast.board, mandate="Resolution of the first general meeting")
    cast.lead.is_refused(case, "begin-transition", because="legal-entity-verified")
    cast.commissioner.does(case, "record-legal-entity", **entity, registeredOn=story.today, verified=True)
    cast.lead.does(case, "begin-transition")
    cast.commissioner.does(case, "begin-transition")


def prepare(story: Story, cast: Cast, case: Case, *, go_live_in: timedelta, pension: str, regulator: str) -> date:
    """Everything that the readiness review looks at. Of people there are numbers only."""
    story.chapter("Transition")
    go_live = story.today + go_live_in
    officer, lead = cast.officer, cast.lead
    officer.does(case, "record-go-live-date", on=go_live)
    begun = story.today
    story.wait_days(21, "the transfer is consulted on")
    officer.does(
        case, "record-tupe-consultation", consultedWith="recognised-union", begunOn=begun, endedOn=story.today,
        measuresLetterOn=begun, employerHeadcount=4200, transferring=62,
    )  # fmt: skip
    officer.does(case, "record-workforce-snapshot", takenOn=story.today, headcount=62, fteHundredths=5_150)
    officer.does(case, "record-employee-liability-information", givenOn=story.today)
    officer.does(case, "record-pension-vehicle", vehicle=pension, signedOn=story.today, guaranteePence=30_000_000)
    officer.does(
        case, "record-leases-and-services", premisesNeeded=True, leasesSignedOn=story.today,
        servicesNeeded=True, servicesAgreedOn=story.today,
    )  # fmt: skip
    _insure_and_register(story, cast, case, go_live, regulator)
    lead.does(case, "record-data-transfer-agreement", signedOn=story.today, icoRegistration="ZB123456")
    return go_live


def _insure_and_register(story: Story, cast: Cast, case: Case, go_live: date, regulator: str) -> None:
    for cover in ("employers-liability", "public-liability"):
        cast.lead.does(
            case, "record-insurance", cover=cover, validFrom=go_live, validTo=go_live + timedelta(days=365),
            limitPence=1_000_000_000,
        )  # fmt: skip
    cast.lead.does(
        case, "record-regulator-registration", regulator=regulator, number="1-10234567890", registeredOn=story.today
    )


def review_readiness(cast: Cast, case: Case) -> None:
    cast.lead.does(case, "begin-readiness-review")
    cast.commissioner.does(case, "begin-readiness-review")
    cast.officer.does(case, "begin-readiness-review")


def measure(story: Story, cast: Cast, case: Case) -> None:
    """Without a baseline there is nothing to compare with afterwards."""
    year: dict[str, Any] = {
        "periodFrom": story.today - timedelta(days=366),
        "periodTo": story.today - timedelta(days=1),
    }
    values = [
        {"measure": "sickness-days-per-fte", "definitionVersion": 1, "value": 112, "scale": 1, "unit": "days",
         "source": "personnel system"},
        {"measure": "user-satisfaction", "definitionVersion": 1, "value": 81, "unit": "percent",
         "source": "survey of users"},
    ]  # fmt: skip
    cast.officer.does(case, "record-baseline", **year, values=values)


def launch(story: Story, cast: Cast, case: Case) -> None:
    """Both sign: who decides for the body, and the mutual's board."""
    cast.decider.does(case, "launch")
    cast.board.does(case, "launch")
    story.settle()
