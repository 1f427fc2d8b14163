"""Where a reference is looked for, and where it is not: a reference may be any word."""

import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from rtp_applications.erasures.forgetting import ERASED, PERSON_MEMBERS, Forgotten, is_vouched_for
from rtp_applications.workflow.identities import PersonRef
from rtp_applications.workflow.snapshot import Payload

LONG = "p-4f1d9a77"
LEFT = "erased-1"


def forget(value: Any, reference: str = LONG) -> Any:
    return Forgotten(reference, LEFT).forget(value)


def list_payloads(model: type[Payload] = Payload) -> set[type[Payload]]:
    return {model, *(below for each in model.__subclasses__() for below in list_payloads(each))}


def takes_references(field: FieldInfo) -> bool:
    pattern = typing.get_args(PersonRef)[1].pattern
    return pattern in str(field.annotation) or pattern in str(field.metadata)


def test_every_member_of_a_payload_that_holds_references_is_known() -> None:
    found = {
        name for payload in list_payloads() for name, field in payload.model_fields.items() if takes_references(field)
    }
    assert found, "they are found by their pattern"
    assert found <= PERSON_MEMBERS


def test_what_is_said_about_the_person_goes() -> None:
    party = {"person": LONG, "mandate": "Vote of 3 March", "role": "applicant-member"}
    assert forget(party) == {"person": LEFT, "mandate": None, "role": "applicant-member"}
    assert forget({"person": LONG, "nature": "Kin"}) == {"person": LEFT, "nature": ERASED}
    assert forget({"person": "p-other", "nature": f"Kin of {LONG}."}) == {
        "person": "p-other",
        "nature": f"Kin of {LEFT}.",
    }


@pytest.mark.parametrize("word", ["status", "draft", "not", "2026-11-30", "1", "RTP-482-715-9361", "everybody"])
def test_a_word_of_the_platform_s_or_of_others_is_left_where_it_is_none(word: str) -> None:
    said = {word: word, "status": word, "reasons": f"It is {word} so", "at": [word], "role": word}
    assert forget(said, word) == said
    assert forget({"person": word, "status": word}, word) == {"person": LEFT, "status": word}


@pytest.mark.parametrize(
    ("name", "left"),
    [
        (f"/records/vote:{LONG}", f"/records/vote:{LEFT}"),
        (f"/records/conflict-of-interest:{LONG}:a", f"/records/conflict-of-interest:{LEFT}:a"),
        (f"vote:{LONG}", f"vote:{LEFT}"),
        (f"vote:{LONG}0", f"vote:{LONG}0"),
        (LONG, LONG),
    ],
)
def test_keys_of_records_are_renamed(name: str, left: str) -> None:
    assert forget({name: 1}) == {left: 1}


@pytest.mark.parametrize("said", [f"By {LONG}0", f"By x{LONG}", f"By {LONG}.b it", f"By a-{LONG}"])
def test_another_reference_that_holds_it_stays(said: str) -> None:
    assert forget({"reasons": said, "members": [f"{LONG}0"]}) == {"reasons": said, "members": [f"{LONG}0"]}
    assert forget({"members": ["p-1", LONG]}) == {"members": ["p-1", LEFT]}


@given(value=st.recursive(st.text("p-4f1d9a7 :", max_size=12), lambda more: st.dictionaries(st.text(max_size=5), more)))
def test_forgetting_twice_is_forgetting_once(value: Any) -> None:
    once = forget(value)
    assert forget(once) == once


def test_nobody_erases_whom_others_vouch_for_as_well() -> None:
    mine, others = {"person": LONG, "holder": "client:a"}, {"person": LONG, "holder": "org:b"}
    assert is_vouched_for([{"x": [mine]}], LONG, ["client:a", "org:a"])
    assert not is_vouched_for([{"x": [mine]}, others], LONG, ["client:a", "org:a"])
    assert not is_vouched_for([{"person": "p-other", "holder": "client:a"}], LONG, ["client:a"])
