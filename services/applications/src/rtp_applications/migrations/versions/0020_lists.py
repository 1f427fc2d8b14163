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
    for script in (SEEK, build_walk(), FIND, WALLS, TRIGGERS, CATCH_UP.format(began=int(began or 0))):
        op.execute(build_script(script))


# What changes from now on has this position or a later one.
BEGAN = "SELECT ahead + pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM change_clock"

# The group's own client is never barred from its own draft.
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

# What is typed is folded once, not for each statement and each of the two questions.
SEEK = """
    CREATE FUNCTION seek_typed(typed text, readers text[], OUT sought tsquery, OUT by_all tsquery)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp AS $body$
    DECLARE
        typed_words text[] := ARRAY(SELECT list_words(typed));
        reader text; word text; stem text; either text; for_all text; for_side text; of_all text[]; of_side text[];
    BEGIN
        IF typed_words = '{}' THEN RETURN; END IF;
        FOREACH reader IN ARRAY readers LOOP
            for_all := NULL; for_side := NULL;
            FOREACH word IN ARRAY typed_words LOOP
                stem := (ts_lexize('english_stem', word))[1];
                stem := CASE WHEN length(stem) > 2 THEN stem ELSE word END;
                either := format('''%1$s=%2$s'':* | ''%1$s=%3$s'':*', mark_reader(reader), word, stem);
                for_all := concat_ws(' & ', for_all, '(' || either || ')');
                for_side := concat_ws(' & ', for_side, '(' || either || ' | ' || replace(either, '=', '+') || ')');
            END LOOP;
            of_all := of_all || ('(' || for_all || ')'); of_side := of_side || ('(' || for_side || ')');
        END LOOP;
        by_all := array_to_string(of_all, ' | ')::tsquery; sought := array_to_string(of_side, ' | ')::tsquery;
    END $body$;
    CREATE TYPE found_entry AS (
        reader text, case_id uuid, group_reader text, of_group boolean, barred text[], for_all boolean);
    CREATE FUNCTION find_some_search_entries(sought tsquery, by_all tsquery, past uuid, rising boolean, most integer)
    RETURNS SETOF found_entry LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $body$
        SELECT e.reader, e.case_id, e.group_reader, e.of_group, e.barred, e.words @@ by_all FROM search_entries e
        WHERE e.words @@ sought AND CASE WHEN rising THEN e.case_id > past ELSE e.case_id < past END
          AND e.reader = ANY (IDENTITIES)
          AND (e.of_group OR NOT (e.group_reader = ANY (IDENTITIES) OR e.barred && IDENTITIES))
        LIMIT most
    $body$;
""".replace("IDENTITIES", CURRENT_IDENTITIES)

WALK = """
    IF ASKED AND rising = RISES THEN
        RETURN QUERY SELECT DISTINCT each.case_id FROM unnest(readers) mine(reader), LATERAL (
            SELECT e.case_id FROM list_entries e
            WHERE e.reader = mine.reader AND e.case_id PAST past CONDITIONS AND NOT e.barred && readers
            ORDER BY e.case_id ORDERED LIMIT most
        ) each ORDER BY 1 ORDERED LIMIT most;
        RETURN;
    END IF;
"""


def build_walk() -> str:
    """Build the function that takes the first of the readers' cases, narrowed by what has an index in their order."""
    falling = WALK.replace("RISES", "false").replace("ORDERED", "DESC").replace("PAST", "<")
    each_way = falling + WALK.replace("RISES", "true").replace("ORDERED", "ASC").replace("PAST", ">")
    branches = [_narrow(each_way, by) for by in ("sector", "region", "route", None)]
    return f"""
    CREATE FUNCTION walk_list_entries(readers text[], past uuid, rising boolean, most integer,
        wanted_route text, wanted_sector text, wanted_region text)
    RETURNS TABLE (case_id uuid) LANGUAGE plpgsql STABLE ROWS 50
    SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $body$
    BEGIN {"".join(branches)} END $body$;
    """


def _narrow(walk: str, by: str | None) -> str:
    """Narrow a walk by a column whose index it takes, and by the others as far as they are asked for."""
    asked, condition = (f"wanted_{by} IS NOT NULL", f"AND e.{by} = wanted_{by}") if by else ("true", "")
    for other in NARROWED:
        if other != by:
            condition += f" AND (wanted_{other} IS NULL OR e.{other} = wanted_{other})"
    return walk.replace("ASKED", asked).replace("CONDITIONS", condition)


HELD = """p.case_id = e.case_id AND p.person = asked_by AND p.valid_from <= today
    AND (p.valid_to IS NULL OR p.valid_to >= today)
    AND (p.holder = e.group_reader OR (NOT e.group_reader = ANY (readers) AND p.holder = ANY (readers)))"""
IS_OUTSIDE = f"""(EXISTS (SELECT FROM case_parties p WHERE {HELD})
    AND NOT EXISTS (SELECT FROM case_parties p WHERE {HELD} AND p.role <> ALL (outside)))"""  # noqa: S608 - our own words
ONES_OWN = "e.reader = ANY (readers) AND (e.of_group OR NOT (e.group_reader = ANY (readers) OR e.barred && readers))"
# The next few cases in their order, each with whether the words are in it.
LOOK = f"""
    SELECT count(*), (array_agg(n.case_id ORDER BY n.case_id ORDERED))[1],
        (array_agg(n.case_id ORDER BY n.case_id BACKWARDS))[1],
        array_agg(n.case_id ORDER BY n.case_id ORDERED) FILTER (WHERE n.found)
    INTO seen, first, reached, more
    FROM (SELECT each.case_id, bool_or(each.found) AS found FROM unnest(readers) mine(reader), LATERAL (
            SELECT e.case_id, CASE WHEN NOT e.words @@ q.sought THEN false WHEN e.words @@ q.by_all THEN true
                ELSE NOT {IS_OUTSIDE} END AS found
            FROM search_entries e
            WHERE e.reader = mine.reader AND {ONES_OWN} AND e.case_id PAST past
            ORDER BY e.case_id ORDERED LIMIT step
        ) each GROUP BY 1 ORDER BY 1 ORDERED LIMIT step) n;
"""  # noqa: S608 - of our own words
RISING = LOOK.replace("ORDERED", "ASC").replace("BACKWARDS", "DESC").replace("PAST", ">")
FALLING = LOOK.replace("ORDERED", "DESC").replace("BACKWARDS", "ASC").replace("PAST", "<")
# It looks at the first few. Of n cases a share p has the words: to go on so takes wanted / p steps, and the index tells
# of p * n cases, each for about a third of a step. The cheaper way is taken. Where the index tells of more than were
# thought, the order is followed for a while before all are taken.
FIND = f"""
    CREATE FUNCTION estimate_rest(readers text[], seen integer, first uuid, reached uuid, rising boolean)
    RETURNS float LANGUAGE sql STABLE SET search_path = public, pg_temp AS $body$
        SELECT seen * abs(extract(epoch FROM uuid_extract_timestamp(w.case_id) - uuid_extract_timestamp(reached)))
            / greatest(abs(extract(epoch FROM uuid_extract_timestamp(reached) - uuid_extract_timestamp(first))), 0.001)
        FROM walk_list_entries(readers, CASE WHEN rising THEN 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid
            ELSE '00000000-0000-0000-0000-000000000000'::uuid END, NOT rising, 1, NULL, NULL, NULL) w
    $body$;
    CREATE FUNCTION find_first_cases(typed text, readers text[], asked_by text, today date, outside text[],
        past uuid, rising boolean, wanted integer, sampled integer, most integer)
    RETURNS TABLE (case_id uuid) LANGUAGE plpgsql STABLE ROWS 50
    SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $body$
    DECLARE
        q record; page uuid[] := '{{}}'; more uuid[]; taken found_entry[];
        step integer := sampled; seen integer; walked integer := 0; bound integer; first uuid; reached uuid;
    BEGIN
        q := seek_typed(typed, readers);
        IF q.sought IS NULL THEN RETURN; END IF;
        LOOP
            IF rising THEN {RISING} ELSE {FALLING} END IF;
            page := page || coalesce(more, '{{}}'); walked := walked + seen;
            IF cardinality(page) >= wanted OR seen < step THEN
                RETURN QUERY SELECT unnest(page[1 : wanted]);
                RETURN;
            END IF;
            past := reached;
            bound := CASE WHEN taken IS NOT NULL THEN 2 * most
                WHEN bound IS NOT NULL THEN bound
                WHEN cardinality(page) ^ 2 * estimate_rest(readers, seen, first, reached, rising)
                    >= 3.0 * (wanted - cardinality(page)) * walked ^ 2 THEN 2 * most
                ELSE 0 END;
            IF walked >= bound THEN
                EXIT WHEN taken IS NOT NULL;
                taken := ARRAY(SELECT f FROM find_some_search_entries(q.sought, q.by_all, past, rising, most + 1) f);
                EXIT WHEN cardinality(taken) <= most;
            END IF;
            step := least(1000, walked);
        END LOOP;
        IF cardinality(taken) > most THEN
            taken := ARRAY(SELECT f FROM find_some_search_entries(q.sought, q.by_all, past, rising, NULL) f);
        END IF;
        more := ARRAY(SELECT DISTINCT e.case_id FROM unnest(taken) e
            WHERE {ONES_OWN} AND (e.for_all OR NOT {IS_OUTSIDE}) ORDER BY 1);
        IF NOT rising THEN more := array_reverse(more); END IF;
        RETURN QUERY SELECT unnest((page || more)[1 : wanted]);
    END $body$;
"""  # noqa: S608 - of our own words

WALLS = f"""
    ALTER TABLE list_entries ENABLE ROW LEVEL SECURITY;
    CREATE POLICY ones_own ON list_entries FOR SELECT USING (
        reader = ANY ({CURRENT_IDENTITIES}) AND NOT barred && {CURRENT_IDENTITIES});
    GRANT SELECT ON list_entries TO rtp_applications_web;
    REVOKE EXECUTE ON FUNCTION refresh_list_entries, find_some_search_entries, walk_list_entries, find_first_cases,
        estimate_rest, seek_typed FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION find_some_search_entries, walk_list_entries, find_first_cases, estimate_rest,
        seek_typed TO rtp_applications_web;
"""  # noqa: S608 - of our own words

TRIGGERS = """
    CREATE TRIGGER refresh_list_entries_of_new AFTER INSERT OR DELETE ON cases
        FOR EACH ROW EXECUTE FUNCTION refresh_list_entries();
    CREATE TRIGGER refresh_list_entries_of_changed AFTER UPDATE ON cases FOR EACH ROW
        WHEN ((OLD.readers, OLD.body_readers, OLD.submitted_at IS NULL, OLD.route, OLD.sector, OLD.region)
            IS DISTINCT FROM
            (NEW.readers, NEW.body_readers, NEW.submitted_at IS NULL, NEW.route, NEW.sector, NEW.region))
        EXECUTE FUNCTION refresh_list_entries();
"""

# Nobody deletes a case.
CATCH_UP = """
    DELETE FROM list_entries e USING case_changes c WHERE c.position >= {began} AND e.case_id = c.case_id;
    INSERT INTO list_entries SELECT e.* FROM current_list_entries e, case_changes c
        WHERE c.position >= {began} AND e.case_id = c.case_id;
"""
