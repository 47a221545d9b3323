/* sitaminter db check, check-queries, queries and schema: what database and program say of
 * themselves. */
#include <stdio.h>

#include "base/config.h"
#include "cli/db.h"
#include "handlers/chart.h"
#include "handlers/records.h"
#include "handlers/sitemap.h"
#include "handlers/warnings.h"
#include "sql/backup.h"
#include "sql/db_admin.h"
#include "sql/diagnose.h"
#include "sql/embedded.h"
#include "sql/facts.h"
#include "sql/history.h"
#include "sql/import.h"
#include "sql/maintain.h"
#include "sql/rights.h"
#include "sql/schema.h"
#include "sql/settings.h"

enum { SAY_MAX = 1024 * 1024, QUERIES_MAX = 16 * 1024 * 1024 };

/* The owner's connection or that of --url; NULL after a sentence. */
static const char *read_url(int argc, char **argv) {
    const char *url = NULL;
    const struct db_option options[] = {{"--url", .value = &url}};
    if (!db_options(argc, argv, options, 1, NULL))
        return NULL;
    return db_url(url, config.owner_url, "SITA_OWNER_URL");
}

static int run_check(int argc, char **argv, struct arena *a) {
    struct text say = text_in(a, SAY_MAX);
    const char *url = read_url(argc, argv);
    if (!url)
        return DB_USAGE;
    struct db *db = db_new("check", url);
    enum status status = schema_check(db, &say);
    db_free(db);
    if (status == OK)
        text_lit(&say, "The database is as this program declares it.");
    return db_tell(&say, db_exit_of(status));
}

static int run_check_queries(int argc, char **argv, struct arena *a) {
    static const struct record *const records[] = {&record_token,
                                                   &record_user,
                                                   &record_id,
                                                   &record_token_name,
                                                   &record_transaction,
                                                   &record_total,
                                                   &record_chart_row,
                                                   &record_place,
                                                   &record_schema_line,
                                                   &record_schema_object,
                                                   &record_schema_record,
                                                   &record_schema_fact,
                                                   &record_schema_right,
                                                   &record_schema_operation,
                                                   &record_import_counts,
                                                   &record_import_unfit,
                                                   &record_diagnose_row,
                                                   &record_diagnose_server,
                                                   &record_diagnose_session,
                                                   &record_backup_source,
                                                   &record_backup_look,
                                                   &record_maintain_table,
                                                   &record_maintain_progress,
                                                   &record_setting,
                                                   &record_public_setting};
    struct text say = text_in(a, SAY_MAX);
    struct admin *admin = NULL;
    const char *url = read_url(argc, argv);
    if (!url)
        return DB_USAGE;
    if (admin_open(&admin, url, NULL, NULL, &say) != OK)
        return db_tell(&say, DB_UNREACHABLE);
    size_t n = admin_check_queries(admin, records, sizeof records / sizeof records[0], &say);
    admin_close(admin);
    if (say.n > 0)
        return db_tell(&say, DB_FAILED);
    text_printf(&say, "All %zu statements fit this database and their records.", n);
    return db_tell(&say, DB_DONE);
}

static int run_queries(int argc, char **argv, struct arena *a) {
    struct text out = text_in(a, QUERIES_MAX);
    if (!db_options(argc, argv, NULL, 0, NULL))
        return DB_USAGE;
    admin_list_queries(&out);
    return fputs(text_str(&out), stdout) < 0 || !text_ok(&out) ? DB_FAILED : DB_DONE;
}

static int run_schema(int argc, char **argv, struct arena *a) {
    (void)a;
    if (!db_options(argc, argv, NULL, 0, NULL))
        return DB_USAGE;
    return fputs(sql_schema_file, stdout) < 0 ? DB_FAILED : DB_DONE;
}

const struct db_command db_command_check = {
    .name = "check",
    .summary = "tell whether database and program belong together",
    .help = "Usage: sitaminter db check [--url URL]\n"
            "\n"
            "Tells whether database and program belong together.\n"
            "\n"
            "  --url URL      any role's connection (default: SITA_OWNER_URL)\n"
            "\n"
            "Example:\n"
            "  sitaminter db check && systemctl start sitaminter\n",
    .run = run_check,
};

const struct db_command db_command_check_queries = {
    .name = "check-queries",
    .summary = "prepare every query in every shape",
    .help = "Usage: sitaminter db check-queries [--url URL]\n"
            "\n"
            "Prepares every query in every shape, and compares its columns with the records.\n"
            "\n"
            "  --url URL      the connection (default: SITA_OWNER_URL)\n"
            "\n"
            "Example:\n"
            "  sitaminter db check-queries\n",
    .run = run_check_queries,
};

const struct db_command db_command_queries = {
    .name = "queries",
    .summary = "print every query in every shape",
    .help = "Usage: sitaminter db queries\n"
            "\n"
            "Prints every query in every shape, a line of JSON each.\n"
            "\n"
            "Example:\n"
            "  sitaminter db queries | jq -r .name | sort -u\n",
    .run = run_queries,
};

const struct db_command db_command_schema = {
    .name = "schema",
    .summary = "print the built-in schema file",
    .help = "Usage: sitaminter db schema\n"
            "\n"
            "Prints the built-in schema file.\n"
            "\n"
            "Example:\n"
            "  sitaminter db schema >schema.sql\n",
    .run = run_schema,
};
