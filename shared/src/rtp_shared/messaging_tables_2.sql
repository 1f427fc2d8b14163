-- Frozen: this is what the migrations ran that gave each process a role of its own. A change needs a new file.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {service}_web, {service}_{background}, {service}_operator;
-- What a later migration makes, nobody may use until it says who.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
REVOKE ALL ON FUNCTION outbox_notify FROM PUBLIC;

-- Whoever publishes writes an event and can neither read nor change it afterwards: others' drafts wait there too.
GRANT INSERT (event_id, type, case_id, readers, body) ON outbox TO {service}_web, {service}_{background};
GRANT SELECT, UPDATE (attempts, retry_at, published_at), DELETE ON outbox TO {service}_{background};
GRANT SELECT, INSERT (event_id, type), DELETE ON inbox TO {service}_{background};
GRANT SELECT, INSERT ON stored_answers TO {service}_web;
GRANT SELECT (stored_at), DELETE ON stored_answers TO {service}_{background};
