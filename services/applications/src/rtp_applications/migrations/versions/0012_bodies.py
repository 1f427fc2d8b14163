"""Rules of bodies for one kind of service, and several successors of a body.

Processes of the release before set and read rules as before, for every kind of service. They do not know rules of one
kind apart, nor that several bodies follow one: record neither before all processes are new. Reference data are loaded
by the new release.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from rtp_shared.messaging_tables import build_script

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    shared: sa.Column[list[object]] = sa.Column("shared_among", ARRAY(sa.Uuid()), server_default="{}", nullable=False)
    op.add_column("bodies", shared)
    op.create_index("ix_bodies_shared_among", "bodies", ["shared_among"], postgresql_using="gin")
    op.add_column("body_rules", sa.Column("sector", sa.Text(), server_default="", nullable=False))
    op.execute(
        build_script("""
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
