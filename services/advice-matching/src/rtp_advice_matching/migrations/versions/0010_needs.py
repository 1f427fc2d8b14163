"""Needs of a case, what was heard of it, and who sees the case itself.

The topics of each request become needs that its staff group asked for; what the adviser agreed on covers is being met.
Processes of the release before go on. A request that an old worker opens meanwhile shows no needs before the next event
of its case: who sees the case is not known of it until then.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
SEES_CASE = f"""
    EXISTS (SELECT FROM support_requests r WHERE r.id = request_id AND r.case_readers && {CURRENT_IDENTITIES})
"""
CASE_READERS = """
    UPDATE support_requests r SET case_readers = ARRAY(
        SELECT reader FROM unnest(r.readers) WITH ORDINALITY AS every (reader, place)
        WHERE reader IN ('org:' || r.employer_id, 'org:' || r.commissioner_id, 'org:' || r.decision_body_id)
           OR reader NOT IN (
                SELECT 'org:' || a.network_id FROM proposals p JOIN advisers a ON a.id = p.adviser_id
                WHERE p.request_id = r.id AND (r.shared_at IS NULL OR a.id <> r.agreed_adviser_id)
           )
        ORDER BY place
    )
"""
HEARD = """
    INSERT INTO case_progress (case_id, route, asked, status, status_sequence, stage, stage_sequence, reached, barriers)
    SELECT case_id, route, topics, CASE WHEN status = 'closed' THEN 'withdrawn' END, 0, stage, 0,
           jsonb_build_object(stage, timezone('Europe/London', opened_at)::date), '{}'
    FROM support_requests WHERE route IS NOT NULL AND stage IS NOT NULL
"""
ASKED = """
    INSERT INTO needs (request_id, key, source, kind, topic, stage, state, rests, version, sequence, opened_at,
                       changed_at, closed_at)
    SELECT r.id, 'applicants:adviser:' || topic, 'applicants', 'adviser', topic, r.stage,
           CASE WHEN a.id IS NULL THEN 'open' WHEN e.status = 'completed' THEN 'met' ELSE 'being-met' END,
           CASE WHEN r.status = 'closed' THEN 'case-withdrawn' END, 1, 0, r.opened_at, r.changed_at,
           CASE WHEN r.status = 'closed' OR e.status = 'completed' THEN r.changed_at END
    FROM support_requests r
    CROSS JOIN LATERAL (SELECT topic, min(place) AS place FROM unnest(r.topics) WITH ORDINALITY AS every (topic, place)
                        GROUP BY topic) AS asked
    LEFT JOIN advisers a ON a.id = r.agreed_adviser_id AND topic = ANY (a.topics) AND r.status = 'agreed'
    LEFT JOIN LATERAL (SELECT status FROM engagements WHERE request_id = r.id AND adviser_id = a.id
                       ORDER BY id DESC LIMIT 1) AS e ON true
    WHERE r.route IS NOT NULL AND r.stage IS NOT NULL
    ORDER BY r.id, place
"""


def upgrade() -> None:
    op.add_column("support_requests", sa.Column("case_readers", ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("support_requests", sa.Column("ended_as", sa.Text()))
    op.create_table(
        "needs",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        *(sa.Column(name, sa.String(64), nullable=False) for name in ("source", "kind")),
        sa.Column("topic", sa.Text()),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        *(sa.Column(name, sa.String(64)) for name in ("reason", "rests")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("version", "sequence")),
        sa.Column("event_hash", sa.Text()),
        sa.Column("readers", ARRAY(sa.Text())),
        *(sa.Column(name, INSTANT, nullable=False) for name in ("opened_at", "changed_at")),
        sa.Column("closed_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_needs"),
        sa.ForeignKeyConstraint(["request_id"], ["support_requests.id"], name="fk_needs_request_id"),
        sa.UniqueConstraint("request_id", "key", name="uq_needs_request_id_key"),
    )
    op.create_index("ix_needs_request_id_id", "needs", ["request_id", "id"])
    op.create_table(
        "case_progress",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("route", sa.Text()),
        sa.Column("asked", ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.Text()),
        sa.Column("status_sequence", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text()),
        sa.Column("stage_sequence", sa.Integer(), nullable=False),
        *(sa.Column(name, JSONB(), nullable=False) for name in ("reached", "barriers")),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_progress"),
    )
    for statement in (CASE_READERS, HEARD, ASKED):
        op.execute(statement)
    op.execute(
        build_script(f"""
        ALTER TABLE needs ENABLE ROW LEVEL SECURITY;
        CREATE POLICY readers_see ON needs
            USING ({SEES_CASE} AND (readers IS NULL OR readers && {CURRENT_IDENTITIES}));
        ALTER TABLE case_progress ENABLE ROW LEVEL SECURITY;
        CREATE POLICY system_sees ON case_progress USING ('system' = ANY ({CURRENT_IDENTITIES}));
        GRANT SELECT, INSERT ON needs TO rtp_advice_matching_web, rtp_advice_matching_worker;
        GRANT UPDATE (state, reason, version, sequence, event_hash, changed_at, closed_at) ON needs
            TO rtp_advice_matching_web, rtp_advice_matching_worker;
        GRANT UPDATE (stage, rests, readers) ON needs TO rtp_advice_matching_worker;
        GRANT SELECT, INSERT, UPDATE ON case_progress TO rtp_advice_matching_worker;
        GRANT UPDATE (rank, score, parts) ON proposals TO rtp_advice_matching_worker;
        """)
    )
