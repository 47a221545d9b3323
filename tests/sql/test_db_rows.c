// What becomes of rows: values, NULLs, data that does not fit, records that do not fit.
#include "tests/sql/database.h"

#include <sys/wait.h>

#include "base/when.h"
#include "sql/tokens.h"

/* Loads token `id` over a connection with these settings. */
static enum status load_token(struct arena *a, const char *more, int32_t id, struct token *out) {
    struct db *db = db_new("test", arena_printf(a, "%s %s", test_conninfo, more));
    struct load l = {.arena = a};
    struct rows rows;
    token_one(&l, id, &record_token, &rows);
    enum status status = db_run(db, &l);
    assert_int_equal(status, l.status);
    db_free(db); /* the rows live in the arena, not in the connection */
    if (status == OK && rows.n == 1)
        *out = *(struct token *)rows.at;
    else if (status == OK)
        status = NOT_FOUND;
    return status;
}

static void every_value_arrives(void **state) {
    (void)state;
    struct arena *a = arena_new();
    struct token t;
    admin_do("INSERT INTO tokens VALUES (201, 'Größe 漢字 😀', 'S', '12.50', 2, E'two\\nlines', "
             "'https://example.org/i.png', '0xc0', 'testnet', '0xab', 'failed', "
             "'2024-02-29 23:59:59.123456', '2024-03-01', 8, 'elsewhere', '0001-01-01', "
             "'9999-12-31 23:59:59', '0x"
             "11111111111111111111111111111111"
             "11111111111111111111111111111111"
             "', '{\"b\": [1, null], \"a\": \"\\u00e9\"}', '"
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')");
    assert_int_equal(load_token(a, "", 201, &t), OK);
    assert_int_equal(t.id, 201);
    assert_int_equal(t.creator_id, 2);
    assert_string_equal(t.name, "Größe 漢字 😀");
    assert_string_equal(t.supply, "12.50");
    assert_string_equal(t.description, "two\nlines");
    assert_string_equal(t.creator_address, "ckt12");
    assert_true(t.decimals.set);
    assert_int_equal(t.decimals.value, 8);
    assert_string_equal(t.type_script, "{\"a\": \"é\", \"b\": [1, null]}");
    assert_int_equal(t.created_at, INT64_C(1709251199123456));
    assert_int_equal(t.updated_at, INT64_C(1709251200000000));
    assert_int_equal(t.chain_time, INT64_C(-62135596800000000));
    assert_int_equal(t.verified_at, INT64_C(253402300799000000));
    arena_free(a);
}

static void null_is_absent(void **state) {
    (void)state;
    struct arena *a = arena_new();
    struct token t;
    assert_int_equal(load_token(a, "", 1, &t), OK);
    assert_null(t.description);
    assert_null(t.icon_url);
    assert_null(t.type_script);
    assert_null(t.origin);
    assert_false(t.decimals.set);
    assert_int_equal(t.chain_time, WHEN_NONE);
    assert_int_equal(t.verified_at, WHEN_NONE);
    assert_string_equal(t.supply, "");
    assert_int_equal(load_token(a, "", 4711, &t), NOT_FOUND);
    arena_free(a);
}

/* A view that stands in front of the table gives what the table cannot hold. */
static void view_with(const char *column, const char *expression) {
    struct arena *a = arena_new();
    admin_do("DROP SCHEMA IF EXISTS bad CASCADE; CREATE SCHEMA bad;"
             "CREATE TABLE bad.kept AS SELECT *, id AS key FROM public.tokens WHERE id < 4");
    admin_do(arena_printf(a, "ALTER TABLE bad.kept DROP COLUMN %s", column));
    admin_do(arena_printf(a, "CREATE VIEW bad.tokens AS SELECT t.*, %s AS %s FROM bad.kept t",
                          expression, column));
    arena_free(a);
}

static void bad_data_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *column, *expression;
        enum status status;
    } cases[] = {
        {"created_at", "timestamp '2024-01-01'", OK}, /* the view itself is sound */
        {"updated_at", "'infinity'::timestamp", OK},  /* no calendar has these: shown as absent */
        {"updated_at", "'-infinity'::timestamp", OK},
        {"updated_at", "'0044-03-15 BC'::timestamp", OK},
        {"updated_at", "'12024-01-01'::timestamp", OK},
        {"creator_id", "1::bigint", FAILED}, /* of a type that may not fit */
        {"name", "NULL::text", OK},
        {"creator_id", "NULL::int", NOT_FOUND}, /* has no user to join */
        {"chain_time", "now()", FAILED},        /* a time with a zone has another text */
        {"name", "key", FAILED},
        {"type_script", "'{}'::text", FAILED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena *a = arena_new();
        struct token t;
        view_with(cases[i].column, cases[i].expression);
        enum status status = load_token(a, "options='-c search_path=bad,public'", 2, &t);
        if (status != cases[i].status)
            fail_msg("%s as %s: status %d", cases[i].expression, cases[i].column, (int)status);
        if (strcmp(cases[i].column, "updated_at") == 0)
            assert_true(t.updated_at == WHEN_NONE);
        arena_free(a);
    }
    admin_do("DROP SCHEMA bad CASCADE");
}

/* NULL where the struct has no way to say so: a count(*) of ours comes before PostgreSQL's. */
static void null_that_cannot_be_is_refused(void **state) {
    (void)state;
    struct arena *a = arena_new();
    const char *options = "options='-c search_path=bad,pg_catalog,public'";
    struct db *db = db_new("test", arena_printf(a, "%s %s", test_conninfo, options));
    struct load l = {.arena = a};
    struct rows out;
    admin_do(
        "CREATE SCHEMA bad; CREATE FUNCTION bad.nothing(bigint) RETURNS bigint LANGUAGE sql AS "
        "'SELECT NULL::bigint'; CREATE AGGREGATE bad.count(*) (sfunc = bad.nothing, stype = "
        "bigint)");
    token_total(&l, &(struct token_filter){0}, 0, &record_total, &out);
    assert_int_equal(db_run(db, &l), FAILED);
    assert_int_equal(out.n, 0);
    admin_do("DROP SCHEMA bad CASCADE");
    db_free(db);
    arena_free(a);
}

static void a_limit_between_two_literals(void **state) {
    (void)state;
    struct arena *a = arena_new();
    struct db *db = db_new("test", test_conninfo);
    static const int32_t limits[] = {1, 10, 11, 12, 50, 99};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct load l = {.arena = a};
        struct rows out;
        struct sql_call *c =
            load_add(&l, SQL_TOKEN_LIST, SHAPE_TOKEN_LIST_AFTER, limits[i], &record_token, &out);
        sql_value_int(&l, c, "after", 100);
        assert_int_equal(db_run(db, &l), OK);
        assert_int_equal(out.n, limits[i]);
        assert_int_equal(((struct token *)out.at)[limits[i] - 1].id, 100 - limits[i]);
    }
    db_free(db);
    arena_free(a);
}

/* -- bugs end the process --------------------------------------------------------------------- */

static void no_such_shape(struct load *l, struct rows *out) {
    load_add(l, SQL_TOKEN_LIST, SHAPE_TOKEN_LIST_AFTER | SHAPE_TOKEN_LIST_BEFORE, 10, &record_token,
             out);
}

static void no_such_limit(struct load *l, struct rows *out) {
    load_add(l, SQL_TOKEN_LIST, 0, 102, &record_token, out);
}

static void no_such_parameter(struct load *l, struct rows *out) {
    sql_value(load_add(l, SQL_TOKEN_ONE, 0, 0, &record_token, out), "idd", "1");
}

static void no_value(struct load *l, struct rows *out) {
    struct db *db = db_new("test", test_conninfo);
    load_add(l, SQL_TOKEN_ONE, 0, 0, &record_token, out);
    (void)db_run(db, l);
}

static void wrong_record(struct load *l, struct rows *out) {
    load_add(l, SQL_TOKEN_ONE, 0, 0, &record_transaction, out);
}

static void too_many_calls(struct load *l, struct rows *out) {
    for (int i = 0; i <= LOAD_CALLS_MAX; i++)
        load_add(l, SQL_TOKEN_ONE, 0, 0, &record_token, out);
}

static void bugs_end_the_process(void **state) {
    (void)state;
    static void (*const bugs[])(struct load *, struct rows *) = {
        no_such_shape, no_such_limit, no_such_parameter, no_value, wrong_record, too_many_calls};
    for (size_t i = 0; i < sizeof bugs / sizeof bugs[0]; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            struct load l = {.arena = arena_new()};
            struct rows out;
            bugs[i](&l, &out);
            _exit(0);
        }
        int how;
        assert_int_equal(waitpid(pid, &how, 0), pid);
        assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGABRT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_arrives),
        cmocka_unit_test(null_is_absent),
        cmocka_unit_test(bad_data_is_refused),
        cmocka_unit_test(null_that_cannot_be_is_refused),
        cmocka_unit_test(a_limit_between_two_literals),
        cmocka_unit_test(bugs_end_the_process),
    };
    return cmocka_run_group_tests(tests, database_make, database_drop);
}
