"""Where people are named or described in the tables of advice-matching, and what is shown of each place.

A new column that names or describes people is added here; `tests/architecture/test_personal_columns.py` refuses one
that is declared neither here nor as of nobody. Rows are read with the caller's own sight, and with everybody's by
whoever answers for the data. No row names a staff group or another adviser: what their texts say of others is theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

NETWORK, GROUP = "the adviser's network", "the staff group, once they were proposed to it or it accepted them"
OPERATOR = "the operator of matching rounds"
_OWN = "(:everybody OR a.network_id = :organisation)"
_ENGAGED = f"JOIN engagements e ON e.id = t.engagement_id JOIN advisers a ON a.id = e.adviser_id AND {_OWN}"
_OF_ADVISER = "WHERE e.adviser_id = ANY (:advisers) AND (:everybody OR t.readers && :readers)"


@dataclass(frozen=True)
class SupportPlace:
    """Rows by SQL with `id`, `source` and `content`, and the columns of the tables that hold something of people."""

    kind: str
    sql: str
    columns: Mapping[str, str]
    recipients: tuple[str, ...]
    kept: str


_UNTIL_ERASED = "until it is erased (/v1/support-erasures), or the case is destroyed"
SOURCES = (
    SupportPlace(
        "profile of an adviser",
        f"""SELECT a.id::text, 'the network ' || a.network_id AS source,
                to_jsonb(a) - 'event_hash' - 'changed_in' AS content
            FROM advisers a WHERE a.id = ANY (:advisers) AND {_OWN}""",  # noqa: S608 - of our own words
        {
            "advisers": "id name about network_id network_name sectors regions remote topics stages legal_forms "
            "headcount_from headcount_to languages access_needs capacity engaged hours_per_month calendar charge_basis "
            "day_rate conflicts kind active status verified_on suspended_for"
        },
        ("everybody, while it is published; but for its calendar and conflicts",),
        "until it is taken down or erased (/v1/support-erasures)",
    ),
    SupportPlace(
        "proposal of the adviser",
        f"""SELECT p.request_id::text AS id, 'worked out here by the published rules' AS source,
                jsonb_build_object('rank', p.rank, 'score', p.score, 'parts', p.parts, 'withdrawnAt',
                p.withdrawn_at) AS content
            FROM proposals p JOIN advisers a ON a.id = p.adviser_id AND {_OWN}
            WHERE p.adviser_id = ANY (:advisers) AND (:everybody OR p.readers && :readers)""",  # noqa: S608 - of our own words
        {"proposals": "adviser_id rank score parts"},
        (NETWORK, "the staff group"),
        "for good, by the adviser's id",
    ),
    SupportPlace(
        "engagement of the adviser",
        f"""SELECT e.id::text, 'the staff group and the network' AS source, jsonb_build_object('kind', e.kind, 'status',
                e.status, 'offeredAt', e.offered_at, 'acceptedAt', e.accepted_at, 'firstContactOn', e.first_contact_on,
                'endedAt', e.ended_at, 'reason', e.reason) AS content
            FROM engagements e JOIN advisers a ON a.id = e.adviser_id AND {_OWN}
            WHERE e.adviser_id = ANY (:advisers) AND (:everybody OR e.readers && :readers)""",  # noqa: S608 - of our own words
        {
            "engagements": "adviser_id offered_at accepted_at first_contact_on contact_missed_at ended_by ended_at "
            "reason"
        },
        (NETWORK, GROUP),
        "for good, by the adviser's id",
    ),
    SupportPlace(
        "session with the adviser",
        f"""SELECT t.id::text, t.recorded_by AS source, jsonb_build_object('heldOn', t.held_on, 'minutes', t.minutes,
                'notes', CASE WHEN t.recorded_by = 'network' THEN t.notes END) AS content
            FROM support_sessions t {_ENGAGED} {_OF_ADVISER}""",  # noqa: S608 - of our own words
        {"support_sessions": "held_on minutes notes recorded_by"},
        (NETWORK, GROUP),
        _UNTIL_ERASED,
    ),
    SupportPlace(
        "feedback on the adviser",
        f"""SELECT t.engagement_id || ' ' || t.side AS id, t.side AS source, jsonb_build_object('rating', t.rating,
                'comment', t.comment, 'givenAt', t.given_at) AS content
            FROM feedback t {_ENGAGED} {_OF_ADVISER} AND (t.side = 'network' OR t.shows_at <= :now)""",  # noqa: S608 - of our own words
        {"feedback": "side rating comment given_at"},
        (NETWORK, GROUP, "each side once both have given it, or its time is over"),
        _UNTIL_ERASED,
    ),
    SupportPlace(
        "choice of somebody else than a round advised",
        """SELECT o.id::text, 'the client ' || CASE WHEN o.proposed_by = :reference THEN o.proposed_client
                ELSE o.ended_client END AS source, jsonb_build_object(
                'reason', CASE WHEN o.proposed_by = :reference THEN o.reason END, 'status', o.status,
                'proposed', o.proposed_by = :reference, 'ended', coalesce(o.ended_by = :reference, false),
                'proposedAt', o.proposed_at, 'endedAt', o.ended_at) AS content
            FROM matching_overrides o
            WHERE (o.proposed_by = :reference AND (:everybody OR 'client:' || o.proposed_client = ANY (:readers)))
               OR (o.ended_by = :reference AND (:everybody OR 'client:' || o.ended_client = ANY (:readers)))""",
        {
            "matching_overrides": "adviser_id advised_adviser_id reason proposed_by proposed_client ended_by "
            "ended_client"
        },
        (OPERATOR,),
        "for good, under a pseudonym once the person is erased",
    ),
    SupportPlace(
        "setting of bounds of fairness",
        """SELECT b.organisation_id || ' ' || (v ->> 'version') AS id, 'the client ' || (v ->> 'set_client') AS source,
                jsonb_build_object('setBy', v ->> 'set_by', 'setAt', v ->> 'set_at', 'bounds', v -> 'bounds') AS content
            FROM fairness_bounds b, jsonb_array_elements(b.earlier || jsonb_build_object('version', b.version, 'set_by',
                b.set_by, 'set_client', b.set_client, 'set_at', b.set_at, 'bounds', b.bounds)) v
            WHERE v ->> 'set_by' = :reference AND (:everybody OR 'client:' || (v ->> 'set_client') = ANY (:readers))""",
        {"fairness_bounds": "set_by set_client set_at earlier"},
        (OPERATOR,),
        "the last twenty settings, under a pseudonym once the person is erased",
    ),
)
OF_OTHERS = {
    "goals": "text",
    "follow_ups": "note",
    "needs": "reason",
    "matching_rounds": "certificate left_out",
    "matching_repairs": "document moves left_out",
    "matching_round_requests": "adviser_id request listed",
    "support_requests": "agreed_adviser_id prior_advisers not_proposed",
    "support_strands": "adviser_id",
    "imported_services": "record",
    "adviser_networks": "description website",
    "resources": "publisher",
}
"""What is a staff group's, an organisation's or published, and may speak of people: it is nobody's alone."""
