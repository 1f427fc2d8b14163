-- Frozen: this is what the first migrations ran. A change of the tables needs a new file and new migrations.
CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_outbox PRIMARY KEY,
    event_id uuid NOT NULL CONSTRAINT uq_outbox_event_id UNIQUE,
    type text NOT NULL,
    case_id uuid NOT NULL,
    readers text[] NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    retry_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz
);
CREATE INDEX ix_outbox_waiting ON outbox (position) WHERE published_at IS NULL;
CREATE INDEX ix_outbox_waiting_by_case ON outbox (case_id, position) WHERE published_at IS NULL;
CREATE INDEX ix_outbox_published_at ON outbox (published_at);
CREATE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER outbox_notify AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION outbox_notify();

CREATE TABLE inbox (
    event_id uuid CONSTRAINT pk_inbox PRIMARY KEY,
    type text NOT NULL,
    handled_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE stored_answers (
    client_id text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status integer NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_stored_answers PRIMARY KEY (client_id, key)
);
CREATE INDEX ix_stored_answers_stored_at ON stored_answers (stored_at);
ALTER TABLE stored_answers ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_answers ON stored_answers USING (
    ('client:' || client_id) = ANY (string_to_array(current_setting('rtp.readers', true), ' '))
    OR 'system' = ANY (string_to_array(current_setting('rtp.readers', true), ' '))
);
