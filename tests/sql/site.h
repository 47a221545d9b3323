/* site.h - a whole page in the test process: the real route table and templates, the answers of a
 * worker, the rows of the test's own database (database.h says which). */
#ifndef SITA_TESTS_SQL_SITE_H
#define SITA_TESTS_SQL_SITE_H

#include "tests/sql/database.h"

#include "base/config.h"
#include "handlers/app.h"

static struct app *test_app;
static struct arena *test_arena; /* of the test's answers */

static int site_open(void **state) {
    struct text why;
    test_arena = arena_new();
    why = text_in(test_arena, 64 * 1024);
    if (database_make(state) != 0)
        return -1;
    if (config_load(&why) != OK || app_new(&test_app, &why) != OK)
        fail_msg("%s", text_str(&why));
    return 0;
}

static int site_close(void **state) {
    app_free(test_app);
    arena_free(test_arena);
    return database_drop(state);
}

/* The answer to GET path?query ("" for none), as a read worker gives it. Lives until site_close. */
static struct reply *get(const char *path, const char *query) {
    struct request *rq = arena_alloc(test_arena, sizeof *rq);
    *rq = (struct request){.arena = test_arena,
                           .path = path,
                           .query = query,
                           .id = "test-request",
                           .remote = "192.0.2.1",
                           .accept = "",
                           .if_none_match = "",
                           .cookie = "",
                           .content_type = "",
                           .body = ""};
    struct job *job = job_start(test_app, rq, POOL_READ);
    struct db *db = db_new("test", test_conninfo);
    while (job->state == JOB_WANTS_ROWS) {
        (void)db_run(db, &job->load);
        job_go_on(job);
    }
    db_free(db);
    return &job->reply;
}

/* Fails unless the answer has that status and its body has that part. */
static void shows(struct reply *reply, int status, const char *part) {
    if (reply->status != status || !strstr(text_str(&reply->body), part))
        fail_msg("%d, and \"%s\" is sought in:\n%s", reply->status, part, text_str(&reply->body));
}

#endif
