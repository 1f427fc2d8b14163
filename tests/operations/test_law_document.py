"""The page of the law: whoever answers for a decision finds the provision of each rule on it."""

import pytest

from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.processes.schemas import ProcessView
from rtp_applications.processes.views import show_process
from rtp_applications.procurement.rules.tables import get_texts
from rtp_applications.workflow.processes import NEWEST
from rtp_operations.law_document import PROVISION, document, list_legal_rules


@pytest.fixture(scope="module")
def processes() -> list[ProcessView]:
    return [show_process(each) for each in NEWEST]


def test_the_page_names_every_setting_statutory_clock_and_rule_of_the_regime(processes: list[ProcessView]) -> None:
    page = document(processes)
    named = {each.name for process in processes for each in process.settings}
    named |= {each.name for process in processes for each in process.clocks if each.basis is Basis.STATUTE}
    named |= {each.name for each in list_legal_rules()}
    assert [name for name in sorted(named) if f"| `{name}` |" not in page] == []
    assert [text.title for text in get_texts().values() if text.title not in page] == []


def test_what_is_said_to_be_statute_names_its_provision(processes: list[ProcessView]) -> None:
    """Basis statute stands only where the statute sets the number."""
    statutory = {
        each.name: each.source for process in processes for each in process.clocks if each.basis is Basis.STATUTE
    }
    assert [name for name, source in statutory.items() if not PROVISION.search(source)] == []
    assert [name for name, source in statutory.items() if "proposed" in source] == []


def test_nothing_that_is_the_platforms_own_is_said_to_be_found(processes: list[ProcessView]) -> None:
    own = [each for process in processes for each in process.settings if "platform default" in each.source]
    assert {each.tag for each in own} == {"proposed"}


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("so it is (SI 2023/1348 reg 12(3))", True),
        ("Localism Act 2011 s.84(7)(b)", True),
        ("ss.9FA and 9F", True),
        ("Enough of the panel's members voted.", False),
        ("The act of 2011 settles it", False),
    ],
)
def test_a_provision_is_told_from_other_words(words: str, *, names: bool) -> None:
    assert bool(PROVISION.search(words)) is names
