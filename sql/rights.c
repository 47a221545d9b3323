#include "sql/rights.h"

#include <string.h>

#include "base/crypto.h"

enum { TEXT_MAX = 4 * 1024 * 1024 };

static const struct field right_fields[] = {
    FIELD_STORED(struct schema_right, kind, "kind", FIELD_TEXT),
    FIELD_STORED(struct schema_right, role, "role", FIELD_TEXT),
    FIELD_STORED(struct schema_right, holder, "holder", FIELD_TEXT),
    FIELD_STORED(struct schema_right, privilege, "privilege", FIELD_TEXT),
    FIELD_STORED(struct schema_right, part, "part", FIELD_TEXT),
    FIELD_STORED(struct schema_right, target, "target", FIELD_TEXT),
    FIELD_STORED(struct schema_right, name, "name", FIELD_TEXT),
    FIELD_STORED(struct schema_right, word, "word", FIELD_TEXT),
    FIELD_STORED(struct schema_right, special, "special", FIELD_TEXT),
    FIELD_STORED(struct schema_right, grantable, "grantable", FIELD_BOOL),
    FIELD_STORED(struct schema_right, giver, "giver", FIELD_TEXT),
};

const struct record record_schema_right = RECORD(schema_right, right_fields);

static const char mark[] = "rights of ";

enum status rights_read(struct admin *admin, struct arena *a, struct rows *out, struct text *why) {
    return admin_query(admin, a, SQL_SCHEMA_RIGHTS, NULL, 0, &record_schema_right, out, why);
}

static bool is(const struct schema_right *r, const char *kind) {
    return strcmp(r->kind, kind) == 0;
}

static bool of_schema(const struct schema_right *r) {
    return strcmp(r->word, "schema") == 0;
}

/* -- as facts --------------------------------------------------------------------------------- */

/* "SELECT (id) ON TABLE tokens" */
static const char *what(struct arena *a, const struct schema_right *r) {
    return arena_printf(a, "%s%s%s%s ON %s%s%s", r->privilege, *r->part ? " (" : "", r->part,
                        *r->part ? ")" : "", r->target, *r->name ? " " : "", r->name);
}

static const char *name_of(struct arena *a, const struct schema_right *r) {
    if (is(r, "owned"))
        return arena_printf(a, "%s %s", r->target, r->name);
    return arena_printf(a, "%s: %s%s%s%s%s", r->role, what(a, r),
                        r->grantable ? " WITH GRANT OPTION" : "", *r->giver ? " (from " : "",
                        r->giver, *r->giver ? ")" : "");
}

/* "GRANT OPTION FOR SELECT ON TABLE tokens" and "FROM sita_app" around the object; the schema goes
 * by whatever name it has where the statement runs. */
static const char *statement(struct arena *a, const struct schema_right *r, const char *verb,
                             const char *end) {
    const char *sql = arena_printf(a, "%s %s", verb, what(a, r));
    if (!of_schema(r))
        return arena_printf(a, "%s %s", sql, end);
    return arena_printf(
        a, "DO %s",
        facts_literal(
            a, arena_printf(a, "BEGIN EXECUTE concat(%s, quote_ident(current_schema), %s); END",
                            facts_literal(a, arena_printf(a, "%s ", sql)),
                            facts_literal(a, arena_printf(a, " %s", end)))));
}

static const char *grant(struct arena *a, const struct schema_right *r, const char *role) {
    return statement(a, r, "GRANT",
                     arena_printf(a, "TO %s%s", role, r->grantable ? " WITH GRANT OPTION" : ""));
}

static const char *revoke(struct arena *a, const struct schema_right *r, const char *role) {
    return statement(a, r, r->grantable ? "REVOKE GRANT OPTION FOR" : "REVOKE",
                     arena_printf(a, "FROM %s", role));
}

static const char *give(struct arena *a, const struct schema_right *r, const char *role) {
    return arena_printf(a, "ALTER %s %s OWNER TO %s", r->target, r->name, role);
}

static void statements(struct arena *a, struct schema_fact *f) {
    const struct schema_right *r = f->right;
    if (is(r, "owned")) {
        f->make = give(a, r, r->holder);
        f->unmake = *r->giver ? give(a, r, r->giver) : NULL;
        f->definition = r->holder;
    } else if (is(r, "denial")) {
        f->make = revoke(a, r, strcmp(r->role, "owner") == 0 ? "CURRENT_USER" : r->role);
        f->unmake = grant(a, r, r->holder);
    } else if (!*r->giver) {
        f->make = grant(a, r, r->role);
        f->unmake = revoke(a, r, r->role);
    }
}

struct schema_fact rights_fact(struct arena *a, const struct schema_right *right) {
    struct schema_fact f = {.kind = right->kind,
                            .parent = "",
                            .name = name_of(a, right),
                            .definition = "",
                            .type = "",
                            .special = right->special,
                            .preset = "",
                            .needs = "",
                            .right = right};
    statements(a, &f);
    return f;
}

struct rows rights_join(struct arena *a, const struct rows *facts, const struct rows *rights,
                        bool whole) {
    struct schema_fact *all = arena_array(a, facts->n + rights->n + 1, sizeof *all);
    size_t n = facts->n;
    if (n > 0)
        memcpy(all, facts->at, n * sizeof *all);
    for (size_t i = 0; i < rights->n; i++) {
        const struct schema_right *r = rows_at(&record_schema_right, rights, i);
        if (whole || !of_schema(r))
            all[n++] = rights_fact(a, r);
    }
    return (struct rows){.at = all, .n = n};
}

/* -- whose they are --------------------------------------------------------------------------- */

const char *rights_name(struct arena *a, const struct schema_right *right) {
    return arena_printf(a, "%s %s", right->kind, name_of(a, right));
}

static const char *rights_of(struct arena *a, const char *role) {
    return arena_printf(a, "%s%s", mark, role);
}

const char *rights_object(struct arena *a, const struct schema_right *right) {
    return arena_printf(a, "%s %s", right->word, right->special);
}

struct rows rights_roles(struct arena *a, const struct rows *declared, const struct rows *managed) {
    struct schema_line *lines = arena_array(a, declared->n + managed->n + 2, sizeof *lines);
    const struct schema_fact *f = declared->at;
    size_t n = 0;
    lines[n++].line = rights_of(a, "PUBLIC");
    lines[n++].line = rights_of(a, "owner");
    for (size_t i = 0; i < declared->n; i++)
        if (f[i].right && *f[i].right->role)
            lines[n++].line = rights_of(a, f[i].right->role);
    for (size_t i = 0; i < managed->n; i++) {
        const struct schema_line *m = rows_at(&record_schema_line, managed, i);
        if (strncmp(m->line, mark, sizeof mark - 1) == 0)
            lines[n++].line = m->line;
    }
    return schema_sorted(lines, n);
}

bool rights_foreign(struct arena *a, const struct schema_right *right, const struct rows *foreign,
                    const struct rows *roles) {
    if (schema_lists(foreign, rights_object(a, right)))
        return true;
    return !is(right, "owned") &&
           (*right->giver || !schema_lists(roles, rights_of(a, right->role)));
}

void rights_mark(struct arena *a, struct rows *live, const struct rows *foreign,
                 const struct rows *roles) {
    struct schema_fact *f = live->at;
    for (size_t i = 0; i < live->n; i++, f++)
        if (f->right)
            f->foreign = rights_foreign(a, f->right, foreign, roles);
}

static bool has_to_do_with(struct arena *a, const struct schema_right *r,
                           const struct rows *managed) {
    if (!of_schema(r) && !schema_lists(managed, rights_object(a, r)))
        return false;
    return is(r, "owned") || (!*r->giver && schema_lists(managed, rights_of(a, r->role)));
}

void rights_hash(char out[SCHEMA_HASH_SIZE], struct arena *a, const struct rows *rights,
                 const struct rows *managed) {
    struct text all = text_in(a, TEXT_MAX);
    uint8_t hash[32];
    for (size_t i = 0; i < rights->n; i++) {
        const struct schema_right *r = rows_at(&record_schema_right, rights, i);
        if (has_to_do_with(a, r, managed))
            text_printf(&all, "%s %s\n", rights_name(a, r), r->holder);
    }
    crypto_sha256(hash, text_str(&all), all.n);
    crypto_hex(out, hash, sizeof hash);
}
