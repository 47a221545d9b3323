// Transactions of a caller that waits.
#include "tests/sql/database.h"

#include "sql/import.h"
#include "sql/tokens.h"

static struct arena *arena;
static struct db *db;
static struct load load;

static int begin(void **state) {
    (void)state;
    arena = arena_new();
    db = db_new("test", test_conninfo);
    load = (struct load){.arena = arena};
    return 0;
}

static int end(void **state) {
    (void)state;
    db_free(db);
    arena_free(arena);
    return 0;
}

static enum status add_user(const char *address) {
    load_clear(&load);
    import_users(&load,
                 arena_printf(arena, "[{\"user_address\": \"%s\", \"reserved\": false}]", address));
    return db_run(db, &load);
}

/* A statement that the server refuses: this is no JSON. */
static enum status add_nonsense(void) {
    load_clear(&load);
    import_users(&load, "nonsense");
    return db_run(db, &load);
}

static void expect_users(const char *like, int n) {
    admin_do(
        arena_printf(arena,
                     "DO $$ BEGIN ASSERT (SELECT count(*) FROM users WHERE wallet_address LIKE "
                     "'%s') = %d; END $$",
                     like, n));
}

static void commit_keeps(void **state) {
    (void)state;
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(add_user("commit1"), OK);
    expect_users("commit%", 0); /* nobody else sees it yet */
    assert_int_equal(add_user("commit2"), OK);
    assert_int_equal(db_commit(db), OK);
    expect_users("commit%", 2);
    assert_int_equal(add_user("commit3"), OK); /* outside: at once */
    expect_users("commit%", 3);
}

static void rollback_forgets(void **state) {
    (void)state;
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(add_user("back1"), OK);
    db_rollback(db);
    expect_users("back%", 0);
    assert_int_equal(db_begin(db), OK); /* and the connection is of use again */
    assert_int_equal(add_user("back2"), OK);
    assert_int_equal(db_commit(db), OK);
    expect_users("back%", 1);
}

static void an_error_ends_the_transaction(void **state) {
    (void)state;
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(add_user("error1"), OK);
    assert_int_equal(add_nonsense(), FAILED);
    assert_int_equal(add_user("error2"), FAILED); /* not sent: the outcome is known */
    assert_int_equal(db_commit(db), FAILED);
    expect_users("error%", 0);
    assert_int_equal(add_user("error3"), OK);
    expect_users("error%", 1);
}

static void an_empty_transaction(void **state) {
    (void)state;
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(db_commit(db), OK);
    assert_int_equal(db_begin(db), OK);
    db_rollback(db);
    assert_int_equal(add_user("empty1"), OK);
}

static void kill_backends(void) {
    admin_do("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
             "WHERE datname = current_database() AND application_name = 'sitaminter test'");
}

/* Half of a transaction is never run again over another connection. */
static void a_lost_connection_loses_the_transaction(void **state) {
    (void)state;
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(add_user("lost1"), OK);
    kill_backends();
    assert_int_equal(add_user("lost2"), BUSY);
    assert_int_equal(add_user("lost3"), BUSY);
    assert_int_equal(db_commit(db), BUSY);
    expect_users("lost%", 0);
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(add_user("lost4"), OK);
    assert_int_equal(db_commit(db), OK);
    expect_users("lost%", 1);
}

static void a_connection_lost_at_commit(void **state) {
    (void)state;
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(add_user("atcommit"), OK);
    kill_backends();
    assert_int_equal(db_commit(db), BUSY);
    expect_users("atcommit", 0);
    assert_int_equal(add_user("aftercommit"), OK);
}

/* A unique value that another transaction takes first is the caller's conflict. */
static void a_conflict(void **state) {
    (void)state;
    admin_do("ALTER TABLE users ADD CONSTRAINT only_short CHECK (length(wallet_address) < 50);"
             "CREATE UNIQUE INDEX first_letters ON users (left(wallet_address, 4)) "
             "WHERE wallet_address LIKE 'conf%'");
    assert_int_equal(add_user("conflict1"), OK);
    assert_int_equal(add_user("conflict2"), CONFLICT);
    assert_int_equal(
        add_user("longer than the fifty bytes that this check, only of the test, permits"), FAILED);
    admin_do("DROP INDEX first_letters; ALTER TABLE users DROP CONSTRAINT only_short");
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(commit_keeps),
        T(rollback_forgets),
        T(an_error_ends_the_transaction),
        T(an_empty_transaction),
        T(a_lost_connection_loses_the_transaction),
        T(a_connection_lost_at_commit),
        T(a_conflict),
    };
    return cmocka_run_group_tests(tests, database_make, database_drop);
}
