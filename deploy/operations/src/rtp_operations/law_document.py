"""docs/law.md: every rule that rests on a law, with its provision, and how sure the platform is of it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pkgutil import iter_modules

from rtp_applications.bodies.rules import FORMS
from rtp_applications.deadlines.rules.deadline import Basis
from rtp_applications.processes.schemas import ActionView, ProcessView
from rtp_applications.procurement import rules
from rtp_applications.procurement.rules.amounts import get_amounts
from rtp_applications.procurement.rules.reasoning import LegalRule
from rtp_applications.procurement.rules.tables import get_texts, get_thresholds
from rtp_operations.process_document import describe_value, make_table

PROVISION = re.compile(r"\b(?:SI \d{4}/\d+|[Rr]egs? \d+|arts? \d+|ss?\.\d+|[Ss]ections? \d+|Sch\.? ?\d+|Act \d{4})")
"""What names a provision: a statutory instrument, a regulation, an article, a section, a schedule, an Act."""
HEAD = """# The law as the platform has it

Generated from the definitions that the platform goes by: run `make docs`, never edit it by hand. It is for whoever must
answer for a decision: what the platform asks for or refuses on account of a law, and the provision that says so.

**Found** was read in the source itself; **believed** is held to be so, and the source was not seen; **proposed** is the
platform's own, where no law sets a number. The newest version of each process is meant; [process.md](process.md) shows
what was otherwise before. How the regime of a procurement is computed is told in [procurement.md](procurement.md).
"""


def document(processes: Sequence[ProcessView]) -> str:
    """Return the page, of the newest version of each process."""
    newest = {each.route: each for each in sorted(processes, key=lambda each: each.version)}
    current = [each for each in newest.values() if each.actions]
    parts = [
        HEAD,
        *_settings(current),
        *_clocks(current),
        *_conditions(current),
        *_body_rules(),
        *_regimes(),
        *_texts(),
    ]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _settings(processes: Sequence[ProcessView]) -> Iterator[str]:
    yield "## Numbers and lists\n\nThose believed come first: they are what is left to be read."
    found = {(each.name, each.source): each for process in processes for each in process.settings}
    ordered = sorted(found.values(), key=lambda each: (("believed", "found", "proposed").index(each.tag), each.name))
    rows = ((f"`{each.name}`", describe_value(each.value), each.tag, each.source, str(each.since)) for each in ordered)
    yield make_table(("Setting", "Value", "How sure", "Source", "Since"), rows)


def _clocks(processes: Sequence[ProcessView]) -> Iterator[str]:
    yield "## Times that a statute sets"
    found = {each.name: each for process in processes for each in process.clocks if each.basis is Basis.STATUTE}
    rows = (
        (
            f"`{each.name}`",
            each.says,
            f"{each.length.number} {each.length.unit}" if each.length else "as published, or as stated on file",
            each.calendar,
            each.source,
        )
        for each in found.values()
    )
    yield make_table(("Clock", "What is due", "Length", "Calendar", "Source"), rows)


def _conditions(processes: Sequence[ProcessView]) -> Iterator[str]:
    yield "## What is refused, and by which provision"
    actions = [action for process in processes for action in process.actions]
    named = {(each.name, each.says) for action in actions for each in action.guards if PROVISION.search(each.says)}
    rows = ((f"`{name}`", says, _list_actions(actions, name, says)) for name, says in sorted(named))
    yield make_table(("Condition", "What it asks for", "Of the actions"), rows)


def _list_actions(actions: Iterable[ActionView], guard: str, says: str) -> str:
    names = dict.fromkeys(each.name for each in actions if (guard, says) in {(g.name, g.says) for g in each.guards})
    return ", ".join(f"`{name}`" for name in names)


def _body_rules() -> Iterator[str]:
    yield "## What a body may or must settle itself\n\nEach is a dated rule with the source that the body names."
    rows = ((f"`{rule}`", form.says, form.source) for rule, form in FORMS.items())
    yield make_table(("Rule", "What it settles", "By"), rows)


def _regimes() -> Iterator[str]:
    yield "## The regime of a procurement"
    texts = get_texts()
    rows = ((f"`{each.name}`", each.says, f"{texts[each.text].title} {each.place}") for each in list_legal_rules())
    yield make_table(("Rule", "What it asks", "Provision"), rows)
    yield "Thresholds in pounds, by the day on which the procurement commenced:"
    amounts = (
        (
            f"{each.since} to {each.until or 'further notice'}",
            *(f"{pence // 100:,}" for pence in (each.light_touch, each.central, each.sub_central)),
            f"{each.light_touch_concession // 100:,}",
            f"{texts[each.text].title} {each.place}",
        )
        for each in get_thresholds()
    )
    yield make_table(("Commenced", "Light touch", "Central", "Sub-central", "Light-touch concession", "By"), amounts)
    yield "Other amounts in pounds at which a duty begins, by the days on which they hold:"
    duties = (
        (f"`{each.name}`", f"{each.since} to {each.until or 'further notice'}", f"{each.pence // 100:,}",
         f"{texts[each.text].title} {each.place}")
        for each in get_amounts()
    )  # fmt: skip
    yield make_table(("Duty", "Days", "Amount", "By"), duties)


def list_legal_rules() -> list[LegalRule]:
    """Return the rules of the regime, each once, in the order in which they are written down."""
    found: dict[str, LegalRule] = {}
    for module in sorted(each.name for each in iter_modules(rules.__path__)):
        members = vars(import_module(f"{rules.__name__}.{module}")).values()
        found.update({each.name: each for each in members if isinstance(each, LegalRule)})
    return list(found.values())


def _texts() -> Iterator[str]:
    yield (
        "## The texts\n\nAs they were read, in the public repository `legalize-dev/legalize-uk`; the commit is a "
        "hash of all that was read."
    )
    rows = (
        (each.title, str(each.date), f"`{each.path}`", f"`{each.commit[:12]}`", each.note or "")
        for each in get_texts().values()
    )
    yield make_table(("Text", "Of", "File", "Commit", "Note"), rows)
