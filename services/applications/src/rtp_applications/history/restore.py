"""A case made again from the state that its audit tells: the way back of `state.dump_state`."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from rtp_applications.deadlines.rules.days import Calendars
from rtp_applications.deadlines.rules.deadline import Deadline
from rtp_applications.history.canonical import same
from rtp_applications.history.state import AUDITED, TABLES, dump_state, dump_value
from rtp_applications.json_types import JsonMapping, JsonObject
from rtp_applications.workflow.enums import Audience, Role
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, HeldDocument, Party, Signature, SignedRecord

_FACTS = TypeAdapter(Facts)


class NotAState(ValueError):
    """This is not the state of a case as `dump_state` writes it."""


def restore_case(state: JsonMapping, *, calendars: Calendars, **kept: Any) -> CaseSnapshot:
    """Make the case of this state. `kept`: columns that the audit has in other ways, such as version and changed_at.

    Raises NotAState unless it says the same again. What the state does not name is empty: it may be of a day when the
    case had no such column.
    """
    try:
        snapshot = _read(state, calendars, kept)
        again = dump_state(snapshot)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise NotAState(f"cannot be read: {type(error).__name__}") from None
    for name, value in state.items():
        if name not in again or not same(again[name], value):
            raise NotAState(f"{name} is not of a case, or said in another way")
    return snapshot


def select_comparable(snapshot: CaseSnapshot, folded: JsonMapping) -> JsonObject:
    """Return the state to compare with what the entries lead to: without newer, empty columns."""
    empty = {name: dump_value(field.default) for name, field in Facts.__dataclass_fields__.items()}
    state = dump_state(snapshot)
    return {name: value for name, value in state.items() if name in folded or value != empty.get(name, {})}


def _read(state: JsonMapping, calendars: Calendars, kept: JsonMapping) -> CaseSnapshot:
    columns = {name: state[name] for name in AUDITED if name in state}
    tables = {name: state.get(name, {}) for name in TABLES}
    records = [_restore_record(name, row) for name, row in tables["records"].items()]
    deadlines = [Deadline.from_json(row) for row in tables["deadlines"].values()]
    return CaseSnapshot(
        case=_FACTS.validate_python({**columns, **kept}),
        parties={UUID(id_): _restore_party(UUID(id_), row) for id_, row in tables["parties"].items()},
        records={(each.kind, each.key): each for each in records},
        deadlines={each.id: each for each in deadlines},
        documents={UUID(id_): _restore_document(UUID(id_), row) for id_, row in tables["documents"].items()},
        calendars=calendars,
    )


def _restore_party(id_: UUID, row: JsonMapping) -> Party:
    since, until = date.fromisoformat(row["valid_from"]), row["valid_to"] and date.fromisoformat(row["valid_to"])
    return Party(id_, Role(row["role"]), row["person"], row["holder"], since, until, row["mandate"])


def _restore_record(name: str, row: JsonMapping) -> SignedRecord:
    kind, _, key = name.partition(":")
    signed = tuple(Signature.from_json(each) for each in row["signed"])
    return SignedRecord(kind, key, row["content"], signed, Audience(row["audience"]))


def _restore_document(id_: UUID, row: JsonMapping) -> HeldDocument:
    """Restore a document. The audit does not follow the scan: what was frozen had been found clean."""
    audience, told = Audience(row.get("audience", Audience.EVERYBODY)), row["kind"] is not None
    return HeldDocument(id_, **{**row, "kind": row["kind"] or "", "scan": "", "audience": audience, "kind_told": told})
