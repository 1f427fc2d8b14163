"""Who reads what, said once from the rules of the domain. It takes nothing of the SQL that is held against it.

A case is known to its readers; a draft to none of the bodies that it names, unless they are the staff group's own
client. Within a case, some things are for the staff group, for the bodies' side, or for whoever brought them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import z3

from rtp_applications.sides_sql import MOST_FURTHER_EMPLOYERS
from tests.proof.catalogue import Catalogue
from tests.proof.logic import ALWAYS, Value
from tests.proof.rows import Row, parse_condition
from tests.proof.sql import Reading, read_value

NAMED_ONCE = ("employer_id", "commissioner_id", "decision_body_id", "duty_holder_id")


@dataclass(frozen=True)
class Sight:
    """A row, and somebody who reads."""

    reading: Reading
    alias: str

    def get(self, column: str) -> Value:
        return self.reading.get(self.alias, column)

    def has(self, column: str) -> Any:
        return z3.Not(self.get(column).null)

    def holds(self, column: str) -> Any:
        """Return whether a column of yes and no says yes."""
        return z3.And(self.has(column), self.get(column).term)

    def says(self, column: str, *words: str) -> Any:
        return z3.And(self.has(column), z3.Or(*(self.get(column).term == z3.StringVal(word) for word in words)))

    def lists_me(self, column: str) -> Any:
        """Return whether one of my identities stands in a list."""
        return self.get(column).overlaps(self.reading.me).true

    def is_me(self, column: str, kind: str = "") -> Any:
        """Return whether a column names me: it holds an identity, or what follows `client:` or `org:` in one."""
        value = self.get(column)
        return z3.And(z3.Not(value.null), am(self, kind, value.term))

    def find_case(self, way: str = "case_id") -> "Sight":
        return self.follow("cases", way)

    def follow(self, table: str, way: str) -> "Sight":
        """Return the row that a column leads to."""
        row = self.reading.rows[self.alias]
        key = self.reading.catalogue.keys[table][0]
        target = Row(table, f"{row.name}.{way}", {key: self.get(way)})
        reading = Reading(self.reading.catalogue, {table: target}, self.reading.me, under_policies=False)
        return Sight(reading, table)


def am(sight: Sight, kind: str, who: Any) -> Any:
    identity = z3.Concat(z3.StringVal(kind), who) if kind else who
    return z3.And(z3.Not(sight.reading.me.null), z3.IsMember(identity, sight.reading.me.term))


def is_system(sight: Sight) -> Any:
    return am(sight, "", z3.StringVal("system"))


def is_central(sight: Sight) -> Any:
    return am(sight, "", z3.StringVal("scope:cases:oversee"))


def speaks_for_group(case: Sight) -> Any:
    """The client that opened the case is the staff group's own."""
    return case.is_me("opened_by", "client:")


def is_of_named_body(case: Sight) -> Any:
    named = [case.is_me(column, "org:") for column in NAMED_ONCE]
    for place in range(1, MOST_FURTHER_EMPLOYERS + 1):
        body = read_value(parse_condition(f"further_employer_ids[{place}]"), case.reading)
        named.append(z3.And(z3.Not(body.null), am(case, "org:", body.term)))
    return z3.Or(*named)


def is_on_bodies_side(case: Sight) -> Any:
    on_it = z3.Or(is_of_named_body(case), is_central(case), is_system(case))
    return z3.And(on_it, z3.Not(speaks_for_group(case)))


def is_submitted(case: Sight) -> Any:
    return case.has("submitted_at")


def knows_case(case: Sight) -> Any:
    """A draft is unknown to the bodies that it names and to the central team, whatever else its readers are."""
    barred = z3.Or(is_of_named_body(case), is_central(case))
    ours = z3.Or(is_submitted(case), speaks_for_group(case), is_system(case), z3.Not(barred))
    return z3.And(case.lists_me("readers"), ours)


def of_a_known_case(row: Sight) -> Any:
    return knows_case(row.find_case())


def is_for_side(row: Sight, case: Sight) -> Any:
    return z3.Or(row.says("audience", "everybody"), is_on_bodies_side(case))


def reads_record(row: Sight) -> Any:
    case = row.find_case()
    return z3.And(knows_case(case), is_for_side(row, case))


def reads_entry(row: Sight) -> Any:
    """The group reads of its case what is for everybody; others do from where it was disclosed to them."""
    case = row.find_case()
    since = z3.And(case.has("disclosed_position"), row.get("position").term >= case.get("disclosed_position").term)
    others = z3.And(since, is_for_side(row, case))
    group = z3.And(speaks_for_group(case), row.says("audience", "everybody"))
    return z3.And(knows_case(case), z3.Or(is_system(case), group, others))


def knows_drafting(case: Sight) -> Any:
    """Who is told of what the group replaced or withdrew before it submitted the case."""
    return z3.Or(z3.Not(is_submitted(case)), speaks_for_group(case), is_system(case))


def reads_document(row: Sight) -> Any:
    """The bodies' side reads all, the group what is not for bodies alone, and others nothing confidential."""
    case = row.find_case()
    open_to_all = z3.Or(speaks_for_group(case), row.says("confidentiality", "public", "internal"))
    by_kind = z3.Or(is_on_bodies_side(case), z3.And(row.says("audience", "everybody"), open_to_all))
    return z3.And(knows_case(case), by_kind, z3.Or(row.has("disclosed_from"), knows_drafting(case)))


def reads_document_version(row: Sight) -> Any:
    document = row.follow("documents", "document_id")
    disclosed = z3.And(document.has("disclosed_from"), row.get("version").term >= document.get("disclosed_from").term)
    return z3.And(reads_document(document), z3.Or(disclosed, knows_drafting(document.find_case())))


def sees_undisclosed(holder: Sight, case: Sight) -> Any:
    """What is not disclosed: the group, whoever brought it, and centrally once submitted; none of the case's bodies."""
    brought = holder.is_me("holder")
    central = z3.And(is_central(case), is_submitted(case))
    outside = z3.And(z3.Not(is_of_named_body(case)), z3.Or(brought, central))
    return z3.Or(is_system(case), speaks_for_group(case), outside)


def reads_barrier(row: Sight) -> Any:
    case = row.find_case()
    return z3.And(knows_case(case), z3.Or(row.holds("disclosed"), sees_undisclosed(row, case)))


def reads_or_counts_barrier(row: Sight) -> Any:
    """Whoever counts barriers reads what is disclosed, of all cases."""
    counted = z3.And(row.holds("disclosed"), am(row, "", z3.StringVal("counts:barriers")))
    return z3.Or(reads_barrier(row), counted)


def reads_barrier_change(row: Sight) -> Any:
    barrier = row.follow("barriers", "barrier_id")
    case = barrier.find_case()
    return z3.And(reads_barrier(barrier), z3.Or(row.holds("disclosed"), sees_undisclosed(barrier, case)))


def reads_name(row: Sight) -> Any:
    """The group reads every name; the bodies' side, once submitted, those of whom a reader vouches for, and of
    applicants who had not left by then.
    """
    party = row.follow("case_parties", "party_id")
    case = party.find_case()
    applies = z3.And(party.says("role", "applicant-lead", "applicant-member"), z3.Not(has_left_in_draft(party, case)))
    of_bodies = z3.And(is_submitted(case), is_on_bodies_side(case), z3.Or(party.is_me("holder"), applies))
    return z3.And(knows_case(case), z3.Or(is_system(case), speaks_for_group(case), of_bodies))


def has_left_in_draft(party: Sight, case: Sight) -> Any:
    """A party that was over before the day of the submission, and did not join at or after it."""
    both = Reading(party.reading.catalogue, {"p": party.reading.rows["case_parties"], "c": case.reading.rows["cases"]},
                   party.reading.me, under_policies=False)  # fmt: skip
    day, version, joined, at = (
        read_value(parse_condition(text), both)
        for text in (
            "((c.submitted_at AT TIME ZONE 'Europe/London'::text))::date",
            "(uuid_extract_version(p.id))::integer",
            "uuid_extract_timestamp(p.id)",
            "date_trunc('milliseconds'::text, c.submitted_at)",
        )
    )
    over = z3.And(party.has("valid_to"), z3.Not(day.null), party.get("valid_to").term < day.term)
    timed = z3.And(z3.Not(version.null), version.term == 7)
    later = z3.And(timed, z3.Not(joined.null), z3.Not(at.null), joined.term >= at.term)
    return z3.And(over, z3.Not(later))


def reads_hold(row: Sight) -> Any:
    case = row.find_case()
    return z3.And(knows_case(case), z3.Or(is_system(case), is_on_bodies_side(case)))


def reads_leaf(row: Sight) -> Any:
    """A leaf of the public log is told to whoever reads its entry of the history."""
    name = f"{row.reading.rows[row.alias].name}.case_id+position"
    key = {"case_id": row.get("case_id"), "position": row.get("position")}
    entry = Row("audit_entries", name, key)
    reading = Reading(row.reading.catalogue, {"audit_entries": entry}, row.reading.me, under_policies=False)
    return z3.Or(is_system(row), reads_entry(Sight(reading, "audit_entries")))


def finds_entry(row: Sight) -> Any:
    """Each reader finds by its own entries; the group's client by that alone, and a body that a draft names by none."""
    barred = z3.Or(row.is_me("group_reader"), row.lists_me("barred"))
    return z3.And(row.is_me("reader"), z3.Or(row.holds("of_group"), z3.Not(barred)))


def keeps_import(row: Sight) -> Any:
    return z3.Or(row.is_me("client", "client:"), is_system(row))


def keeps_part_of_import(row: Sight) -> Any:
    return keeps_import(row.follow("case_imports", "import_id"))


def keeps_reference(row: Sight) -> Any:
    """What an organisation's system calls a case is the organisation's, but not its client's that is the group's."""
    case = row.find_case()
    own = z3.And(row.is_me("organisation", "org:"), z3.Not(speaks_for_group(case)), knows_case(case))
    return z3.Or(is_system(row), own)


def is_told_of_end(row: Sight) -> Any:
    return z3.And(row.is_me("reader"), z3.Not(row.lists_me("unknown_to")))


def keeps_answer(row: Sight) -> Any:
    return z3.Or(row.is_me("client_id", "client:"), is_system(row))


WHO_READS: Mapping[str, Callable[[Sight], Any]] = {
    "cases": knows_case,
    "case_parties": of_a_known_case,
    "case_deadlines": of_a_known_case,
    "case_changes": of_a_known_case,
    "disposal_warnings": of_a_known_case,
    "case_records": reads_record,
    "audit_entries": reads_entry,
    "log_leaves": reads_leaf,
    "documents": reads_document,
    "document_versions": reads_document_version,
    "barriers": reads_or_counts_barrier,
    "barrier_changes": reads_barrier_change,
    "party_names": reads_name,
    "legal_holds": reads_hold,
    "search_entries": finds_entry,
    "case_imports": keeps_import,
    "case_import_rows": keeps_part_of_import,
    "case_import_problems": keeps_part_of_import,
    "case_references": keeps_reference,
    "case_sight_ends": is_told_of_end,
    "personal_erasures": lambda row: row.lists_me("readers"),
    "subject_access_requests": lambda row: row.lists_me("readers"),
    "personal_data_reads": lambda row: row.lists_me("readers"),
    "list_entries": lambda row: z3.And(row.is_me("reader"), z3.Not(row.lists_me("barred"))),
    "privacy_complaints": lambda row: row.lists_me("readers"),
    "published_decisions": lambda _: ALWAYS,
    "noticed_awards": is_system,
    "stored_answers": keeps_answer,
}
"""Of each table with row-level security: who reads a row."""


def look(catalogue: Catalogue, table: str, me: Value) -> Sight:
    """Return a row of a table of which nothing is known, and its reader."""
    return Sight(Reading(catalogue, {table: Row(table, table)}, me, under_policies=False), table)
