"""Version 2: the regime was chosen, and neither held against the facts of the procurement nor its steps kept."""

from collections.abc import Callable
from dataclasses import replace

from rtp_applications.workflow.definition import Action
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.snapshot import Payload
from rtp_applications.workflow.stages.award.payloads import AwardNotice, PlainFurtherDecision, PublishedNotice
from rtp_applications.workflow.stages.award.settings import SETTINGS

DIRECT = "social-value-considered-before-a-direct-award"


def _without(*names: str) -> Callable[[Action], Action]:
    def restore(now: Action) -> Action:
        for name in names:
            now = now.without_guard(name)
        return now

    return restore


def _replacing_notices(payload_model: type[Payload], *names: str) -> Callable[[Action], Action]:
    """A notice replaced the one of its kind that was on file."""
    return lambda now: replace(_without(*names)(now), effects=(), payload_model=payload_model)


VERSION_2 = Earlier(
    actions={
        "publish-tender": _replacing_notices(
            PublishedNotice,
            "time-limits-are-of-a-tender",
            "time-limits-are-lawful",
            "regime-is-open",
            "key-criteria-determined",
            "social-value-considered-before-the-tender",
            "former-procurement-noticed",
        ),
        "begin-standstill": _replacing_notices(AwardNotice, "provider-chosen", DIRECT, "tendering-period-over"),
        "award": _without(
            "regime-is-open",
            "provider-chosen",
            DIRECT,
            "former-procurement-noticed",
            "tendering-period-over",
            "indicators-set",
            "exclusion-judged",
            "no-challenge-on-the-day-of-the-contract",
        ),
        "record-further-decision": lambda now: replace(
            now.without_guard("further-decision-has-reasons"), payload_model=PlainFurtherDecision
        ),
        "record-notice": _replacing_notices(
            PublishedNotice,
            "notice-is-not-relied-on",
            "tender-is-opened-by-its-own-action",
            "time-limits-are-of-a-tender",
            "time-limits-are-lawful",
            "stated-standstill-is-lawful",
        ),
    },
    settings={
        "no-tender-needed": replace(
            SETTINGS["no-tender-needed"],
            source="SI 2023/1348 regs 7 to 10 award without a competition; grants, in-house arrangements and contracts "
            "below threshold are outside the duty to tender",
            tag="believed",
        )
    },
    added=frozenset(
        {
            *("end-procurement", "return-to-earlier-step", "abandonment-notice", "procurement-termination-notice"),
            *("invite-tenders", "tender-periods", "set-performance-indicators", "least-performance-indicators"),
        }
    ),
)
