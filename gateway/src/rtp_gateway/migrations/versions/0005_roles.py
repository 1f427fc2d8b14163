"""Each process gets a role of its own, which may do what it does and nothing else. What erases an event makes
its thin form itself.

The processes of the release before go on as the role that they shared, until `prepare` finds none of them connected.
"""

from alembic import op

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_grants_2, build_script

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(build_grants_2("rtp_gateway", background="delivery"))
    op.execute(build_script(CLIENTS_AND_EVENTS))
    op.execute(build_script(SUBSCRIPTIONS))
    op.execute(build_script(CALLS))
    op.execute(build_script(FUNCTIONS))
    op.execute(build_script(ERASE_EVENT))


# Who may what of the platform, only the operator says; a secret's hash is for whoever hands out tokens.
CLIENTS_AND_EVENTS = """
    GRANT SELECT ON clients TO rtp_gateway_web;
    GRANT SELECT (client_id, organisation, scopes, active, revision) ON clients TO rtp_gateway_delivery;
    GRANT SELECT, INSERT, UPDATE (name, organisation, secret_hash, scopes, active) ON clients TO rtp_gateway_operator;
    GRANT SELECT ON events TO rtp_gateway_web, rtp_gateway_delivery;
    GRANT INSERT (event_id, type, case_id, source, sequence, readers, body, hash, about, correlation_id)
        ON events TO rtp_gateway_delivery;
"""

# Where events go and whose they are, only the subscriber says; the delivery process says how it fares.
SUBSCRIPTIONS = """
    GRANT SELECT, INSERT, UPDATE ON subscriptions TO rtp_gateway_web;
    GRANT SELECT, UPDATE (status, version, sequence, event_hash, changed_at, ended_at, failures, failing_since,
        rests_until, paced_until, disabled_at, probe_at, queue_closed_at) ON subscriptions TO rtp_gateway_delivery;
    GRANT SELECT, INSERT, UPDATE ON deliveries TO rtp_gateway_web, rtp_gateway_delivery;
    GRANT SELECT, UPDATE (answer) ON attempts TO rtp_gateway_web;
    GRANT SELECT, INSERT, DELETE ON attempts TO rtp_gateway_delivery;
    GRANT SELECT, INSERT, UPDATE ON queue_requests TO rtp_gateway_web;
    GRANT SELECT, INSERT, UPDATE, DELETE ON queue_requests TO rtp_gateway_delivery;
"""

CALLS = """
    GRANT SELECT, INSERT ON calls TO rtp_gateway_web;
    GRANT SELECT (client_id, at), DELETE ON calls TO rtp_gateway_delivery;
"""

FUNCTIONS = """
    REVOKE ALL ON FUNCTION events_in_order, events_notify, deliveries_notify, deliveries_notify_made, clients_revise,
        clients_stay FROM PUBLIC;
"""

# The one change that an event may see is made by the owner's rights, so what the event becomes is no argument: whoever
# calls this says which event and when. The attributes are kept as they are, in their order (`rendering.thin_out`).
ERASE_EVENT = f"""
    DROP FUNCTION erase_event(bigint, bytea, timestamptz);
    CREATE FUNCTION erase_event(erased_position bigint, at timestamptz) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        IF ('system' = ANY ({CURRENT_IDENTITIES})) IS NOT TRUE THEN
            RAISE insufficient_privilege USING MESSAGE = 'only the system erases events';
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
    REVOKE ALL ON FUNCTION erase_event FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION erase_event TO rtp_gateway_web, rtp_gateway_delivery;
"""  # noqa: S608 - of our own words
