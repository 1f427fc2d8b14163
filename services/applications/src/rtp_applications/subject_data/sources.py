"""Where people are named in the tables of applications, and what is shown of each place.

A new column that names or describes people is added here; `tests/architecture/test_personal_columns.py` refuses one
that is declared neither here nor as of nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Boolean, Text, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from rtp_applications.cases.sight import KNOWN

BY_RETENTION = "with its case, by the retention schedule: GET /v1/cases/{caseId}/retention"
GROUP = "the staff group's client and whom it lets into the case"
BODIES = "the bodies of the case and the central team, once the case is submitted"
OWN_SIDE = "whoever vouches for the person"


@dataclass(frozen=True)
class NamedPlace:
    """One place where people are named: rows by SQL, with `case_id`, `id`, `holder` and the columns that are shown.

    `columns` are those of the tables that hold something about the person, as the test of all columns knows them.
    """

    kind: str
    sql: str
    columns: Mapping[str, str]
    recipients: tuple[str, ...]
    kept: str = BY_RETENTION
    source: str = "the client or organisation that vouched for the person"

    def get_text(self) -> str:
        """Return the statement; rows of cases that the readers may not know of, or did not vouch in, are not found."""
        return f"""
            SELECT * FROM ({self.sql}) found
            WHERE :all OR (found.holder = ANY (:readers) AND (found.case_id IS NULL
                OR EXISTS (SELECT FROM cases WHERE cases.id = found.case_id AND {KNOWN})))
            ORDER BY found.id
        """  # noqa: S608 - of our own words

    def build(self) -> TextClause:
        return text(self.get_text()).bindparams(*(each for each in _BINDS if f":{each.key}" in self.get_text()))


_BINDS = (
    bindparam("reference", type_=Text),
    bindparam("readers", type_=ARRAY(Text)),
    bindparam("all", type_=Boolean),
    bindparam("words", type_=ARRAY(Text)),
)

SOURCES = (
    NamedPlace(
        "part in a case",
        """SELECT p.case_id, p.id::text, p.holder, jsonb_build_object('role', p.role, 'person', p.person, 'name',
                n.name, 'mandate', p.mandate, 'validFrom', p.valid_from, 'validTo', p.valid_to, 'vouchedForBy',
                p.holder) AS content
            FROM case_parties p LEFT JOIN party_names n ON n.party_id = p.id WHERE p.person = :reference""",
        {
            "case_parties": "id role person holder valid_from valid_to mandate name",
            "party_names": "party_id name",
        },
        (
            GROUP,
            "the name: the staff group's client, and the bodies of a submitted case where it is an applicant's",
            BODIES,
        ),
    ),
    NamedPlace(
        "record put on file",
        """SELECT r.case_id, r.kind || ' ' || r.key AS id, s ->> 'holder' AS holder, jsonb_build_object('kind', r.kind,
                'key', r.key, 'content', r.content, 'signed', jsonb_build_array(s), 'audience', r.audience) AS content
            FROM case_records r, jsonb_array_elements(r.signed) s WHERE s ->> 'person' = :reference""",
        {"case_records": "kind key content signed"},
        (GROUP, BODIES),
    ),
    NamedPlace(
        "record that names the person",
        """SELECT r.case_id, r.kind || ' ' || r.key AS id, s.holder, jsonb_build_object('kind', r.kind, 'about',
                r.content) AS content
            FROM case_records r, LATERAL (
                SELECT e ->> 'holder' AS holder FROM jsonb_array_elements(r.signed) e ORDER BY 1 LIMIT 1) s
            WHERE r.audience = 'everybody'
            AND NOT r.signed @> jsonb_build_array(jsonb_build_object('person', :reference))
            AND jsonb_path_exists(r.content, '$.** ? (@ == $who)', jsonb_build_object('who', :reference))""",
        {},
        (GROUP, BODIES),
        source="whoever put it on file",
    ),
    NamedPlace(
        "document",
        """SELECT d.case_id, d.id::text, d.created_by ->> 'holder' AS holder, jsonb_build_object('kind', d.kind,
                'title', d.title, 'confidentiality', d.confidentiality, 'createdBy', d.created_by, 'createdAt',
                d.created_at, 'exemption', d.exemption, 'withdrawnAt', d.withdrawn_at) AS content
            FROM documents d WHERE d.created_by ->> 'person' = :reference""",
        {"documents": "title exemption created_by"},
        (GROUP, "the bodies of the case, as the document's confidentiality lets them"),
    ),
    NamedPlace(
        "version of a document",
        """SELECT d.case_id, d.id || ' ' || v.version AS id, v.uploaded_by ->> 'holder' AS holder, jsonb_build_object(
                'fileName', v.file_name, 'mediaType', v.media_type, 'size', v.size, 'uploadedBy', v.uploaded_by,
                'uploadedAt', v.uploaded_at) AS content
            FROM document_versions v JOIN documents d ON d.id = v.document_id
            WHERE v.uploaded_by ->> 'person' = :reference""",
        {"document_versions": "file_name uploaded_by storage_key"},
        (GROUP, "the bodies of the case, as the document's confidentiality lets them"),
    ),
    NamedPlace(
        "barrier",
        """SELECT b.case_id, b.id::text, b.holder, jsonb_build_object('reportedBy', b.reported_by, 'reportedAs',
                b.reported_as, 'reportedAt', b.reported_at, 'kind', b.kind, 'description', b.description, 'askedOf',
                b.asked_of, 'disclosed', b.disclosed, 'answer', b.answer, 'outcome', b.outcome, 'state',
                b.state) AS content
            FROM barriers b WHERE b.reported_by = :reference""",
        {"barriers": "reported_by holder reported_as reported_at description asked_of answer outcome"},
        (OWN_SIDE, "the central team, and where it is disclosed the bodies of the case"),
    ),
    NamedPlace(
        "change of a barrier",
        """SELECT b.case_id, b.id || ' ' || c.version AS id, c.holder, jsonb_build_object('at', c.at, 'action',
                c.action, 'person', c.person, 'role', c.role, 'note', c.note) AS content
            FROM barrier_changes c JOIN barriers b ON b.id = c.barrier_id WHERE c.person = :reference""",
        {"barrier_changes": "at action role person holder note"},
        (OWN_SIDE, "the central team, and where it is disclosed the bodies of the case"),
    ),
    NamedPlace(
        "legal hold",
        """SELECT h.case_id, h.id::text, p.holder, jsonb_build_object('placedBy', nullif(h.placed_by, h.lifted_by),
                'placedAs', h.placed_as, 'reason', CASE WHEN h.placed_by = :reference THEN h.reason END,
                'placedAt', CASE WHEN h.placed_by = :reference THEN h.placed_at END,
                'liftedAt', CASE WHEN h.lifted_by = :reference THEN h.lifted_at END,
                'liftedBecause', CASE WHEN h.lifted_by = :reference THEN h.lifted_because END) - 'placedBy' AS content
            FROM legal_holds h LEFT JOIN LATERAL (SELECT holder FROM case_parties p
                WHERE p.case_id = h.case_id AND p.person = :reference ORDER BY holder LIMIT 1) p ON true
            WHERE :reference IN (h.placed_by, h.lifted_by)""",
        {"legal_holds": "reason placed_by placed_as placed_at lifted_by lifted_as lifted_at lifted_because"},
        ("the bodies' side of the case",),
    ),
    NamedPlace(
        "entry of a history",
        """SELECT a.case_id, encode(a.hash, 'hex') AS id, a.actor ->> 'holder' AS holder, jsonb_build_object('at', a.at,
                'action', a.action, 'actor', a.actor, 'reason', a.reason) AS content
            FROM audit_entries a WHERE a.actor ->> 'person' = :reference""",
        {"audit_entries": "at actor action reason changes snapshot commitments"},
        (GROUP, BODIES),
    ),
    NamedPlace(
        "entry of a history that names the person",
        """SELECT a.case_id, encode(a.hash, 'hex') AS id, a.actor ->> 'holder' AS holder, jsonb_build_object('at', a.at,
                'action', a.action, 'about', jsonb_build_array(a.changes, a.snapshot)) AS content
            FROM audit_entries a WHERE a.audience = 'everybody' AND a.actor ->> 'person' IS DISTINCT FROM :reference
            AND position(:reference IN concat_ws(' ', a.changes::text, a.snapshot::text)) > 0""",
        {},
        (GROUP, BODIES),
        source="whoever acted in the case",
    ),
    NamedPlace(
        "text of a case",
        """SELECT c.id AS case_id, c.id::text AS id, 'client:' || c.opened_by AS holder, jsonb_build_object(
                'serviceName', c.service_name, 'summary', c.summary, 'withdrawalReason', c.withdrawal_reason) AS content
            FROM cases c WHERE EXISTS (SELECT FROM unnest(:words) AS word
                WHERE position(lower(word) IN lower(concat_ws(' ', c.service_name, c.summary, c.withdrawal_reason)))
                    > 0)""",
        {"cases": "service_name summary withdrawal_reason"},
        (GROUP, BODIES),
        source="the staff group",
    ),
    NamedPlace(
        "complaint on data protection",
        """SELECT NULL::uuid AS case_id, c.id::text, c.holder, jsonb_build_object('madeBy', c.made_by, 'subject',
                c.subject, 'receivedAt', c.received_at, 'acknowledgedAt', c.acknowledged_at, 'stepsTaken',
                c.steps_taken, 'outcome', c.outcome, 'answer', c.answer, 'answeredAt', c.answered_at) AS content
            FROM privacy_complaints c WHERE c.made_by = :reference""",
        {"privacy_complaints": "made_by holder subject received_at steps_taken outcome answer answered_at"},
        ("the client through which it was made", "the body complained to"),
        kept="for good, under a pseudonym once the person is erased",
    ),
    NamedPlace(
        "request for access to one's data",
        """SELECT NULL::uuid AS case_id, r.id::text, r.holder, jsonb_build_object('person', r.person, 'receivedAt',
                r.received_at, 'scope', r.scope, 'extensionReason', r.extension_reason, 'answeredAt', r.answered_at,
                'refusal', r.refusal) AS content
            FROM subject_access_requests r WHERE r.person = :reference""",
        {"subject_access_requests": "person holder scope received_at extension_reason answered_at refusal"},
        ("the client through which it was made", "whoever answers for the data"),
        kept="for good, under a pseudonym once the person is erased",
    ),
    NamedPlace(
        "import of cases",
        """SELECT NULL::uuid AS case_id, i.id::text, 'client:' || i.client AS holder, jsonb_build_object('person',
                i.person, 'begunAt', i.begun_at, 'rows', i.rows) AS content
            FROM case_imports i WHERE i.person = :reference""",
        {"case_imports": "person begun_at", "case_import_rows": "content"},
        ("the client that imported",),
        kept="for good; the rows go once they are dealt with",
    ),
    NamedPlace(
        "reading of the person's data",
        """SELECT a.case_id, a.id::text, a.holder, jsonb_build_object('at', a.at, 'kind', a.kind, 'byOrganisation',
                a.organisation, 'reason', a.reason) AS content
            FROM personal_data_reads a WHERE :reference = ANY (a.people)
            AND NOT (a.case_id IS NULL AND a.kind = 'subject-access')""",
        {"personal_data_reads": "at kind organisation people client_id person holder reason"},
        (OWN_SIDE, "whoever answers for the data"),
        kept="24 months",
        source="the platform, as it showed it",
    ),
    NamedPlace(
        "reading by the person",
        """SELECT a.case_id, a.id::text, 'client:' || a.client_id AS holder, jsonb_build_object('at', a.at, 'kind',
                a.kind, 'by', a.person) AS content
            FROM personal_data_reads a WHERE a.person = :reference""",
        {},
        (OWN_SIDE, "whoever answers for the data"),
        kept="24 months",
        source="the platform, as it showed it",
    ),
)
OF_CASES = {
    "search_entries": "words",
    "published_decisions": "text conditions ground service_name",
    "case_deadlines": "content",
    "case_import_problems": "reference reason",
}
"""What is made of the above, is published by a body, or is a group's: it may speak of people, and is nobody's alone."""
