"""Lists narrowed by sector, region or route in their order, and a search that is planned once and goes by an estimate.

A narrow row for each reader and case holds what does not change with the status. It is filled while processes write;
the triggers, which keep writers out until the end of the transaction, come after that, and then only what was changed
meanwhile is made anew. Processes of the release before know nothing of it, and go on.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TEXT = sa.Text()
CODE = sa.String(64)
NARROWED = ("route", "sector", "region")


def upgrade() -> None:
    op.create_table(
        "list_entries",
        sa.Column("reader", TEXT, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("barred", ARRAY(TEXT), nullable=False),
        sa.Column("route", CODE, nullable=False),
        sa.Column("sector", CODE),
        sa.Column("region", TEXT),
    )
    op.execute(build_script(MADE))
    began = op.get_bind().scalar(sa.text(BEGAN))
    op.execute("INSERT INTO list_entries SELECT * FROM current_list_entries")
    op.create_primary_key("pk_list_entries", "list_entries", ["reader", "case_id"])
    for name in NARROWED:
        op.create_index(f"ix_list_entries_reader_{name}_case_id", "list_entries", ["reader", name, "case_id"])
    op.execute("ANALYZE list_entries")
    for script in (SEEK, build_walk(), build_find(), WALLS, TRIGGERS):
        op.execute(build_script(script))
    op.execute(build_script(CATCH_UP.format(began=int(began or 0))))


MADE = """
    CREATE VIEW current_list_entries AS
    SELECT reader, c.id AS case_id,
           CASE WHEN c.submitted_at IS NULL AND reader <> 'client:' || c.opened_by THEN c.body_readers
               ELSE '{}'::text[] END AS barred,
           c.route, c.sector, c.region
    FROM cases c CROSS JOIN LATERAL unnest(c.readers) reader WHERE reader <> 'system';

    CREATE FUNCTION refresh_list_entries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $body$ BEGIN
        IF TG_OP <> 'INSERT' THEN
            DELETE FROM list_entries WHERE case_id = OLD.id AND reader = ANY (OLD.readers)
                AND (TG_OP = 'DELETE' OR NOT reader = ANY (NEW.readers));
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO list_entries SELECT * FROM current_list_entries WHERE case_id = NEW.id
            ON CONFLICT (reader, case_id) DO UPDATE SET barred = excluded.barred, route = excluded.route,
                sector = excluded.sector, region = excluded.region;
        END IF;
        RETURN NULL;
    END $body$;
"""

# The words are folded once, not for each statement and each of the two questions.
SEEK = """
    CREATE FUNCTION seek_typed(typed text, readers text[], OUT sought tsquery, OUT by_all tsquery)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp AS $body$
    DECLARE
        typed_words text[] := ARRAY(SELECT list_words(typed));
        reader text; word text; stem text; mark text; all_words text; side_words text; whole text[]; of_all text[];
    BEGIN
        IF typed_words = '{}' THEN RETURN; END IF;
        FOREACH reader IN ARRAY readers LOOP
            mark := mark_reader(reader); all_words := NULL; side_words := NULL;
            FOREACH word IN ARRAY typed_words LOOP
                stem := (ts_lexize('english_stem', word))[1];
                stem := CASE WHEN length(stem) > 2 THEN stem ELSE word END;
                all_words := concat_ws(' & ', all_words,
                    format('(''%1$s=%2$s'':* | ''%1$s=%3$s'':*)', mark, word, stem));
                side_words := concat_ws(' & ', side_words,
                    format('(''%1$s=%2$s'':* | ''%1$s=%3$s'':* | ''%1$s+%2$s'':* | ''%1$s+%3$s'':*)', mark, word, stem));
            END LOOP;
            of_all := of_all || ('(' || all_words || ')'); whole := whole || ('(' || side_words || ')');
        END LOOP;
        by_all := array_to_string(of_all, ' | ')::tsquery; sought := array_to_string(whole, ' | ')::tsquery;
    END $body$;
    CREATE FUNCTION find_some_search_entries(sought tsquery, by_all tsquery, past uuid, rising boolean, most integer)
    RETURNS TABLE (reader text, case_id uuid, group_reader text, of_group boolean, barred text[], for_all boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $body$
        SELECT e.reader, e.case_id, e.group_reader, e.of_group, e.barred, e.words @@ by_all FROM search_entries e
        WHERE e.words @@ sought AND CASE WHEN rising THEN e.case_id > past ELSE e.case_id < past END
          AND e.reader = ANY (IDENTITIES)
          AND (e.of_group OR NOT (e.group_reader = ANY (IDENTITIES) OR e.barred && IDENTITIES))
        LIMIT most
    $body$;
""".replace("IDENTITIES", CURRENT_IDENTITIES)


def build_walk() -> str:
    """Build the function that takes the first of the readers' cases, narrowed by what has an index in their order."""
    branches = ""
    for name in (*NARROWED[1:], NARROWED[0], None):
        for rises in (True, False):
            asked = f"wanted_{name} IS NOT NULL" if name else "true"
            branches += f"""
            IF {asked} AND rising = {rises} THEN
                RETURN QUERY SELECT DISTINCT each.case_id FROM unnest(readers) mine(reader), LATERAL (
                    SELECT e.case_id FROM list_entries e
                    WHERE e.reader = mine.reader AND e.case_id {">" if rises else "<"} past
                      {f"AND e.{name} = wanted_{name}" if name else ""}
                      {"".join(_narrow(other) for other in NARROWED if other != name)}
                      AND NOT e.barred && readers
                    ORDER BY e.case_id {"ASC" if rises else "DESC"} LIMIT most
                ) each ORDER BY 1 {"ASC" if rises else "DESC"} LIMIT most;
                RETURN;
            END IF;"""
    return f"""
    CREATE FUNCTION walk_list_entries(readers text[], past uuid, rising boolean, most integer,
        wanted_route text, wanted_sector text, wanted_region text)
    RETURNS TABLE (case_id uuid) LANGUAGE plpgsql STABLE ROWS 50
    SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $body$
    BEGIN {branches}
    END $body$;
    """


def _narrow(name: str) -> str:
    return f" AND (wanted_{name} IS NULL OR e.{name} = wanted_{name})"


IS_OUTSIDE = """(EXISTS (SELECT FROM case_parties p WHERE HELD)
    AND NOT EXISTS (SELECT FROM case_parties p WHERE HELD AND p.role <> ALL (outside)))"""
HELD = """p.case_id = e.case_id AND p.person = asked_by AND p.valid_from <= today
    AND (p.valid_to IS NULL OR p.valid_to >= today)
    AND (p.holder = e.group_reader OR (NOT e.group_reader = ANY (readers) AND p.holder = ANY (readers)))"""
ONES_OWN = "e.reader = ANY (readers) AND (e.of_group OR NOT (e.group_reader = ANY (readers) OR e.barred && readers))"


def build_find() -> str:
    """Build the function that finds the first cases by words.

    It looks at the first few. Where many of these have the words, it goes on so; otherwise it asks the index, which
    tells all that have them. Where these turn out to be many, it goes on by the order for a while before it takes all.
    """
    steps = "".join(
        f"""
        IF rising = {rises} THEN
            SELECT count(*), {"max" if rises else "min"}(n.case_id::text)::uuid,
                array_agg(n.case_id ORDER BY n.case_id {order}) FILTER (WHERE n.found)
            INTO seen, reached, more
            FROM (SELECT each.case_id, bool_or(each.found) AS found FROM unnest(readers) mine(reader), LATERAL (
                    SELECT e.case_id, CASE WHEN NOT e.words @@ q.sought THEN false WHEN e.words @@ q.by_all THEN true
                        ELSE NOT {IS_OUTSIDE} END AS found
                    FROM search_entries e
                    WHERE e.reader = mine.reader AND {ONES_OWN} AND e.case_id {">" if rises else "<"} past
                    ORDER BY e.case_id {order} LIMIT step
                ) each GROUP BY 1 ORDER BY 1 {order} LIMIT step) n;
        END IF;"""
        for rises, order in ((True, "ASC"), (False, "DESC"))
    )
    by_index = f"""
        SELECT array_agg(f.case_id ORDER BY CASE WHEN rising THEN f.case_id END, f.case_id DESC) INTO more FROM (
            SELECT DISTINCT e.case_id FROM unnest(taken) e WHERE {ONES_OWN} AND (e.for_all OR NOT {IS_OUTSIDE})) f;
    """
    return f"""
    CREATE TYPE found_entry AS (
        reader text, case_id uuid, group_reader text, of_group boolean, barred text[], for_all boolean);
    CREATE FUNCTION find_first_cases(typed text, readers text[], asked_by text, today date, outside text[],
        past uuid, rising boolean, wanted integer, sampled integer)
    RETURNS TABLE (case_id uuid) LANGUAGE plpgsql STABLE ROWS 50
    SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $body$
    DECLARE
        q record; page uuid[] := '{{}}'; more uuid[]; taken found_entry[];
        step integer := sampled; seen integer; walked integer := 0; reached uuid;
        most constant integer := 2500; bound integer;
    BEGIN
        q := seek_typed(typed, readers);
        IF q.sought IS NULL THEN RETURN; END IF;
        LOOP
            {steps}
            page := page || coalesce(more, '{{}}'); walked := walked + seen;
            IF cardinality(page) >= wanted OR seen < step THEN
                RETURN QUERY SELECT unnest(page[1 : wanted]);
                RETURN;
            END IF;
            past := reached;
            bound := CASE WHEN taken IS NOT NULL THEN 5000 WHEN cardinality(page) * 7 >= walked THEN 2000 ELSE 0 END;
            IF walked >= bound THEN
                EXIT WHEN taken IS NOT NULL;
                taken := ARRAY(SELECT (f.reader, f.case_id, f.group_reader, f.of_group, f.barred, f.for_all)::found_entry
                    FROM find_some_search_entries(q.sought, q.by_all, past, rising, most + 1) f);
                EXIT WHEN cardinality(taken) <= most;
            END IF;
            step := least(1000, greatest(sampled, walked));
        END LOOP;
        IF cardinality(taken) > most THEN
            taken := ARRAY(SELECT (f.reader, f.case_id, f.group_reader, f.of_group, f.barred, f.for_all)::found_entry
                FROM find_some_search_entries(q.sought, q.by_all, past, rising, NULL) f);
        END IF;
        {by_index}
        RETURN QUERY SELECT unnest((page || coalesce(more, '{{}}'))[1 : wanted]);
    END $body$;
    """.replace("HELD", HELD)


WALLS = f"""
    ALTER TABLE list_entries ENABLE ROW LEVEL SECURITY;
    CREATE POLICY ones_own ON list_entries FOR SELECT USING (
        reader = ANY ({CURRENT_IDENTITIES}) AND NOT barred && {CURRENT_IDENTITIES});
    GRANT SELECT ON list_entries TO rtp_applications_web;
    REVOKE EXECUTE ON FUNCTION refresh_list_entries, find_some_search_entries, walk_list_entries, find_first_cases,
        seek_typed FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION find_some_search_entries, walk_list_entries, find_first_cases, seek_typed
        TO rtp_applications_web;
"""

TRIGGERS = """
    CREATE TRIGGER refresh_list_entries_of_new AFTER INSERT OR DELETE ON cases
        FOR EACH ROW EXECUTE FUNCTION refresh_list_entries();
    CREATE TRIGGER refresh_list_entries_of_changed AFTER UPDATE ON cases FOR EACH ROW
        WHEN ((OLD.readers, OLD.body_readers, OLD.opened_by, OLD.submitted_at IS NULL, OLD.route, OLD.sector, OLD.region)
            IS DISTINCT FROM
            (NEW.readers, NEW.body_readers, NEW.opened_by, NEW.submitted_at IS NULL, NEW.route, NEW.sector, NEW.region))
        EXECUTE FUNCTION refresh_list_entries();
"""

# What changes from now on has this position or a later one. Nobody deletes a case.
BEGAN = "SELECT ahead + pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM change_clock"
CATCH_UP = """
    DELETE FROM list_entries e USING case_changes c WHERE c.position >= {began} AND e.case_id = c.case_id;
    INSERT INTO list_entries SELECT e.* FROM current_list_entries e, case_changes c
        WHERE c.position >= {began} AND e.case_id = c.case_id;
"""
