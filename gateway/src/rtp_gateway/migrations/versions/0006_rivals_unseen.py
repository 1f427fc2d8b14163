"""Events that were recorded before: a network no longer sees those that name other networks' advisers.

Their readers become those of the case's submission. A process that runs the former code goes on recording what it is
told, so this holds for all that was recorded once its advice-matching is replaced too.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

HIDE_RIVALS = """
    UPDATE events e
    SET readers = ARRAY(SELECT reader FROM unnest(e.readers) AS reader WHERE reader = ANY (s.readers))
    FROM events s
    WHERE s.case_id = e.case_id AND s.type = 'org.righttoprovide.applications.case-submitted.v1'
      AND e.type IN ('org.righttoprovide.advice-matching.support-proposed.v1',
                     'org.righttoprovide.advice-matching.support-agreed.v1')
      AND NOT e.readers <@ s.readers
"""


def upgrade() -> None:
    op.execute(HIDE_RIVALS)
