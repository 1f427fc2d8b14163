"""What a database's catalogue says of who may do what in it, as lines that a test compares with a written list."""

from collections.abc import Sequence
from typing import Any

import asyncpg

# One query each; every row is a line. Privileges that an owner has as the owner are left out: it may do anything.
_ROLES = """
    SELECT format('role %s: %s%s', rolname, concat_ws(' ',
        CASE WHEN rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
        CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
        CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
        CASE WHEN rolreplication THEN 'REPLICATION' END, array_to_string(rolconfig, ' ')),
        coalesce((SELECT ', member of ' || string_agg(roleid::regrole::text, ', ' ORDER BY roleid::regrole::text)
                  FROM pg_auth_members WHERE member = r.oid), ''))
    FROM pg_roles r WHERE starts_with(rolname, current_database() || '_') ORDER BY rolname
"""
_DATABASE = """
    SELECT format('database %s of %s', datname, datdba::regrole), datacl, datdba, 'd'
    FROM pg_database WHERE datname = current_database()
"""
_SCHEMAS = """
    SELECT format('schema %s of %s', nspname, nspowner::regrole), nspacl, nspowner, 'n' FROM pg_namespace
    WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' ORDER BY nspname
"""
_DEFAULTS = """
    SELECT format('what %s will make of kind %s%s', defaclrole::regrole, defaclobjtype,
                  CASE WHEN defaclnamespace <> 0 THEN ' in ' || defaclnamespace::regnamespace END),
           defaclacl, defaclrole, defaclobjtype::text
    FROM pg_default_acl ORDER BY 1
"""
_RELATIONS = """
    SELECT format('%s %s of %s%s%s', CASE relkind WHEN 'r' THEN 'table' WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view'
                  ELSE 'relation of kind ' || relkind::text END, relname, relowner::regrole,
                  CASE WHEN relrowsecurity THEN ', row security' END,
                  CASE WHEN relforcerowsecurity THEN ', also for its owner' END),
           relacl, relowner, CASE relkind WHEN 'S' THEN 's' ELSE 'r' END, oid
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind NOT IN ('i', 'I', 't', 'c')
    ORDER BY relkind = 'S', relname
"""
_COLUMNS = """
    SELECT attname, format_type(atttypid, atttypmod), attacl FROM pg_attribute
    WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attname
"""
_POLICIES = """
    SELECT format('policy %s for %s, %s, to %s, using (%s), with check (%s)', polname, polcmd,
                  CASE WHEN polpermissive THEN 'permissive' ELSE 'restrictive' END,
                  (SELECT string_agg(CASE each WHEN 0 THEN 'PUBLIC' ELSE each::regrole::text END, ', ')
                   FROM unnest(polroles) AS each),
                  regexp_replace(pg_get_expr(polqual, polrelid), '\\s+', ' ', 'g'),
                  regexp_replace(pg_get_expr(polwithcheck, polrelid), '\\s+', ' ', 'g'))
    FROM pg_policy WHERE polrelid = $1 ORDER BY polname
"""
_TRIGGERS = """
    SELECT regexp_replace(pg_get_triggerdef(oid), '\\s+', ' ', 'g')
    FROM pg_trigger WHERE tgrelid = $1 AND NOT tgisinternal ORDER BY tgname
"""
_FUNCTIONS = """
    SELECT format('function %s of %s, %s%s', oid::regprocedure, proowner::regrole,
                  CASE WHEN prosecdef THEN 'by the rights of its owner' ELSE 'by the rights of its caller' END,
                  ', ' || array_to_string(proconfig, ' ')), proacl, proowner, 'f'
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY oid::regprocedure::text
"""
_TYPES = """
    SELECT format('type %s of %s', oid::regtype, typowner::regrole), typacl, typowner, 'T' FROM pg_type
    WHERE typnamespace = 'public'::regnamespace AND typrelid = 0 AND typcategory <> 'A' ORDER BY typname
"""
_OTHERS = """
    SELECT format('extension %s', extname) FROM pg_extension
    UNION ALL SELECT format('foreign server %s', srvname) FROM pg_foreign_server
    UNION ALL SELECT format('publication %s', pubname) FROM pg_publication
    UNION ALL SELECT format('event trigger %s', evtname) FROM pg_event_trigger
    UNION ALL SELECT format('large object %s', oid) FROM pg_largeobject_metadata
    ORDER BY 1
"""
# A catalogue's NULL stands for what PostgreSQL grants by itself, such as EXECUTE to everybody.
_GRANTS = """
    SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
           string_agg(privilege_type || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END, ', '
                      ORDER BY privilege_type)
    FROM aclexplode(coalesce($1::aclitem[], acldefault($3::text::"char", $2::oid))) WHERE grantee <> $2::oid
    GROUP BY 1 ORDER BY 1
"""
_COLUMN_GRANTS = """
    SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
           privilege_type || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END,
           string_agg(attname, ', ' ORDER BY attname)
    FROM pg_attribute, aclexplode(attacl)
    WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped GROUP BY 1, 2 ORDER BY 1, 2
"""


async def describe_catalogue(url: str) -> list[str]:
    """Return a line for each role, table, column, function, sequence, type and policy, and for each privilege."""
    connection = await asyncpg.connect(url)
    try:
        lines = [row[0] for row in await connection.fetch(_ROLES)]
        for query in (_DATABASE, _SCHEMAS, _DEFAULTS):
            lines += await _describe_granted(connection, query)
        for row in await connection.fetch(_RELATIONS):
            lines += ["", row[0], *await _describe_relation(connection, row)]
        lines.append("")
        for query in (_FUNCTIONS, _TYPES):
            lines += await _describe_granted(connection, query)
        return [*lines, *(row[0] for row in await connection.fetch(_OTHERS))]
    finally:
        await connection.close()


async def _describe_granted(connection: Any, query: str) -> list[str]:
    lines: list[str] = []
    for row in await connection.fetch(query):
        lines += [row[0], *await _describe_grants(connection, row[1:4])]
    return lines


async def _describe_grants(connection: Any, granted: Sequence[Any]) -> list[str]:
    """Return a line for each role but the owner that may do something with the object."""
    return [f"  {who}: {what}" for who, what in await connection.fetch(_GRANTS, *granted)]


async def _describe_relation(connection: Any, relation: Sequence[Any]) -> list[str]:
    oid = relation[4]
    columns = [f"{name} {kind}" for name, kind, _ in await connection.fetch(_COLUMNS, oid)]
    lines = [] if relation[3] == "s" else [f"  column {each}" for each in columns]
    lines += await _describe_grants(connection, relation[1:4])
    lines += [f"  {who}: {what} ({names})" for who, what, names in await connection.fetch(_COLUMN_GRANTS, oid)]
    for query in (_POLICIES, _TRIGGERS):
        lines += [f"  {row[0]}" for row in await connection.fetch(query, oid)]
    return lines
