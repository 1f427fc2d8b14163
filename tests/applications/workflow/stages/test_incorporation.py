"""The mutual as a legal person."""

from dataclasses import replace

import pytest

from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.processes import PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.incorporation.payloads import FinanceCommitment, IdentifierScheme, LegalEntity
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, breaks, on_payload, on_snapshot, put, ready, refused_for, take
from tests.applications.workflow.stages.transition_cases import COMMISSIONER, ENTITY, LEAD, OFFICER, TODAY, on

VERIFIED = ENTITY.model_copy(update={"verified": True})
FINANCE = FinanceCommitment.model_validate(
    {"needed": True, "neededPence": 25_000_000, "committedPence": 25_000_000, "committedOn": TODAY}
)
ready("record-legal-entity", Ready(on(Status.AWARDED), (LEAD,), ENTITY))
ready("record-finance-commitment", Ready(on(Status.AWARDED), (LEAD,), FINANCE))
ready("begin-transition", Ready(on(Status.AWARDED, VERIFIED, FINANCE), (LEAD, COMMISSIONER)))
breaks("record-legal-entity", "identifier-has-its-shape")(on_payload(identifier="9506232"))
breaks("record-legal-entity", "verified-by-a-body")(on_payload(verified=True))
breaks("record-finance-commitment", "commitment-is-dated")(on_payload(committed_on=None))
breaks("begin-transition", "legal-entity-exists")(on_snapshot(ground.without, LegalEntity))
breaks("begin-transition", "legal-entity-verified")(on_snapshot(put, ENTITY))
breaks("begin-transition", "finance-committed-or-not-needed")(
    on_snapshot(put, FINANCE.model_copy(update={"committed_pence": 24_999_999}))
)


@pytest.mark.parametrize(
    ("scheme", "fitting", "unfitting"),
    [
        ("GB-COH", ["OC301234"], ["SC12345"]),
        ("GB-CHC", ["1090095", "279417"], []),
        ("GB-MPR", ["IP031455", "235C"], ["RS"]),
    ],
)
def test_an_identifier_has_the_shape_of_its_register(scheme: str, fitting: list[str], unfitting: list[str]) -> None:
    for identifier in (*fitting, *unfitting):
        entity = VERIFIED.model_copy(update={"scheme": IdentifierScheme(scheme), "identifier": identifier})
        refused = refused_for("record-legal-entity", Ready(on(Status.AWARDED), (OFFICER,), entity))
        assert refused == ["identifier-has-its-shape"] * (identifier in unfitting), identifier


def test_finance_that_is_not_needed_holds_nobody_up() -> None:
    taken = ground.attempt(RIGHT_TO_PROVIDE, "begin-transition")
    none = FinanceCommitment(needed=False)
    assert refused_for("begin-transition", replace(taken, snapshot=put(taken.snapshot, none))) == []
    bare = replace(taken, snapshot=ground.without(taken.snapshot, FinanceCommitment))
    assert refused_for("begin-transition", bare) == ["finance-committed-or-not-needed"]


@pytest.mark.parametrize(
    ("more", "verified", "registered"),
    [
        ({}, True, True),  # the same again, with the rest left out
        ({"name": "Example Care CIC"}, True, True),
        ({"verified": False}, False, True),
        ({"registeredOn": None}, True, False),
        ({"identifier": "09506233"}, False, False),  # another company: nothing is known of it
        ({"legalForm": "community-benefit-society"}, False, True),
    ],
)
def test_what_is_left_out_of_the_same_legal_person_stays(
    more: dict[str, object], *, verified: bool, registered: bool
) -> None:
    known = VERIFIED.model_copy(update={"registered_on": TODAY})
    said = {"scheme": "GB-COH", "identifier": "09506232", "legalForm": "cic-limited-by-guarantee", **more}
    anew = Ready(on(Status.AWARDED, known), (OFFICER,), LegalEntity.model_validate(said))
    after = take("record-legal-entity", anew).after.find(LegalEntity)
    assert after is not None
    assert (after.verified, after.registered_on is not None) == (verified, registered)


@pytest.mark.parametrize("version", [1, 2])
def test_in_former_versions_it_is_replaced_and_has_no_name(version: int) -> None:
    former = PROCESSES[RIGHT_TO_PROVIDE.route, version].by_name["record-legal-entity"]
    assert former.effects == ()
    assert "name" not in former.payload_model.model_fields
