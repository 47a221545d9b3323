-- name: schema_rights
-- Who may do what with the objects of the current schema, with itself and whose they are, as far as
-- it is not what the server gives to a new object of the schema's owner: see rights.h. `preset` is what
-- the server gives, `beyond` what a role has besides, and what of that it may pass on.
-- row: schema_right
WITH mine AS MATERIALIZED (
    SELECT n.oid AS space, n.nspowner, n.nspacl,
           CASE WHEN pg_has_role(r.role, 'MEMBER') THEN r.role
                ELSE (SELECT oid FROM pg_roles WHERE rolname = current_user) END AS owner
    FROM pg_namespace n
    JOIN pg_database d ON d.datname = current_database()
    CROSS JOIN LATERAL (
        SELECT CASE n.nspowner WHEN (SELECT oid FROM pg_roles WHERE rolname = 'pg_database_owner')
                               THEN d.datdba ELSE n.nspowner END AS role) r
    WHERE n.nspname = current_schema()),
relation AS MATERIALIZED (
    SELECT c.*, quote_ident(c.relname) AS named, o.deptype, o.qualified
    FROM mine
    JOIN pg_class c ON c.relnamespace = space AND c.relkind IN ('r', 'v', 'S')
    LEFT JOIN LATERAL (
        SELECT d.deptype, format('%I.%I', t.relname, a.attname) AS qualified
        FROM pg_depend d
        JOIN pg_class t ON t.oid = d.refobjid
        JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE c.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.objid = c.oid
          AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')) o ON true
    WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass
                                                AND e.objid = c.oid AND e.deptype = 'e')),
routine AS MATERIALIZED (
    SELECT p.*, format('%I(%s)', proname, pg_get_function_identity_arguments(p.oid)) AS named
    FROM mine
    JOIN pg_proc p ON p.pronamespace = space
    WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass
                                                AND e.objid = p.oid AND e.deptype = 'e')),
object AS MATERIALIZED (
    SELECT relowner AS owner, relacl AS acl,
           acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner) AS preset,
           CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS target, named, '' AS part,
           CASE WHEN deptype = 'i' THEN 'column' WHEN relkind = 'r' THEN 'table'
                WHEN relkind = 'v' THEN 'view' ELSE 'sequence' END AS word,
           CASE WHEN deptype = 'i' THEN qualified ELSE named END AS special
    FROM relation
    UNION ALL
    SELECT c.relowner, a.attacl, acldefault('c', c.relowner), 'TABLE', c.named,
           quote_ident(a.attname), CASE c.relkind WHEN 'r' THEN 'column' ELSE 'view' END,
           CASE c.relkind WHEN 'r' THEN format('%s.%I', c.named, a.attname) ELSE c.named END
    FROM relation c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT proowner, proacl, acldefault('f', proowner), 'ROUTINE', named, '', 'function', named
    FROM routine
    UNION ALL
    SELECT nspowner, nspacl, acldefault('n', nspowner), 'SCHEMA', '', '', 'schema', ''
    FROM mine),
given AS (
    SELECT o.*, x.*
    FROM object o CROSS JOIN LATERAL aclexplode(coalesce(o.acl, o.preset)) x
    WHERE x.grantee <> o.owner OR x.grantor <> o.owner),
beyond AS (
    SELECT g.*, false AS option FROM given g
    WHERE NOT EXISTS (SELECT FROM aclexplode(g.preset) x
                      WHERE x.grantee = g.grantee AND x.privilege_type = g.privilege_type)
    UNION ALL
    SELECT g.*, true FROM given g WHERE g.is_grantable),
lacking AS (
    SELECT o.*, x.*
    FROM object o CROSS JOIN LATERAL aclexplode(o.preset) x
    WHERE NOT EXISTS (SELECT FROM aclexplode(coalesce(o.acl, o.preset)) y
                      WHERE x.grantee = y.grantee AND x.privilege_type = y.privilege_type)),
owned AS (
    SELECT CASE relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' ELSE 'sequence' END AS word,
           CASE relkind WHEN 'r' THEN 'TABLE' WHEN 'v' THEN 'VIEW' ELSE 'SEQUENCE' END AS target,
           named, relowner AS owner
    FROM relation WHERE deptype IS NULL
    UNION ALL
    SELECT 'function', 'ROUTINE', named, proowner FROM routine)
SELECT 'right' AS kind, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS role,
       '' AS holder, privilege_type AS privilege, part, target, named AS name, word, special,
       option AS grantable, CASE WHEN grantor = owner THEN '' ELSE grantor::regrole::text END AS giver
FROM beyond
UNION ALL
SELECT 'denial', CASE grantee WHEN 0 THEN 'PUBLIC' ELSE 'owner' END,
       CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, privilege_type, part, target,
       named, word, special, false, ''
FROM lacking
UNION ALL
SELECT 'owned', '', o.owner::regrole::text, '', '', o.target, o.named, o.word, o.named, false,
       CASE WHEN pg_has_role(o.owner, 'MEMBER') THEN mine.owner::regrole::text ELSE '' END
FROM owned o CROSS JOIN mine
WHERE o.owner <> mine.owner
ORDER BY kind, role, privilege, part, name, grantable, giver, holder, target, special

-- name: schema_default_rights
-- What ALTER DEFAULT PRIVILEGES makes of the rights to what this role creates in public: for each right a
-- statement (parent) that takes that back, none for what is confined to public, and one (line) that brings it
-- about in the schema :space.
-- row: schema_object
WITH given AS MATERIALIZED (
    SELECT defaclnamespace <> 0 AS within, defaclacl AS acl,
           CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES'
                              WHEN 'T' THEN 'TYPES' ELSE 'SCHEMAS' END AS object,
           CASE defaclnamespace WHEN 0 THEN
               acldefault(CASE defaclobjtype WHEN 'S' THEN 's' ELSE defaclobjtype END, defaclrole)
           END AS preset
    FROM pg_default_acl
    WHERE defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)
      AND defaclnamespace IN (0, to_regnamespace('public'))),
changed AS (
    SELECT within, object, true AS gives, x.* FROM given, aclexplode(acl) x
    WHERE is_grantable OR NOT EXISTS (SELECT FROM aclexplode(preset) y
                                      WHERE y.grantee = x.grantee AND y.privilege_type = x.privilege_type)
    UNION ALL
    SELECT within, object, false, x.* FROM given, aclexplode(preset) x
    WHERE NOT EXISTS (SELECT FROM aclexplode(acl) y
                      WHERE y.grantee = x.grantee AND y.privilege_type = x.privilege_type)),
worded AS (
    SELECT *, format('%s ON %s ', privilege_type, object) AS what,
           CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS who
    FROM changed)
SELECT object,
       CASE WHEN NOT within THEN
           concat('ALTER DEFAULT PRIVILEGES ', CASE WHEN gives THEN 'REVOKE ' ELSE 'GRANT ' END, what,
                  CASE WHEN gives THEN 'FROM ' ELSE 'TO ' END, who) END AS parent,
       concat('ALTER DEFAULT PRIVILEGES ', 'IN SCHEMA ' || CASE WHEN within THEN :space END || ' ',
              CASE WHEN gives THEN 'GRANT ' ELSE 'REVOKE ' END, what,
              CASE WHEN gives THEN 'TO ' ELSE 'FROM ' END, who,
              CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END) AS line
FROM worded
