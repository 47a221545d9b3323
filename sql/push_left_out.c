/* What a rehearsal's role may not do with the copy is left out of it, and said. */
#include <string.h>

#include "sql/push_private.h"

bool push_left_out(const struct push *p, const char *sql) {
    struct text *lines = p->options->left_out;
    const char *line = arena_printf(p->arena, "%s; -- ", sql);
    const char *at = lines ? strstr(text_str(lines), line) : NULL;
    while (at && at != lines->at && at[-1] != '\n')
        at = strstr(at + 1, line);
    return at != NULL;
}

static bool is_forbidden(const struct admin *admin) {
    static const char *const states[] = {"42501", "42704", "0LP01"}; /* no right, no such role */
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (admin_failed_with(admin, states[i]))
            return true;
    return false;
}

enum status push_run_permitted(struct push *p, const char *sql) {
    if (!p->options->left_out)
        return admin_script(p->admin, sql, p->say);
    struct text why = text_in(p->arena, 4096);
    if (push_left_out(p, sql))
        return OK;
    enum status status = admin_script(p->admin, "SAVEPOINT permitted", p->say);
    if (status != OK || admin_script(p->admin, sql, &why) == OK)
        return status;
    if (!is_forbidden(p->admin)) {
        text_put(p->say, text_str(&why));
        return FAILED;
    }
    text_printf(p->options->left_out, "%s; -- %s\n", sql, text_str(&why));
    return admin_script(p->admin, "ROLLBACK TO SAVEPOINT permitted", p->say);
}
