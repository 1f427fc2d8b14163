"""An index for lists and search: what each reader finds of each case, in rows of the reader's own.

An entry's words begin with a mark of its reader, so that one lookup in the index finds what one reader may find and
touches nothing of another's. Triggers make the entries, as the tables' owner, in the transaction of the change: no
process writes them. Processes of the release before know nothing of it, and go on.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from rtp_shared.messaging_tables import CURRENT_IDENTITIES, build_script

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TEXT = sa.Text()
ONES_OWN = f"""(
    reader = ANY ({CURRENT_IDENTITIES})
    AND (of_group OR NOT (group_reader = ANY ({CURRENT_IDENTITIES}) OR barred && {CURRENT_IDENTITIES})))
"""
"""The group's own client never is on another side, and who is barred from a draft is so whatever else it is."""


def upgrade() -> None:
    op.create_table(
        "search_entries",
        sa.Column("reader", TEXT, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("of_group", sa.Boolean(), nullable=False),
        sa.Column("group_reader", TEXT, nullable=False),
        sa.Column("barred", ARRAY(TEXT), nullable=False),
        sa.Column("words", TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("reader", "case_id", name="pk_search_entries"),
    )
    # Written at once rather than by whoever searches next.
    op.create_index(
        "ix_search_entries_words", "search_entries", ["words"],
        postgresql_using="gin", postgresql_with={"fastupdate": "off"},
    )  # fmt: skip
    for name in ("suspended", "escalated_at"):
        op.create_index(f"ix_cases_{name}", "cases", ["id"], postgresql_where=sa.text(f"{name} IS NOT NULL"))
    for name in ("sector", "region"):
        op.create_index(f"ix_cases_{name}_id", "cases", [name, "id"])
    submitted = sa.text("submitted_at IS NOT NULL")
    op.create_index("ix_cases_submitted_at_id", "cases", ["submitted_at", "id"], postgresql_where=submitted)
    for script in (WORDS, SOUGHT, ENTRIES, REFRESH, TRIGGERS, WALLS):
        op.execute(build_script(script))
    op.execute("INSERT INTO search_entries SELECT * FROM current_search_entries")


# `rtp_shared.names.fold` in SQL. A word that its stem does not begin, as "library" has "librari", has the stem besides.
WORDS = r"""
    CREATE FUNCTION fold_words(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
        SELECT btrim(regexp_replace(regexp_replace(replace(lower(regexp_replace(normalize(translate(said,
            U&'\0027\0060\00b4\02b9\02bb\02bc\2018\2019\201b\2032\ff07', ''), NFKD),
            '[\u0300-\u036f]+', '', 'g')), '&', ' and '),
            '[\s!-/:-@\[-`{-~\u00a1-\u00bf\u2000-\u206f\ufeff]+', ' ', 'g'), '\msaint\M', 'st', 'g'))
    $body$;
    CREATE FUNCTION list_words(said text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
        SELECT DISTINCT left(word, 40) FROM regexp_split_to_table(fold_words(said), ' ') word WHERE word <> ''
    $body$;
    CREATE FUNCTION list_lexemes(said text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$
        WITH words AS MATERIALIZED (SELECT word FROM list_words(said) word)
        SELECT ARRAY(SELECT word FROM words UNION
            SELECT stem FROM words, unnest(ts_lexize('english_stem', word)) stem WHERE NOT starts_with(word, stem))
    $body$;
    CREATE FUNCTION mark_reader(reader text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
        SELECT left(md5(reader), 8)
    $body$;
"""

# Each word, or what it begins, among all that a reader finds, or only among what everybody finds who knows the case.
SOUGHT = """
    CREATE FUNCTION seek_words(typed text, readers text[], for_all boolean) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
        WITH sought AS (
            SELECT place, beginning FROM (
                SELECT row_number() OVER () AS place, word FROM list_words(typed) word) words,
                LATERAL (SELECT word UNION
                    SELECT stem FROM unnest(ts_lexize('english_stem', word)) stem WHERE length(stem) > 2
                ) beginnings(beginning)
        ), of_reader AS (
            SELECT reader, place, string_agg(format('''%s%s%s'':*', mark_reader(reader), kind, beginning), ' | ')
                AS either
            FROM sought, unnest(readers) reader, unnest(CASE WHEN for_all THEN '{=}' ELSE '{=,+}' END::text[]) kind
            GROUP BY reader, place
        ), whole AS (
            SELECT string_agg('(' || either || ')', ' & ') AS every_word FROM of_reader GROUP BY reader
        )
        SELECT string_agg('(' || every_word || ')', ' | ')::tsquery FROM whole
    $body$;
"""

# What everybody finds stands under "=", what one side finds besides under "+". Not in it: names of people, what people
# wrote of a barrier that is not disclosed, and what is on file as a record.
ENTRIES = """
    CREATE VIEW current_search_entries AS
    SELECT reader, c.id AS case_id, reader = 'client:' || c.opened_by AS of_group,
           'client:' || c.opened_by AS group_reader,
           CASE WHEN c.submitted_at IS NULL THEN c.body_readers ELSE '{}'::text[] END AS barred,
           array_to_tsvector(ARRAY(
               SELECT mark_reader(reader) || '=' || word FROM unnest(for_all.words) word UNION ALL
               SELECT mark_reader(reader) || '+' || word FROM unnest(CASE
                   WHEN reader = 'client:' || c.opened_by THEN besides.of_group
                   WHEN reader = ANY (c.body_readers) THEN besides.of_bodies END) word
           )) AS words
    FROM cases c
    CROSS JOIN LATERAL (
        SELECT string_agg(d.title, ' ') FILTER (WHERE open) AS for_all,
               string_agg(d.title, ' ') FILTER (WHERE audience = 'everybody' AND NOT open) AS of_group,
               string_agg(d.title, ' ') FILTER (WHERE d.disclosed_from IS NOT NULL AND NOT open) AS of_bodies
        FROM (SELECT *, audience = 'everybody' AND confidentiality IN ('public', 'internal')
                  AND (c.submitted_at IS NULL OR disclosed_from IS NOT NULL) AS open
              FROM documents WHERE case_id = c.id) d
    ) titles
    CROSS JOIN LATERAL (
        SELECT list_lexemes(concat_ws(' ', c.service_name, c.summary, titles.for_all,
            (SELECT string_agg(b.description, ' ') FROM barriers b WHERE b.case_id = c.id AND b.disclosed))) AS words
    ) for_all
    CROSS JOIN LATERAL (
        SELECT list_lexemes(titles.of_group) AS of_group, list_lexemes(titles.of_bodies) AS of_bodies
    ) besides
    CROSS JOIN LATERAL unnest(c.readers) reader
    WHERE reader <> 'system';
"""

# Whoever writes a document or a barrier beside another waits here, and then sees what the other wrote.
REFRESH = """
    CREATE FUNCTION refresh_search_entries(changed uuid) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = public, pg_temp AS $body$
        INSERT INTO search_entries AS e SELECT * FROM current_search_entries WHERE case_id = changed
        ON CONFLICT (reader, case_id) DO UPDATE SET of_group = excluded.of_group, group_reader = excluded.group_reader,
            barred = excluded.barred, words = excluded.words
        WHERE (e.of_group, e.group_reader, e.barred, e.words)
            IS DISTINCT FROM (excluded.of_group, excluded.group_reader, excluded.barred, excluded.words)
    $body$;
    CREATE FUNCTION refresh_entries_of_case() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $body$ BEGIN
        IF TG_OP <> 'INSERT' THEN
            DELETE FROM search_entries WHERE case_id = OLD.id AND reader = ANY (OLD.readers)
                AND (TG_OP = 'DELETE' OR NOT reader = ANY (NEW.readers));
        END IF;
        IF TG_OP <> 'DELETE' THEN PERFORM refresh_search_entries(NEW.id); END IF;
        RETURN NULL;
    END $body$;
    CREATE FUNCTION refresh_entries_of_part() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $body$
    DECLARE changed uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.case_id ELSE NEW.case_id END;
    BEGIN
        PERFORM FROM cases WHERE id = changed FOR NO KEY UPDATE;
        PERFORM refresh_search_entries(changed);
        RETURN NULL;
    END $body$;
"""

TRIGGERS = """
    CREATE TRIGGER refresh_entries_of_new AFTER INSERT OR DELETE ON cases
        FOR EACH ROW EXECUTE FUNCTION refresh_entries_of_case();
    CREATE TRIGGER refresh_entries_of_changed AFTER UPDATE ON cases FOR EACH ROW
        WHEN ((OLD.readers, OLD.body_readers, OLD.opened_by, OLD.submitted_at IS NULL, OLD.service_name, OLD.summary)
            IS DISTINCT FROM
            (NEW.readers, NEW.body_readers, NEW.opened_by, NEW.submitted_at IS NULL, NEW.service_name, NEW.summary))
        EXECUTE FUNCTION refresh_entries_of_case();
    CREATE TRIGGER refresh_entries_of_new AFTER INSERT OR DELETE ON documents
        FOR EACH ROW EXECUTE FUNCTION refresh_entries_of_part();
    CREATE TRIGGER refresh_entries_of_changed AFTER UPDATE ON documents FOR EACH ROW
        WHEN ((OLD.title, OLD.audience, OLD.confidentiality, OLD.disclosed_from IS NULL)
            IS DISTINCT FROM (NEW.title, NEW.audience, NEW.confidentiality, NEW.disclosed_from IS NULL))
        EXECUTE FUNCTION refresh_entries_of_part();
    CREATE TRIGGER refresh_entries_of_new AFTER INSERT ON barriers
        FOR EACH ROW WHEN (NEW.disclosed) EXECUTE FUNCTION refresh_entries_of_part();
    CREATE TRIGGER refresh_entries_of_changed AFTER UPDATE ON barriers FOR EACH ROW
        WHEN ((OLD.description, OLD.disclosed) IS DISTINCT FROM (NEW.description, NEW.disclosed))
        EXECUTE FUNCTION refresh_entries_of_part();
    CREATE TRIGGER refresh_entries_of_gone AFTER DELETE ON barriers
        FOR EACH ROW WHEN (OLD.disclosed) EXECUTE FUNCTION refresh_entries_of_part();
"""

# Row-level security lets no operator use an index that might tell of rows in an error, and matching words is one of
# those. So the index is asked by a function of the owner's, which has the policy's condition in it.
WALLS = f"""
    ALTER TABLE search_entries ENABLE ROW LEVEL SECURITY;
    CREATE POLICY ones_own ON search_entries FOR SELECT USING ({ONES_OWN});
    GRANT SELECT ON search_entries TO rtp_applications_web;
    CREATE FUNCTION find_search_entries(sought tsquery, by_all tsquery)
    RETURNS TABLE (reader text, case_id uuid, of_group boolean, group_reader text, barred text[], for_all boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $body$
        SELECT e.reader, e.case_id, e.of_group, e.group_reader, e.barred, e.words @@ by_all FROM search_entries e
        WHERE e.words @@ sought AND {ONES_OWN.replace("reader = ANY", "e.reader = ANY", 1)}
    $body$;
    REVOKE EXECUTE ON FUNCTION refresh_search_entries(uuid), refresh_entries_of_case(), refresh_entries_of_part(),
        find_search_entries(tsquery, tsquery) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION find_search_entries(tsquery, tsquery), seek_words(text, text[], boolean),
        list_words(text), fold_words(text), mark_reader(text) TO rtp_applications_web;
"""  # noqa: S608 - of our own words
