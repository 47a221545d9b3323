/* The extensions that the schema file says it is made with. They belong to no schema of ours, so
 * they are no facts: they are made before anything is compared, and never dropped. */
#include <string.h>

#include "sql/push_private.h"

static const char *making(struct push *p, const struct directive *d) {
    return arena_printf(p->arena, "CREATE SCHEMA IF NOT EXISTS %s; CREATE EXTENSION %s SCHEMA %s",
                        d->what, d->object, d->what);
}

static enum status make(struct push *p, struct directive *d) {
    enum status status = push_run_permitted(p, making(p, d));
    if (status != OK || push_left_out(p, making(p, d)))
        return status;
    if (!d->said) /* once to plan, once to do */
        text_printf(p->say, "The extension %s is made, in the schema %s.\n", d->object, d->what);
    d->said = true;
    return OK;
}

static enum status see_to(struct push *p, struct directive *d) {
    const char *found;
    enum status status =
        admin_ask(p->admin, p->arena,
                  arena_printf(p->arena,
                               "SELECT n.nspname FROM pg_extension x JOIN pg_namespace n "
                               "ON n.oid = x.extnamespace WHERE x.extname = '%s'",
                               d->object),
                  &found, p->say);
    if (status != OK || strcmp(found, d->what) == 0)
        return status;
    if (!*found)
        return make(p, d);
    text_printf(p->say,
                "The extension %s is in the schema %s, and the schema file wants it in %s: "
                "ALTER EXTENSION %s SET SCHEMA %s, or another line in the file.",
                d->object, found, d->what, d->object, d->what);
    return FAILED;
}

enum status push_extensions(struct push *p) {
    enum status status = OK;
    for (size_t i = 0; i < p->directives.n && status == OK; i++)
        if (p->directives.at[i].kind == DIRECTIVE_EXTENSION)
            status = see_to(p, &p->directives.at[i]);
    return status;
}

const char *push_extensions_made(struct push *p) {
    const char *all = NULL;
    for (size_t i = 0; i < p->directives.n; i++)
        if (p->directives.at[i].kind == DIRECTIVE_EXTENSION && p->directives.at[i].said)
            all =
                arena_printf(p->arena, "%s%s;\n", all ? all : "", making(p, &p->directives.at[i]));
    return all;
}
