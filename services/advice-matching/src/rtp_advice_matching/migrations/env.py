from alembic import context

from rtp_shared.migrate import run_environment

run_environment(context)
