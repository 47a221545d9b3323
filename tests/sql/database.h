/* database.h - what the C tests of sql/ share: a database of their own with three users and a
 * hundred tokens. */
#ifndef SITA_TESTS_SQL_DATABASE_H
#define SITA_TESTS_SQL_DATABASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "handlers/records.h"
#include "sql/db_admin.h"
#include "sql/embedded.h"
#include "sql/push.h"

static struct admin *test_admin; /* superuser, connected to the test's database */
static char test_name[64];       /* of the database */
static char test_conninfo[96];

/* Runs a script as superuser in the test's database. */
static void admin_do(const char *sql) {
    struct arena *a = arena_new();
    struct text why = text_in(a, 4096);
    if (admin_script(test_admin, sql, &why) != OK)
        fail_msg("%s: %s", sql, text_str(&why));
    arena_free(a);
}

static void server_do(const char *sql) {
    struct arena *a = arena_new();
    struct text why = text_in(a, 4096);
    struct admin *server = NULL;
    if (admin_open(&server, "", NULL, "postgres", &why) != OK ||
        admin_script(server, sql, &why) != OK)
        fail_msg("%s: %s", sql, text_str(&why));
    admin_close(server);
    arena_free(a);
}

static void test_server(const char *format) {
    char sql[256];
    snprintf(sql, sizeof sql, "%s %s", format, test_name);
    server_do(sql);
}

static int database_make(void **state) {
    (void)state;
    struct arena *a = arena_new();
    struct text say = text_in(a, 64 * 1024);
    crypto_start();
    snprintf(test_name, sizeof test_name, "test_c_%d", (int)getpid());
    snprintf(test_conninfo, sizeof test_conninfo, "dbname=%s", test_name);
    test_server("DROP DATABASE IF EXISTS");
    test_server("CREATE DATABASE");
    if (push_run(test_conninfo, &(struct push_options){.schema = sql_schema_file}, &say, &say) !=
            PUSH_APPLIED ||
        admin_open(&test_admin, test_conninfo, NULL, NULL, &say) != OK)
        fail_msg("%s", text_str(&say));
    arena_free(a);
    admin_do("INSERT INTO users (wallet_address) SELECT 'ckt1' || i FROM generate_series(1, 3) i;"
             "INSERT INTO tokens (name, symbol, supply, creator_id, network_id)"
             "  SELECT 'Token ' || i, 'T' || i, '', 1, 'mainnet' FROM generate_series(1, 100) i");
    return 0;
}

static int database_drop(void **state) {
    (void)state;
    admin_close(test_admin);
    char sql[128];
    snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", test_name);
    server_do(sql);
    return 0;
}

#endif
