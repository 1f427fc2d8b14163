"""Which reserved contracts notices say for certain: none where anything that counts is missing."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_finance_directory.notices.reserved import ReservedAward, find_law, list_reserved_awards
from rtp_finance_directory.notices.vocabulary import AwardLaw
from tests.finance_directory.notices.conftest import make_award, make_release

Json = dict[str, Any]
FIRST, LAST = date(2025, 5, 1), date(2025, 9, 1)


def compile_award(**award: Any) -> Json:
    """Make what is compiled of a call that was reserved, and the award that followed, with its contract signed."""
    call, made = make_release(), make_award()
    compiled = {**call, **made, "tender": {**call["tender"], **made["tender"]}}
    compiled["awards"][0] |= award
    compiled["contracts"][0]["dateSigned"] = "2025-08-01T00:00:00+01:00"
    return compiled


def find(compiled: Json, first: date = FIRST, last: date = LAST) -> list[ReservedAward]:
    return list_reserved_awards(compiled, first_published=first, last_published=last)


def test_a_reserved_contract_is_found_with_provider_services_and_days() -> None:
    [award] = find(compile_award())
    assert award == ReservedAward(
        "A1", "GB-COH-01234567", ["85312400"], AwardLaw.SECTION_33, date(2025, 7, 20), date(2025, 8, 1)
    )


def test_the_law_is_told_by_the_number_of_a_notice_or_by_the_day_of_the_first() -> None:
    old = compile_award()
    old["tender"]["documents"] = []
    assert find_law(old, first_published=date(2025, 2, 23)) is AwardLaw.REGULATION_77
    assert find_law(old, first_published=date(2025, 2, 24)) is None
    assert find_law(compile_award(), first_published=date(2025, 2, 23)) is AwardLaw.SECTION_33
    del old["contracts"]
    [award] = find(old, first=date(2024, 5, 1))
    assert (award.awarded_on, award.entered_into_on) == (date(2025, 7, 20), None)
    assert find(old) == []


def _two_lots(compiled: Json) -> None:
    compiled["tender"]["lots"].append({"id": "2", "status": "active"})
    compiled["awards"][0]["relatedLots"] = ["1", "2"]


def _other_lot(compiled: Json) -> None:
    _two_lots(compiled)
    compiled["awards"][0]["relatedLots"] = ["2"]


def _no_lot_named(compiled: Json) -> None:
    _two_lots(compiled)
    del compiled["awards"][0]["relatedLots"]


def _supplier(compiled: Json, **identifier: Any) -> None:
    compiled["awards"][0]["suppliers"] = [{"id": "7", "name": "Care Mutual CIC"}]
    compiled["parties"][-1] |= {"id": "7", "identifier": identifier}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda c: c["tender"]["lots"][0].pop("otherRequirements"),
        _two_lots,
        _other_lot,
        _no_lot_named,
        lambda c: c["awards"][0].update(status="cancelled"),
        lambda c: c["awards"][0].update(status="pending"),
        lambda c: c["contracts"][0].pop("dateSigned"),
        lambda c: c["contracts"][0].update(status="cancelled"),
        lambda c: c["contracts"][0].update(dateSigned="2025-09-02T00:00:00+01:00"),
        lambda c: c["awards"][0].pop("suppliers"),
        lambda c: _supplier(c, scheme="GB-PPON", id="AAAA-1111-BBBB"),
        lambda c: _supplier(c, scheme="GB-COH", id="Jane Roe"),
        lambda c: _supplier(c),
    ],
    ids=[
        "not reserved", "a lot besides", "another lot", "which lot is not said", "cancelled", "not awarded yet",
        "not signed", "contract cancelled", "signed after it was published", "no supplier", "number of the portal",
        "no number", "nothing",
    ],
)  # fmt: skip
def test_what_is_not_certain_is_no_award(spoil: Callable[[Json], object]) -> None:
    compiled = compile_award()
    spoil(compiled)
    assert find(compiled) == []


def test_a_contract_that_was_ended_early_counts_for_it_was_entered_into() -> None:
    compiled = compile_award()
    compiled["contracts"][0]["status"] = "terminated"
    assert len(find(compiled)) == 1


@pytest.mark.parametrize(
    ("scheme", "written", "provider"),
    [
        ("GB-COH", "1234567", "GB-COH-01234567"),
        ("GB-COH", " oc325346 ", "GB-COH-OC325346"),
        ("GB-COH", "GB-COH-01234567", "GB-COH-01234567"),
        ("GB-CHC", "1164883", "GB-CHC-1164883"),
        ("GB-MPR", "IP012345", "GB-MPR-IP012345"),
    ],
)
def test_numbers_are_written_as_cases_write_them(scheme: str, written: str, provider: str) -> None:
    compiled = compile_award()
    _supplier(compiled, scheme=scheme, id=written)
    assert [award.provider for award in find(compiled)] == [provider]


def test_a_joint_award_is_one_for_each_provider_and_none_twice() -> None:
    compiled = compile_award()
    other = {"id": "GB-CHC-1164883", "name": "Other"}
    compiled["awards"][0]["suppliers"] += [other, other]
    assert [award.provider for award in find(compiled)] == ["GB-COH-01234567", "GB-CHC-1164883"]


@given(
    st.dictionaries(
        st.sampled_from(["status", "date", "suppliers", "relatedLots", "items"]),
        st.one_of(st.none(), st.just([]), st.just("")),
    )
)
def test_whatever_an_award_leaves_empty_none_is_made_up(gaps: Json) -> None:
    for award in find(compile_award(**gaps)):
        assert award.provider == "GB-COH-01234567"
        assert award.entered_into_on == date(2025, 8, 1)
        assert award.awarded_on <= award.entered_into_on
