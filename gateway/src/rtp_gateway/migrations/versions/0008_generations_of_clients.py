"""Tokens hold for one generation of their client; the web process erases only what two persons asked for.

A process that runs the former code makes tokens that say no generation, which is the first one: they do not hold for a
client that was deactivated since, until it is replaced.
"""

import sqlalchemy as sa
from alembic import op

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LOCK = 0x52_54_50_04


def upgrade() -> None:
    op.add_column("clients", sa.Column("generation", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute(build_script(GENERATIONS))
    op.execute(build_script(ERASE_EVENT))


# Who is not active now was so before: what it was given then holds no more either.
GENERATIONS = f"""
    UPDATE clients SET generation = 1 WHERE NOT active;
    CREATE OR REPLACE FUNCTION clients_revise() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock({LOCK});
        NEW.revision := (SELECT coalesce(max(revision), 0) + 1 FROM clients);
        IF TG_OP = 'UPDATE' THEN
            NEW.generation := OLD.generation + (OLD.active AND NOT NEW.active)::int;
        END IF;
        RETURN NEW;
    END $$;
    GRANT SELECT (generation) ON clients TO rtp_gateway_delivery;
"""  # noqa: S608 - a constant of ours

# As migration 0005 has it, but that the web process names no event of its choice: only one that names a person whose
# erasure two others asked for and confirmed. `session_user` is who connected, whatever the function's rights.
ERASE_EVENT = f"""
    CREATE OR REPLACE FUNCTION erase_event(erased_position bigint, at timestamptz) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        IF ('system' = ANY ({CURRENT_IDENTITIES})) IS NOT TRUE THEN
            RAISE insufficient_privilege USING MESSAGE = 'only the system erases events';
        END IF;
        IF session_user = 'rtp_gateway_web' AND EXISTS (
            SELECT FROM public.events e WHERE e.position = erased_position AND e.erased_at IS NULL AND NOT EXISTS (
                SELECT FROM public.erasures r WHERE r.confirmed_at IS NOT NULL
                AND position(r.person_id::text IN convert_from(e.body, 'UTF8')::json ->> 'data') > 0)
        ) THEN
            RAISE insufficient_privilege USING MESSAGE = 'nobody asked and confirmed that this event be erased';
        END IF;
        UPDATE public.events SET erased_at = at, body = convert_to((
            SELECT '{{' || string_agg(to_json(key)::text || ':' || value::text, ',' ORDER BY place) || '}}' FROM (
                SELECT key, value, place
                FROM json_each(convert_from(body, 'UTF8')::json) WITH ORDINALITY AS attribute (key, value, place)
                WHERE key NOT IN ('data', 'eventhash', 'erasedat')
                UNION ALL VALUES
                    ('eventhash', to_json(encode(hash, 'hex')), 1e9),
                    ('erasedat', to_json(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')), 2e9)
            ) AS thin), 'UTF8')
        WHERE position = erased_position AND erased_at IS NULL;
    END $$;
"""  # noqa: S608 - of our own words
