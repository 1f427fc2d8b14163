"""Clients with keys of their own, that expire, and that an administrator of their organisation manages.

A process that runs the former code knows no keys, no expiry and no revoked token: the promises hold once the last of
them is replaced.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LOCK = 0x52_54_50_04
TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("clients", sa.Column("keys", JSONB(none_as_null=True)))
    op.add_column("clients", sa.Column("keys_url", TEXT))
    op.add_column("clients", sa.Column("expires_at", INSTANT))
    op.add_column("clients", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    _create_changes()
    _create_tokens()
    for part in (REVISIONS, MANAGERS, GRANTS):
        op.execute(build_script(part))


def _create_changes() -> None:
    op.create_table(
        "client_changes",
        sa.Column("id", sa.Uuid(), server_default=sa.func.uuidv7(), nullable=False),
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.Column("change", TEXT, nullable=False),
        sa.Column("facts", JSONB(), nullable=False),
        sa.Column("changed_by", TEXT, nullable=False),
        sa.Column("person", TEXT),
        sa.Column("changed_at", INSTANT, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_client_changes"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.client_id"], name="fk_client_changes_client_id"),
    )
    op.create_index("ix_client_changes_client_id", "client_changes", ["client_id", "id"])


def _create_tokens() -> None:
    op.create_table(
        "used_assertions",
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("jti_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("client_id", "jti_hash", name="pk_used_assertions"),
    )
    op.create_table(
        "revoked_tokens",
        sa.Column("token_id", TEXT, nullable=False),
        sa.Column("client_id", TEXT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("token_id", name="pk_revoked_tokens"),
    )
    op.create_index("ix_revoked_tokens_revision", "revoked_tokens", ["revision"])
    op.create_index("ix_revoked_tokens_expires_at", "revoked_tokens", ["expires_at"])
    op.create_index("ix_used_assertions_expires_at", "used_assertions", ["expires_at"])


# Revisions become visible in order: one transaction at a time takes one. Those of tokens never come twice, though
# tokens that have expired are deleted.
REVISIONS = f"""
    CREATE OR REPLACE FUNCTION clients_revise() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock({LOCK});
        NEW.revision := (SELECT coalesce(max(revision), 0) + 1 FROM clients);
        IF TG_OP = 'UPDATE' THEN
            NEW.generation := OLD.generation + (OLD.active AND NOT NEW.active)::int;
            NEW.version := OLD.version + 1;
        END IF;
        RETURN NEW;
    END $$;
    CREATE SEQUENCE revoked_tokens_revision;
    CREATE FUNCTION revoked_tokens_revise() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock({LOCK + 0x10});
        NEW.revision := nextval('public.revoked_tokens_revision');
        RETURN NEW;
    END $$;
    CREATE TRIGGER revoked_tokens_revise BEFORE INSERT ON revoked_tokens
        FOR EACH ROW EXECUTE FUNCTION revoked_tokens_revise();
    REVOKE ALL ON FUNCTION revoked_tokens_revise FROM PUBLIC;
"""  # noqa: S608 - a constant of ours

# The web process changes clients as their manager, and never beyond what that manager is registered for: whoever takes
# the process over makes no client that may more. The operator's command changes whatever it is told.
MANAGERS = f"""
    CREATE FUNCTION may_manage(their_organisation uuid, their_scopes text[]) RETURNS boolean
        LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
        SELECT session_user <> 'rtp_gateway_web' OR EXISTS (
            SELECT FROM public.clients m
            WHERE 'client:' || m.client_id = ANY ({CURRENT_IDENTITIES}) AND m.active
              AND (m.expires_at IS NULL OR m.expires_at > now()) AND 'clients:manage' = ANY (m.scopes)
              AND (their_organisation IS NULL OR m.organisation = their_organisation)
              AND their_scopes <@ m.scopes)
    $$;
    CREATE FUNCTION clients_managed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    DECLARE allowed boolean;
    BEGIN
        allowed := CASE WHEN TG_LEVEL = 'STATEMENT' THEN public.may_manage(NULL, '{{}}')
                        WHEN TG_OP = 'INSERT' THEN public.may_manage(NEW.organisation, NEW.scopes)
                        ELSE public.may_manage(OLD.organisation, OLD.scopes)
                             AND public.may_manage(NEW.organisation, NEW.scopes) END;
        IF NOT allowed THEN
            RAISE insufficient_privilege USING MESSAGE = 'permission denied: no manager of this client changes it';
        END IF;
        RETURN NEW;
    END $$;
    CREATE FUNCTION former_secrets_managed() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        IF NOT EXISTS (SELECT FROM public.clients c WHERE c.client_id = coalesce(NEW.client_id, OLD.client_id)
                       AND public.may_manage(c.organisation, c.scopes)) THEN
            RAISE insufficient_privilege USING MESSAGE = 'permission denied: no manager of this client does that';
        END IF;
        RETURN coalesce(NEW, OLD);
    END $$;
    CREATE TRIGGER clients_managed_at_all BEFORE INSERT OR UPDATE ON clients
        FOR EACH STATEMENT EXECUTE FUNCTION clients_managed();
    CREATE TRIGGER clients_managed BEFORE INSERT OR UPDATE ON clients
        FOR EACH ROW EXECUTE FUNCTION clients_managed();
    CREATE TRIGGER former_secrets_managed BEFORE INSERT OR UPDATE OR DELETE ON former_secrets
        FOR EACH ROW EXECUTE FUNCTION former_secrets_managed();
    REVOKE ALL ON FUNCTION may_manage, clients_managed, former_secrets_managed FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION may_manage TO rtp_gateway_web, rtp_gateway_operator;
    ALTER TABLE client_changes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own_rows ON client_changes
        USING (ARRAY['org:' || organisation, 'system'] && {CURRENT_IDENTITIES});
"""  # noqa: S608 - of our own words

GRANTS = """
    GRANT INSERT (client_id, name, organisation, secret_hash, scopes, active, created_at, keys, keys_url, expires_at),
        UPDATE (name, secret_hash, scopes, active, keys, keys_url, expires_at) ON clients TO rtp_gateway_web;
    GRANT UPDATE (keys, keys_url, expires_at) ON clients TO rtp_gateway_operator;
    GRANT SELECT (expires_at) ON clients TO rtp_gateway_delivery;
    GRANT INSERT, UPDATE (holds_until), DELETE ON former_secrets TO rtp_gateway_web;
    GRANT SELECT, INSERT ON client_changes TO rtp_gateway_web;
    GRANT SELECT, INSERT ON client_changes TO rtp_gateway_operator;
    GRANT SELECT, INSERT ON used_assertions, revoked_tokens TO rtp_gateway_web;
    GRANT SELECT (expires_at), DELETE ON used_assertions, revoked_tokens TO rtp_gateway_delivery;
"""
