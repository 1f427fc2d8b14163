"""The rule of matching: what fits, what fails, and what is not known."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_finance_directory.notices.matching import MatchAnswer, NoticeFacts, WatchedFacts, match_notice
from rtp_finance_directory.notices.vocabulary import MatchRule, NoticeStage, NoticeVerdict

ON = date(2026, 12, 1)
EMPLOYER, OTHER = UUID(int=1), UUID(int=2)
CASE = WatchedFacts("adult-social-care", "E12000007", EMPLOYER, annual_value_pence=40_000_000)
NOTICE = NoticeFacts(
    stage=NoticeStage.TENDER,
    cpv=["85312400"],
    regions=["E12000007"],
    buyer_body=EMPLOYER,
    buyer_known_by="identifier",
    currency="GBP",
    value_pence=40_000_000,
    closes_on=ON,
    starts_on=date(2027, 1, 1),
    ends_on=date(2027, 12, 31),
)


def judge(rule: MatchRule, case: dict[str, Any] | None = None, **notice: Any) -> tuple[str, str, NoticeVerdict]:
    match = match_notice(replace(CASE, **(case or {})), NOTICE._replace(**notice), ON)
    [finding] = [each for each in match.findings if each.rule is rule]
    return finding.answer.value, finding.why, match.verdict


def test_a_notice_of_the_employer_for_the_service_matches_with_every_reason() -> None:
    match = match_notice(CASE, NOTICE, ON)
    assert match.verdict is NoticeVerdict.MATCHES
    assert [each.why for each in match.findings] == [
        "CPV 85312400 is of the sector: Welfare services not delivered through residential institutions (853124)",
        "The employer of the case buys it",
        "It is of the service's size: £400,000 a year, and the service costs £400,000",
        "It is open until 2026-12-01",
    ]


SERVICE, PLACE, VALUE, DATES = MatchRule


@pytest.mark.parametrize(
    ("rule", "case", "notice", "answer", "words"),
    [
        (SERVICE, {}, {"cpv": ["45000000"]}, "fails", "no service of the sector"),
        (SERVICE, {}, {"cpv": ["45000000", "85311000"]}, "fits", "85311"),
        (SERVICE, {}, {"cpv": ["85000000"]}, "not-known", "so wide"),
        (SERVICE, {}, {"cpv": []}, "not-known", "names no services"),
        (SERVICE, {"sector": "other"}, {}, "not-known", "No codes are kept"),
        (SERVICE, {"sector": None}, {}, "not-known", "No codes are kept"),
        (PLACE, {}, {"buyer_known_by": "name"}, "fits", "as far as its name tells"),
        (PLACE, {"employer": OTHER, "commissioner": EMPLOYER}, {}, "fits", "commissioner"),
        (PLACE, {"employer": OTHER}, {}, "fits", "London, the case's region"),
        (PLACE, {"employer": None}, {"buyer_body": None, "regions": ["E12000001"]}, "fails", "the North East"),
        (PLACE, {"employer": OTHER}, {"regions": ["E92000001"]}, "not-known", "England"),
        (PLACE, {"employer": OTHER}, {"regions": []}, "not-known", "does not say for which region"),
        (PLACE, {"employer": OTHER, "region": None}, {}, "not-known", "region of the case"),
        (VALUE, {}, {"value_pence": 9_000_000}, "fails", "too small"),
        (VALUE, {}, {"value_pence": 200_000_000}, "fails", "too large"),
        (VALUE, {}, {"value_pence": 200_000_000, "ends_on": date(2031, 12, 31)}, "fits", "£400,000"),
        (VALUE, {}, {"value_pence": None}, "not-known", "no value"),
        (VALUE, {}, {"currency": "EUR"}, "not-known", "no value in pounds"),
        (VALUE, {}, {"ends_on": None}, "not-known", "for how long"),
        (VALUE, {"annual_value_pence": None}, {}, "not-known", "costs in a year"),
        (DATES, {}, {"closes_on": ON - timedelta(1)}, "fails", "closed on 2026-11-30"),
        (DATES, {}, {"stage": NoticeStage.AWARD}, "fails", "nothing to answer"),
        (DATES, {}, {"closes_on": None}, "not-known", "until when"),
        (DATES, {}, {"closes_on": None, "stage": NoticeStage.PLANNING}, "fits", "announced"),
        (DATES, {}, {"closes_on": None, "starts_on": date(2026, 1, 1)}, "fails", "was to begin"),
    ],
)
def test_each_rule_says_what_it_rests_on(
    rule: MatchRule, case: dict[str, Any], notice: dict[str, Any], answer: str, words: str
) -> None:
    found, why, verdict = judge(rule, case, **notice)
    assert found == answer
    assert words in why
    assert (verdict is NoticeVerdict.DOES_NOT_MATCH) == (answer == "fails")


FACTS = st.builds(
    WatchedFacts,
    st.sampled_from(["adult-social-care", "other", "transport", None]),
    st.sampled_from(["E12000007", "E12000001", None]),
    st.sampled_from([EMPLOYER, OTHER, None]),
    annual_value_pence=st.sampled_from([None, 0, 1, 40_000_000]),
)
NOTICES = st.builds(
    NoticeFacts,
    st.sampled_from(list(NoticeStage)),
    st.lists(st.sampled_from(["85312400", "85000000", "60100000", "45000000"]), max_size=3),
    st.lists(st.sampled_from(["E12000007", "E12000001", "E92000001", "K02000001", "S92000003"]), max_size=2),
    st.sampled_from([EMPLOYER, OTHER, None]),
    st.sampled_from(["identifier", "name"]),
    st.sampled_from(["GBP", "EUR", None]),
    st.none() | st.integers(0, 10**14),
    *(st.none() | st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 1, 1)) for _ in range(3)),
)


@given(FACTS, NOTICES)
def test_whatever_is_left_unknown_never_makes_a_notice_fail(case: WatchedFacts, notice: NoticeFacts) -> None:
    whole = match_notice(case, notice, ON)
    for name in ("sector", "region", "annual_value_pence"):
        less = match_notice(replace(case, **{name: None}), notice, ON)
        for before, after in zip(whole.findings, less.findings, strict=True):
            assert after.answer is before.answer or after.answer is MatchAnswer.NOT_KNOWN
    silent = notice._replace(cpv=[], regions=[], value_pence=None)
    assert all(each.answer is not MatchAnswer.FAILS for each in match_notice(case, silent, ON).findings[:3])


@given(FACTS, NOTICES)
def test_the_verdict_follows_from_what_the_rules_say(case: WatchedFacts, notice: NoticeFacts) -> None:
    match = match_notice(case, notice, ON)
    answers = [each.answer for each in match.findings]
    if match.verdict is NoticeVerdict.MATCHES:
        assert MatchAnswer.FAILS not in answers
        assert answers[0] is answers[1] is MatchAnswer.FITS
    else:
        assert (match.verdict is NoticeVerdict.DOES_NOT_MATCH) == (MatchAnswer.FAILS in answers)
