"""SQL about a row `c` of clients: as whom it sees, and whether it may be sent events."""

IDENTITIES = """(ARRAY['client:' || c.client_id, 'org:' || c.organisation] || ARRAY(
    SELECT 'scope:' || scope FROM unnest(c.scopes) AS scope WHERE scope LIKE '%:oversee'))"""
"""Its identities, as those of a `rtp_shared.identities.Principal`."""

MAY_SUBSCRIBE = """(c.active AND (c.expires_at IS NULL OR c.expires_at > now())
    AND 'subscriptions:write' = ANY (c.scopes))"""
"""The condition that the client may have subscriptions: they do not go on without the scope."""
