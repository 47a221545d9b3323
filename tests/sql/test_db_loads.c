// Loads in an event loop: neighbours, slow queries, lost connections, changed tables.
#include "tests/sql/database.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#include "sql/bench.h"
#include "sql/import.h"
#include "sql/tokens.h"
#include "sql/transactions.h"

enum { MOST = 2000 };

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* One pass of an event loop, at most `most` ms. */
static void turn(struct db *db, int most) {
    struct pollfd p = {.revents = 0};
    int wait = db_tick(db);
    p.fd = db_socket(db, &p.events);
    if (poll(&p, 1, wait < 0 || wait > most ? most : wait) > 0)
        db_advance(db);
}

/* Turns until *counter reaches n. */
static void turn_until(struct db *db, const size_t *counter, size_t n, int deadline_ms) {
    int64_t end = now_ms() + deadline_ms;
    while (*counter < n) {
        if (now_ms() > end)
            fail_msg("%zu of %zu loads came back within %d ms", *counter, n, deadline_ms);
        turn(db, 50);
    }
}

static void turn_until_up(struct db *db, int deadline_ms) {
    int64_t end = now_ms() + deadline_ms;
    while (!db_is_up(db)) {
        if (now_ms() > end)
            fail_msg("not connected within %d ms", deadline_ms);
        turn(db, 50);
    }
}

struct one {
    int32_t one;
};
static const struct field one_fields[] = {
    FIELD_STORED(struct one, one, "one", FIELD_INT),
};
static const struct record record_one = RECORD(one, one_fields);

static struct arena *arena;
static struct load loads[MOST];
static struct rows out[MOST];
static size_t done;

static void count_done(void *owner, struct load *l) {
    assert_ptr_equal(owner, l);
    done++;
}

static int begin(void **state) {
    (void)state;
    arena = arena_new();
    done = 0;
    memset(loads, 0, sizeof loads);
    return 0;
}

static int end(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static struct db *connect_with(const char *more) {
    return db_new("test", arena_printf(arena, "%s %s", test_conninfo, more));
}

static void queue(struct db *db, size_t i) {
    loads[i].arena = arena;
    db_queue(db, &loads[i], &loads[i], count_done);
}

static void queue_token(struct db *db, size_t i, int32_t id) {
    loads[i].arena = arena;
    token_one(&loads[i], id, &record_token, &out[i]);
    queue(db, i);
}

static void queue_sleep(struct db *db, size_t i, int32_t ms) {
    loads[i].arena = arena;
    bench_sleep(&loads[i], ms, &record_one, &out[i]);
    queue(db, i);
}

static void run_all(struct db *db, size_t n, int deadline_ms) {
    db_flush(db);
    turn_until(db, &done, n, deadline_ms);
    assert_int_equal(done, n);
    assert_int_equal(db_waiting(db), 0);
}

static void expect_token(size_t i, int32_t id) {
    assert_int_equal(loads[i].status, OK);
    assert_int_equal(out[i].n, 1);
    assert_int_equal(((struct token *)out[i].at)->id, id);
}

/* Dividing by zero for every 7th token. */
static const char failing[] =
    "DROP SCHEMA IF EXISTS seven CASCADE; CREATE SCHEMA seven;"
    "CREATE VIEW seven.tokens AS SELECT id, name, symbol, supply,"
    " creator_id, description, icon_url, contract_address, network_id,"
    " tx_hash, status, created_at, updated_at, decimals / (id % 7) * 0"
    " + id / (id % 7) - id / (id % 7) AS decimals, origin, chain_time,"
    " verified_at, type_hash, type_script, icon_hash, state FROM public.tokens";

static void a_failure_does_not_touch_its_neighbours(void **state) {
    (void)state;
    admin_do(failing);
    admin_do("UPDATE tokens SET decimals = 1");
    struct db *db = connect_with("options='-c search_path=seven,public'");
    for (int round = 0; round < 3; round++) { /* statements not prepared yet, then prepared */
        memset(loads, 0, sizeof loads);
        done = 0;
        for (size_t i = 0; i < 32; i++)
            queue_token(db, i, (int32_t)i + 1);
        run_all(db, 32, 5000);
        for (size_t i = 0; i < 32; i++) {
            if ((i + 1) % 7 == 0)
                assert_int_equal(loads[i].status, FAILED);
            else
                expect_token(i, (int32_t)i + 1);
        }
    }
    assert_true(db_is_up(db));
    db_free(db);
    admin_do("DROP SCHEMA seven CASCADE; UPDATE tokens SET decimals = NULL");
}

static void a_query_that_cannot_be_prepared_fails_alone(void **state) {
    (void)state;
    admin_do("CREATE SCHEMA less; CREATE VIEW less.transactions AS SELECT 1 AS id");
    struct db *db = connect_with("options='-c search_path=less,public'");
    queue_token(db, 0, 1);
    loads[1].arena = arena;
    bench_transactions(&loads[1], 1, NULL, NULL);
    queue(db, 1);
    queue_token(db, 2, 2);
    run_all(db, 3, 5000);
    expect_token(0, 1);
    assert_int_equal(loads[1].status, FAILED);
    expect_token(2, 2);
    db_free(db);
    admin_do("DROP SCHEMA less CASCADE");
}

static void a_slow_query_is_ended(void **state) {
    (void)state;
    struct db *db = connect_with("options='-c statement_timeout=200'");
    int64_t start = now_ms();
    queue_token(db, 0, 1);
    queue_sleep(db, 1, 20000);
    queue_token(db, 2, 2);
    run_all(db, 3, 5000);
    assert_in_range(now_ms() - start, 150, 3000);
    expect_token(0, 1);
    assert_int_equal(loads[1].status, BUSY);
    expect_token(2, 2);
    db_free(db);
}

static void a_load_has_its_own_time(void **state) {
    (void)state;
    struct db *db = connect_with("");
    int64_t start = now_ms();
    queue_token(db, 0, 1);
    loads[1].limit_ms = 150;
    queue_sleep(db, 1, 1);
    queue_sleep(db, 2, 400); /* the same connection, and no limit */
    loads[3].limit_ms = 150;
    queue_sleep(db, 3, 20000);
    queue_sleep(db, 5, 400);
    run_all(db, 5, 5000);
    assert_in_range(now_ms() - start, 900, 4500);
    expect_token(0, 1);
    assert_int_equal(loads[1].status, OK);
    assert_int_equal(loads[2].status, OK);
    assert_int_equal(loads[3].status, TOO_SLOW);
    assert_int_equal(loads[5].status, OK);
    loads[4].arena = arena;
    loads[4].limit_ms = 150;
    bench_sleep(&loads[4], 20000, NULL, NULL);
    assert_int_equal(db_run(db, &loads[4]), TOO_SLOW);
    load_clear(&loads[4]);
    bench_sleep(&loads[4], 400, NULL, NULL);
    assert_int_equal(db_run(db, &loads[4]), OK);
    db_free(db);
}

static void answers_come_before_the_slow_one(void **state) {
    (void)state;
    struct db *db = connect_with("");
    turn_until_up(db, 5000);
    for (size_t i = 0; i < 40; i++) /* fill PostgreSQL's buffer, so that it sends */
        queue_token(db, i, (int32_t)i + 1);
    queue_sleep(db, 40, 700);
    db_flush(db);
    turn_until(db, &done, 20, 600);
    assert_in_range(db_waiting_ms(db), 0, 650);
    assert_in_range(db_waiting(db), 1, 21);
    turn_until(db, &done, 41, 5000);
    db_free(db);
}

static void many_loads_fit_through_one_socket(void **state) {
    (void)state;
    struct db *db = connect_with("");
    char *text = arena_alloc(arena, 20001);
    memset(text, 'x', 20000);
    turn_until_up(db, 5000);
    for (size_t i = 0; i < MOST; i++) {
        loads[i].arena = arena;
        token_total(&loads[i], &(struct token_filter){.network = i % 2 ? text : "mainnet"}, 0,
                    &record_total, &out[i]);
        queue(db, i);
    }
    run_all(db, MOST, 30000);
    for (size_t i = 0; i < MOST; i++) {
        assert_int_equal(loads[i].status, OK);
        assert_int_equal(((struct total *)out[i].at)->total, i % 2 ? 0 : 100);
    }
    db_free(db);
}

static void a_changed_table_is_prepared_anew(void **state) {
    (void)state;
    struct db *db = connect_with("");
    queue_token(db, 0, 1);
    run_all(db, 1, 5000);
    admin_do("ALTER TABLE tokens ALTER description TYPE varchar(4000)");
    queue_token(db, 1, 2);
    queue_token(db, 2, 3);
    run_all(db, 3, 5000);
    expect_token(1, 2);
    expect_token(2, 3);
    admin_do("ALTER TABLE tokens ALTER description TYPE text");
    struct load l = {.arena = arena};
    token_one(&l, 4, &record_token, &out[3]);
    assert_int_equal(db_run(db, &l), OK); /* the same for a caller that waits */
    assert_int_equal(out[3].n, 1);
    db_free(db);
}

/* Each of its statements would fail by itself. */
static void a_load_of_two_changed_tables_is_prepared_anew(void **state) {
    (void)state;
    struct db *db = connect_with("");
    for (int i = 0; i < 2; i++) {
        struct load l = {.arena = arena};
        token_one(&l, 1, &record_token, &out[0]);
        transaction_one(&l, 1, &record_transaction, &out[1]);
        assert_int_equal(db_run(db, &l), OK);
        assert_int_equal(out[0].n, 1);
        admin_do("ALTER TABLE tokens ALTER description TYPE varchar(4000);"
                 "ALTER TABLE transactions ALTER tx_type TYPE varchar(4000)");
    }
    admin_do("ALTER TABLE tokens ALTER description TYPE text;"
             "ALTER TABLE transactions ALTER tx_type TYPE text");
    db_free(db);
}

static void kill_backends(void) {
    admin_do("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
             "WHERE datname = current_database() AND application_name = 'sitaminter test'");
}

static void a_lost_connection_is_opened_again(void **state) {
    (void)state;
    struct db *db = connect_with("");
    queue_token(db, 0, 1);
    run_all(db, 1, 5000);
    kill_backends(); /* while idle */
    queue_token(db, 1, 2);
    run_all(db, 2, 5000);
    expect_token(1, 2);
    queue_token(db, 2, 3);
    queue_sleep(db, 3, 300);
    queue_token(db, 4, 4);
    db_flush(db);
    turn(db, 50);
    kill_backends(); /* while it works */
    run_all(db, 5, 5000);
    expect_token(2, 3);
    assert_int_equal(loads[3].status, OK);
    expect_token(4, 4);
    db_free(db);
}

/* A folder whose socket is a link to the server's: without the link the server is away. */
static char folder[64], link_name[128], real_name[256];

/* Ends the session that adds a user when its transaction ends: after the answer to the load, before
 * that to the sync. */
static const char fatal_at_sync[] =
    "CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    "  PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NULL; END $$;"
    "CREATE CONSTRAINT TRIGGER leave AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED"
    "  FOR EACH ROW EXECUTE FUNCTION leave()";

static void a_session_that_ends_before_its_sync(void **state) {
    static const char users[] = "[{\"user_address\": \"ckt1leaving\", \"reserved\": false}]";
    (void)state;
    admin_do(fatal_at_sync);
    struct db *db = connect_with("");
    loads[0].arena = arena;
    import_users(&loads[0], users);
    queue(db, 0);
    run_all(db, 1, 5000);
    assert_int_equal(loads[0].status, OK);
    queue_token(db, 1, 1);
    run_all(db, 2, 5000);
    expect_token(1, 1);
    db_free(db);
    admin_do("DROP TRIGGER leave ON users; DROP FUNCTION leave()");
}

static void server_appears(void) {
    if (symlink(real_name, link_name) != 0)
        fail_msg("%s: %m", link_name);
}

static struct db *connect_by_link(void) {
    const char *port = getenv("PGPORT") ? getenv("PGPORT") : "5432";
    snprintf(folder, sizeof folder, "/tmp/test-link-XXXXXX");
    if (!mkdtemp(folder))
        fail_msg("%s: %m", folder);
    snprintf(link_name, sizeof link_name, "%s/.s.PGSQL.%s", folder, port);
    snprintf(real_name, sizeof real_name, "%s/.s.PGSQL.%s", getenv("PGHOST"), port);
    return connect_with(arena_printf(arena, "host=%s", folder));
}

static void remove_link(void) {
    unlink(link_name);
    rmdir(folder);
}

static void a_server_that_goes_and_comes(void **state) {
    (void)state;
    struct db *db = connect_by_link();
    queue_token(db, 0, 1); /* away from the start */
    run_all(db, 1, 500);
    assert_int_equal(loads[0].status, BUSY);
    assert_false(db_is_up(db));
    server_appears();
    turn_until_up(db, 5000); /* without anybody asking */
    queue_token(db, 1, 2);
    run_all(db, 2, 5000);
    expect_token(1, 2);

    unlink(link_name);
    kill_backends();
    int64_t start = now_ms();
    for (size_t i = 2; i < 12; i++) {
        queue_token(db, i, 1);
        db_flush(db);
        turn(db, 10);
    }
    run_all(db, 12, 1000);
    for (size_t i = 2; i < 12; i++)
        assert_int_equal(loads[i].status, BUSY);
    assert_in_range(now_ms() - start, 0, 1000);
    server_appears();
    turn_until_up(db, 7000);
    queue_token(db, 12, 5);
    run_all(db, 13, 5000);
    expect_token(12, 5);
    db_free(db);
    remove_link();
}

/* Pauses between attempts grow from 100 ms to 5 s: about six attempts in the first four seconds. */
static void attempts_back_off(void **state) {
    (void)state;
    struct db *db = connect_by_link();
    int longest = 0, last = 0;
    size_t attempts = 0;
    for (int64_t finish = now_ms() + 4000; now_ms() < finish;) {
        int wait = db_tick(db);
        attempts += wait > last;
        last = wait;
        longest = wait > longest ? wait : longest;
        poll(NULL, 0, wait < 20 ? wait : 20);
    }
    assert_in_range(attempts, 4, 8);
    assert_in_range(longest, 1600, 5000);
    db_free(db);
    remove_link();
}

/* A server that accepts and says nothing holds a load for a second, not for ever. */
static void a_silent_server(void **state) {
    (void)state;
    struct db *db = connect_by_link();
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, link_name, strlen(link_name) + 1);
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(s, 5), 0);
    int64_t start = now_ms();
    queue_token(db, 0, 1);
    run_all(db, 1, 5000);
    assert_int_equal(loads[0].status, BUSY);
    assert_in_range(now_ms() - start, 900, 2500);
    struct load l = {.arena = arena};
    token_one(&l, 1, &record_token, &out[1]);
    start = now_ms();
    assert_int_equal(db_run(db, &l), BUSY);
    assert_in_range(now_ms() - start, 900, 2500);
    close(s);
    db_free(db);
    remove_link();
}

static void what_the_server_refuses(void **state) {
    (void)state;
    static const char users[] = "[{\"user_address\": \"ckt1new\", \"reserved\": false}]";
    struct db *db = connect_with("options='-c default_transaction_read_only=on'");
    struct load l = {.arena = arena};
    import_users(&l, users);
    assert_int_equal(db_run(db, &l), BUSY); /* as on a standby */
    db_free(db);
    db = connect_with("user=nobody_of_that_name");
    load_clear(&l);
    token_one(&l, 1, &record_token, &out[0]);
    assert_int_equal(db_run(db, &l), BUSY);
    db_free(db);
}

static void an_empty_load_comes_back(void **state) {
    (void)state;
    struct db *db = connect_with("");
    queue(db, 0);
    queue_token(db, 1, 1);
    run_all(db, 2, 5000);
    assert_int_equal(loads[0].status, OK);
    db_free(db);
}

/* A load that is done may be queued again from inside its own call-back. */
static struct db *again_db;
static size_t rounds;

static void queue_again(void *owner, struct load *l) {
    rounds++;
    if (rounds == 3) {
        done++;
        return;
    }
    load_clear(l);
    token_one(l, (int32_t)rounds + 1, &record_token, &out[0]);
    db_queue(again_db, l, owner, queue_again);
    db_flush(again_db);
}

static void a_second_look_from_the_call_back(void **state) {
    (void)state;
    again_db = connect_with("");
    rounds = 0;
    loads[0].arena = arena;
    token_one(&loads[0], 1, &record_token, &out[0]);
    db_queue(again_db, &loads[0], NULL, queue_again);
    run_all(again_db, 1, 5000);
    expect_token(0, 3);
    db_free(again_db);
}

static void ending_with_loads_under_way(void **state) {
    (void)state;
    struct db *db = connect_with("");
    turn_until_up(db, 5000);
    queue_sleep(db, 0, 300);
    db_flush(db);
    queue_token(db, 1, 1);
    db_free(db);
    assert_int_equal(done, 2);
    assert_int_equal(loads[0].status, BUSY);
    assert_int_equal(loads[1].status, BUSY);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(a_failure_does_not_touch_its_neighbours),
        T(a_query_that_cannot_be_prepared_fails_alone),
        T(a_slow_query_is_ended),
        T(a_load_has_its_own_time),
        T(answers_come_before_the_slow_one),
        T(many_loads_fit_through_one_socket),
        T(a_changed_table_is_prepared_anew),
        T(a_load_of_two_changed_tables_is_prepared_anew),
        T(a_lost_connection_is_opened_again),
        T(a_session_that_ends_before_its_sync),
        T(a_server_that_goes_and_comes),
        T(attempts_back_off),
        T(a_silent_server),
        T(what_the_server_refuses),
        T(an_empty_load_comes_back),
        T(a_second_look_from_the_call_back),
        T(ending_with_loads_under_way),
    };
    return cmocka_run_group_tests(tests, database_make, database_drop);
}
