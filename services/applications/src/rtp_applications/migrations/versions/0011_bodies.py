"""Rules of bodies for one kind of service, several successors of a body, and short names.

Processes of the release before set and read rules as before, for every kind of service. They do not know rules of one
kind apart, nor that several bodies follow one: record neither before all processes are new. Reference data are loaded
by the new release.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from rtp_shared.messaging_tables import build_script

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    shared: sa.Column[list[object]] = sa.Column("shared_among", ARRAY(sa.Uuid()), server_default="{}", nullable=False)
    op.add_column("bodies", shared)
    op.create_index("ix_bodies_shared_among", "bodies", ["shared_among"], postgresql_using="gin")
    op.create_table(
        "body_aliases",
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.PrimaryKeyConstraint("body_id", "alias", name="pk_body_aliases"),
        sa.ForeignKeyConstraint(["body_id"], ["bodies.id"], name="fk_body_aliases_body_id"),
    )
    op.add_column("body_rules", sa.Column("sector", sa.Text(), server_default="", nullable=False))
    op.execute(
        build_script("""
        GRANT SELECT ON body_aliases TO rtp_applications_web, rtp_applications_worker;
        GRANT SELECT, INSERT, UPDATE ON body_aliases TO rtp_applications_operator;
        ALTER TABLE body_rules DROP CONSTRAINT pk_body_rules,
            ADD CONSTRAINT pk_body_rules PRIMARY KEY (body_id, rule, sector, valid_from);
        ALTER TABLE body_rules DROP CONSTRAINT ex_body_rules_one_at_a_time,
            ADD CONSTRAINT ex_body_rules_one_at_a_time EXCLUDE USING gist (
                text_range(
                    body_id::text || ' ' || rule || ' ' || sector, body_id::text || ' ' || rule || ' ' || sector, '[]'
                ) WITH &&,
                daterange(valid_from, valid_to, '[]') WITH &&
            );
        """)
    )
