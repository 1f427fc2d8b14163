"""The snapshot of a case: everything that bears on what may be done with it, as one immutable value.

The rules change nothing; they make a new snapshot out of the old one. The difference between the two is saved, and
written into the audit.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from rtp_applications.deadlines.rules.days import Calendars
from rtp_applications.deadlines.rules.deadline import Deadline
from rtp_applications.procurement.rules.cooling import PastAward
from rtp_applications.workflow.body_facts import BodyFacts, OwnRule
from rtp_applications.workflow.enums import Audience, Role, Status, Suspension
from rtp_shared.contracts.vocabulary import LegalForm, Route, Sector
from rtp_shared.schemas import STORED, Input


class Payload(Input):
    """The payload of an action, kept as a record. `KEY` names the field that tells several of a kind apart."""

    KIND: ClassVar[str]
    KEY: ClassVar[str | None] = None
    AUDIENCE: ClassVar[Audience] = Audience.EVERYBODY

    @property
    def key(self) -> str:
        return str(getattr(self, self.KEY)) if self.KEY else ""


P = TypeVar("P", bound=Payload)
BODY_REPLACED = "body-replaced"
"""Kind of the record that another body followed one that ended."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A person's signature under an action, with the role. `person` is a reference that only its holder can resolve."""

    role: Role
    person: str
    holder: str
    at: datetime

    def to_json(self) -> dict[str, str]:
        return {"role": self.role, "person": self.person, "holder": self.holder, "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> "Signature":
        return cls(Role(stored["role"]), stored["person"], stored["holder"], datetime.fromisoformat(stored["at"]))


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """A record in the case: its content as JSON, and the signatures under it."""

    kind: str
    key: str
    content: Mapping[str, Any]
    signed: tuple[Signature, ...]
    audience: Audience

    def to_json(self) -> dict[str, Any]:
        signed = [each.to_json() for each in self.signed]
        return {"content": dict(self.content), "signed": signed, "audience": self.audience}


@dataclass(frozen=True, slots=True)
class Party:
    """A person's part in a case: role, for how long, and who vouches for the person (`client:<id>` or `org:<id>`)."""

    id: UUID
    role: Role
    person: str
    holder: str
    valid_from: date
    valid_to: date | None
    mandate: str | None = None

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def to_json(self) -> dict[str, Any]:
        return {
            "role": self.role,
            "person": self.person,
            "holder": self.holder,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to and self.valid_to.isoformat(),
            "mandate": self.mandate,
        }


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """The newest version of a document in the case. Version 0: no content has come yet."""

    id: UUID
    kind: str
    version: int
    scan: str
    sha256: str
    frozen: bool
    audience: Audience = Audience.EVERYBODY
    kind_told: bool = True
    """Whether the audit tells the kind, which it does not of what came as confidential."""

    def to_json(self) -> dict[str, Any]:
        kind = self.kind if self.kind_told else None
        content = {"kind": kind, "version": self.version, "sha256": self.sha256, "frozen": self.frozen}
        return content if self.audience is Audience.EVERYBODY else {**content, "audience": self.audience}


@dataclass(frozen=True, slots=True)
class Intention:
    """A body's published intention to consider provision of a service by a mutual of its staff."""

    case_id: UUID
    body_id: UUID
    published_on: date
    sector: Sector | None
    status: Status
    """Today's status of the case in which it was published."""
    service_name: str | None = None
    applicants: int | None = None
    """The employees who propose the mutual, where the case says how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedCase:
    """A case that this one names as the one before it, or that names this one so, with who may know of it."""

    id: UUID
    is_later: bool
    opened_by: str
    submitted: bool
    readers: Sequence[str]
    body_readers: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The case's own row. Column by column the same as the table `cases`."""

    id: UUID
    number: str
    route: Route
    process_version: int
    status: Status
    version: int
    sequence: int
    event_hash: str | None = None
    opened_by: str
    readers: Sequence[str]
    employer_id: UUID | None = None
    """Of several employers, the one that leads: its rules hold, and its officers act."""
    further_employer_ids: Sequence[UUID] = ()
    commissioner_id: UUID | None = None
    decision_body_id: UUID | None = None
    duty_holder_id: UUID | None = None
    region: str | None = None
    service_name: str | None = None
    summary: str | None = None
    sector: Sector | None = None
    applicant_count: int | None = None
    headcount: int | None = None
    legal_form: LegalForm | None = None
    annual_value_pence: int | None = None
    finance_sought_pence: int | None = None
    finance_purposes: Sequence[str] = ()
    support_needs: Sequence[str] = ()
    conflicts_declared: bool = False
    opened_at: datetime
    changed_at: datetime
    submitted_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawal_reason: str | None = None
    suspended: Suspension | None = None
    suspended_at: datetime | None = None
    escalated_at: datetime | None = None
    refused_from: Status | None = None
    final_at: datetime | None = None
    launched_at: datetime | None = None
    successor_case_id: UUID | None = None
    previous_case_id: UUID | None = None
    """The case that ended without success before it, as the group names it."""
    disposed_at: datetime | None = None
    """When the time of keeping it was over, and what was said in it was destroyed."""
    disclosed_position: int | None = None
    draft_steps: int = 0
    """Steps before the submission, which `draft_readers` alone know of; 0 until then."""
    draft_readers: Sequence[str] = ()
    confidential_steps: int = 0
    """Steps that the bodies' side alone knows of."""
    changed_for_all_at: datetime | None = None
    """The time of the last step that was not confidential, if another came after it."""
    audit_position: int = 0
    """Entries of the audit, whatever their chain."""
    chain_position: int = 0
    audit_hash: bytes = bytes(32)
    """Length and head of the chain that goes on for all: the draft's own, and from the submission on the case's."""
    confidential_position: int = 0
    confidential_hash: bytes = bytes(32)

    @property
    def bodies(self) -> tuple[UUID, ...]:
        """Return employers, commissioner, decision body and duty holder, each once."""
        named = (
            *(self.employer_id, *self.further_employer_ids),
            *(self.commissioner_id, self.decision_body_id, self.duty_holder_id),
        )
        return tuple(dict.fromkeys(body for body in named if body))

    @property
    def commissioner(self) -> UUID | None:
        return self.commissioner_id or self.employer_id

    @property
    def decision_body(self) -> UUID | None:
        return self.decision_body_id or self.employer_id


UNAUDITED = frozenset(
    {
        *("version", "draft_steps", "draft_readers", "confidential_steps", "changed_at", "changed_for_all_at"),
        *("sequence", "event_hash", "disclosed_position", "audit_position"),
        *("chain_position", "audit_hash", "confidential_position", "confidential_hash"),
        "previous_case_id",
    }
)
"""Book-keeping of the row, which the audit holds in other ways or not at all; and the case before it, of which not
everybody may know who reads the audit.
"""


@dataclass(frozen=True, kw_only=True)
class CaseSnapshot:
    """A case as it stands: its row, parties, records, deadlines and documents, and the bodies that it names."""

    case: Facts
    parties: Mapping[UUID, Party] = field(default_factory=dict)
    records: Mapping[tuple[str, str], SignedRecord] = field(default_factory=dict)
    deadlines: Mapping[UUID, Deadline] = field(default_factory=dict)
    documents: Mapping[UUID, HeldDocument] = field(default_factory=dict)
    bodies: Mapping[UUID, BodyFacts] = field(default_factory=dict)
    intentions: Sequence[Intention] = ()
    related: Sequence[RelatedCase] = ()
    awards: Sequence[PastAward] = ()
    """Reserved contracts on record of the authority that buys with the mutual, of other cases and from elsewhere."""
    calendars: Calendars
    read_on: date = date.max
    """The day whose rules of a body are today's; where it is not told, the last of those known."""

    @property
    def status(self) -> Status:
        return self.case.status

    @property
    def suspended(self) -> Suspension | None:
        return self.case.suspended

    @property
    def counted_documents(self) -> dict[UUID, HeldDocument]:
        """Return the documents that rules count: they have a content, and are not the bodies' own."""
        every = self.documents.items()
        return {id_: each for id_, each in every if each.version and each.audience is Audience.EVERYBODY}

    def find(self, kind: type[P], key: str = "") -> P | None:
        """Return the payload of the record of a kind, and of its key where the kind has one."""
        found = self.find_record(kind, key)
        return kind.model_validate(found.content, context=STORED) if found else None

    def find_record(self, kind: type[P], key: str = "") -> SignedRecord | None:
        return self.records.get((kind.KIND, key))

    def list_payloads(self, kind: type[P]) -> Iterator[tuple[P, SignedRecord]]:
        """Yield the payloads of all current records of a kind, each with its record."""
        for found in self.records.values():
            if found.kind == kind.KIND:
                yield kind.model_validate(found.content, context=STORED), found

    def find_deadline(self, clock: str) -> Deadline | None:
        """Return the deadline of this clock that was started last."""
        found = [each for each in self.deadlines.values() if each.clock == clock]
        return max(
            found, key=lambda each: (each.started_at, each.is_open, each.closed_at or each.started_at), default=None
        )

    def with_case(self, **changes: Any) -> "CaseSnapshot":
        return replace(self, case=replace(self.case, **changes))

    def with_record(self, record: SignedRecord) -> "CaseSnapshot":
        return replace(self, records={**self.records, (record.kind, record.key): record})

    def without_records(self, kinds: Sequence[str]) -> "CaseSnapshot":
        return replace(self, records={at: each for at, each in self.records.items() if each.kind not in kinds})

    def without(self, names: Container[tuple[str, str]]) -> "CaseSnapshot":
        return replace(self, records={at: each for at, each in self.records.items() if at not in names})

    def with_deadline(self, *changed: Deadline) -> "CaseSnapshot":
        return replace(self, deadlines={**self.deadlines, **{each.id: each for each in changed}})

    def with_party(self, *changed: Party) -> "CaseSnapshot":
        return replace(self, parties={**self.parties, **{each.id: each for each in changed}})

    def with_document(self, *changed: HeldDocument) -> "CaseSnapshot":
        return replace(self, documents={**self.documents, **{each.id: each for each in changed}})

    def without_party(self, party_id: UUID) -> "CaseSnapshot":
        return replace(self, parties={id_: each for id_, each in self.parties.items() if id_ != party_id})

    @cached_property
    def employer(self) -> BodyFacts | None:
        return self.bodies.get(self.case.employer_id) if self.case.employer_id else None

    def find_rule(self, name: str, on: date | None = None) -> OwnRule | None:
        """Return the body's own rule for such a service that was in force on a day, or is today: of the decision body
        first and then of the employer; None if it had set none.
        """
        day = on or self.read_on
        found = (body.find_rule(name, self.case.sector, day) for body in self._list_rule_makers(day))
        return next((rule for rule in found if rule), None)

    def find_rule_published_late(self, name: str, on: date) -> OwnRule | None:
        """Return the rule in force on a day or, where there was none, the first that was published after it: for a
        period that a statute has the body publish, whose time then starts for cases under way too.
        """
        if in_force := self.find_rule(name, on):
            return in_force
        makers = self._list_rule_makers(on, self.read_on)
        later = (body.find_rule_published_after(name, self.case.sector, on) for body in makers)
        return min((rule for rule in later if rule), key=lambda rule: rule.in_force_from, default=None)

    def get_rule(self, name: str, on: date | None = None) -> Any:
        """Return the value of the body's own rule on a day, or today; None if it had set none."""
        rule = self.find_rule(name, on)
        return rule.value if rule else None

    def find_decision_body(self, on: date) -> BodyFacts | None:
        """Return the body that decides in the case, as it was on a day: before a reorganisation the predecessor."""
        decides = self.case.decision_body
        return next(self._list_as_of(decides, on), None) if decides else None

    def _list_rule_makers(self, *days: date) -> list[BodyFacts]:
        ids = [id_ for id_ in (self.case.decision_body, self.case.employer_id) if id_]
        found = (body for day in days for id_ in ids for body in self._list_as_of(id_, day))
        return list({body.id: body for body in found}.values())

    def _list_as_of(self, body_id: UUID, on: date) -> Iterator[BodyFacts]:
        """Yield the bodies that on a day stood where one stands now: those that it followed since, or itself."""
        replaced = [each.content for each in self.records.values() if each.kind == BODY_REPLACED]
        before = [
            UUID(each["body"])
            for each in replaced
            if each["successor"] == str(body_id) and on < date.fromisoformat(each["on"])
        ]
        yield from (self.bodies[each] for each in before or [body_id] if each in self.bodies)
