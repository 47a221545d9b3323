#include "handlers/lists.h"

#include <string.h>

#include "handlers/params.h"
#include "handlers/paths.h"
#include "handlers/sought.h"
#include "templates/messages.h"

const char *const list_sorts[] = {"newest", "oldest", "name", "symbol", NULL};
const char *const list_time_sorts[] = {"newest", "oldest", NULL};

static const struct field head_fields[] = {
    FIELD_MADE(struct list_head, path, "path", FIELD_PATH, FACE_HTML),
    FIELD_MADE(struct list_head, order, "order", FIELD_TEXT, FACE_HTML),
};
const struct record record_list_head = RECORD(list_head, head_fields);

static const struct field files_fields[] = {
    FIELD_MADE(struct list_files, csv, "csv", FIELD_PATH, FACE_HTML),
    FIELD_MADE(struct list_files, jsonl, "jsonl", FIELD_PATH, FACE_HTML),
    FIELD_MADE(struct list_files, atom, "atom", FIELD_PATH, FACE_HTML),
};
const struct record record_list_files = RECORD(list_files, files_fields);

static const struct field refusal_fields[] = {
    FIELD_INSIDE(struct list_refusal, others, "others", FIELD_LIST, FACE_HTML, &record_problem),
    FIELD_MADE(struct list_refusal, beside, "beside", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct list_refusal, first, "first", FIELD_PATH, FACE_HTML),
    FIELD_MADE(struct list_refusal, last, "last", FIELD_PATH, FACE_HTML),
};
const struct record record_list_refusal = RECORD(list_refusal, refusal_fields);

enum list_sort list_sort_of(const char *sort) {
    unsigned i = 0;
    while (sort && list_sorts[i] && strcmp(list_sorts[i], sort) != 0)
        i++;
    return list_sorts[i] ? (enum list_sort)i : SORT_NEWEST;
}

const char *list_sort_label(const char *sort) {
    static const char *const labels[] = {N_("Newest first"), N_("Oldest first"), N_("Name"),
                                         N_("Symbol")};
    return message(labels[list_sort_of(sort)]);
}

uint32_t list_sorts_for(const struct list_table *table, uint32_t given) {
    for (size_t i = 0; i < table->n; i++)
        if (table->kinds[i].filters == given)
            return table->kinds[i].sorts;
    return 0;
}

/* True if some list has all these filters and this order among others. */
static bool together(const struct list_table *table, uint32_t filters, uint32_t sorts) {
    for (size_t i = 0; i < table->n; i++)
        if ((table->kinds[i].filters & filters) == filters && (table->kinds[i].sorts & sorts))
            return true;
    return false;
}

/* Filter i of the table, as the form or the address has it. */
static const char *name_of(const struct request *rq, const struct list_table *table, size_t i) {
    return params_on_form(rq) ? message(table->labels[i]) : table->filters[i];
}

static void refuse(struct request *rq, const char *one, const char *other) {
    const char *wrong =
        other ? arena_printf(rq->arena, message("cannot be used together with %s"), other)
              : message("cannot be used together with the other filters");
    request_problem(rq, one, wrong);
}

bool list_check(struct request *rq, const struct list_table *table, uint32_t given,
                enum list_sort sort) {
    uint32_t sorts = list_sorts_for(table, given);
    if (sorts & 1U << sort)
        return true;
    for (size_t i = 0; table->filters[i]; i++)
        for (size_t k = i + 1; table->filters[k]; k++) {
            uint32_t two = 1U << i | 1U << k;
            if ((given & two) == two && !together(table, two, BY_ALL)) {
                refuse(rq, table->filters[i], name_of(rq, table, k));
                return false;
            }
        }
    const char *other = NULL;
    for (size_t i = 0; table->filters[i] && !other; i++)
        if ((given & 1U << i) && !together(table, 1U << i, 1U << sort))
            other = name_of(rq, table, i);
    refuse(rq, "sort", other);
    return false;
}

bool list_text(struct request *rq, const char **q) {
    *q = *q ? params_trimmed(rq->arena, *q) : NULL;
    size_t characters = 0;
    for (const char *s = *q ? *q : ""; *s; s++)
        characters += ((unsigned char)*s & 0xc0) != 0x80;
    if (characters <= LIST_Q_CHARACTERS)
        return true;
    request_problem(rq, "q", message("must have at most 64 characters"));
    return false;
}

bool list_leads_to_search(struct request *rq, const char *q) {
    const char *text = q && rq->face == FACE_OF_HTML ? params_trimmed(rq->arena, q) : NULL;
    struct sought s = text ? sought_of(rq->arena, text) : (struct sought){0};
    if (!s.hash && !s.address)
        return false;
    struct text path = text_in(rq->arena, PATH_TEXT_MAX);
    text_lit(&path, "/search");
    path_arg(&path, "q", s.text);
    rq->redirect = text_str(&path);
    return true;
}

bool list_days(struct request *rq, const char *from, const char *to, const char **first,
               const char **last) {
    *first = from;
    *last = to ? arena_printf(rq->arena, "%s 23:59:59.999999", to) : NULL;
    if (!from || !to || strcmp(from, to) <= 0)
        return true;
    request_problem(rq, "to",
                    arena_printf(rq->arena, message("must not be before %s"),
                                 params_on_form(rq) ? message("From") : "from"));
    return false;
}

void list_add_sort(struct text *path, enum list_sort sort) {
    if (sort != SORT_NEWEST)
        path_arg(path, "sort", list_sorts[sort]);
}

static const char *in_order(struct request *rq, const char *base, enum list_sort sort) {
    struct text path = text_in(rq->arena, PATH_TEXT_MAX);
    text_put(&path, base);
    list_add_sort(&path, sort);
    return text_str(&path);
}

static const char *file(struct request *rq, const char *list, const char *ending,
                        enum list_sort sort) {
    size_t n = strcspn(list, "?");
    const char *path = arena_printf(rq->arena, "%.*s%s%s", (int)n, list, ending, list + n);
    return in_order(rq, path, sort);
}

struct list_files list_files_of(struct request *rq, const char *list, enum list_sort sort) {
    return (struct list_files){.csv = file(rq, list, ".csv", sort),
                               .jsonl = file(rq, list, ".jsonl", sort),
                               .atom = file(rq, list, ".atom", SORT_NEWEST)};
}

const char *list_base(struct request *rq, const char *list, int32_t limit) {
    struct text base = text_in(rq->arena, PATH_TEXT_MAX);
    text_put(&base, rq->path);
    text_put(&base, list + strcspn(list, "?"));
    if (limit != 10)
        path_arg_int(&base, "limit", limit);
    return text_str(&base);
}

struct list_head list_head_for(struct request *rq, const char *base, uint32_t sorts,
                               enum list_sort now, enum list_sort head) {
    struct list_head h = {.order = now == head ? "ascending" : NULL};
    if (sorts & 1U << head)
        h.path = in_order(rq, base, head);
    return h;
}

struct list_head list_head_time(struct request *rq, const char *base, enum list_sort now) {
    return (struct list_head){
        .path = in_order(rq, base, now == SORT_NEWEST ? SORT_OLDEST : SORT_NEWEST),
        .order = now == SORT_NEWEST   ? "descending"
                 : now == SORT_OLDEST ? "ascending"
                                      : NULL};
}

struct filter list_sort_filter(struct request *rq, uint32_t sorts) {
    const char *names[sizeof list_sorts / sizeof list_sorts[0]] = {NULL};
    size_t n = 0;
    for (unsigned i = 0; list_sorts[i]; i++)
        if (sorts & 1U << i)
            names[n++] = list_sorts[i];
    return filter_chosen(rq, "sort", names, list_sort_label);
}

struct list_refusal list_refusal_of(struct request *rq, const char *const *shown, size_t n,
                                    const char *base, enum list_sort sort) {
    struct list_refusal r = {.others = filters_others(rq, shown, n)};
    r.beside = r.others.n < rq->n_problems;
    if (r.beside)
        return r;
    struct text last = text_in(rq->arena, PATH_TEXT_MAX);
    r.first = in_order(rq, base, sort);
    text_put(&last, r.first);
    path_arg_int(&last, "before", 0);
    r.last = text_str(&last);
    return r;
}

static const char *same(const char *name) {
    return name;
}

struct filter list_limit_filter(struct request *rq) {
    static const char *const usual[] = {"10", "25", "50", "100", NULL};
    const char *names[] = {"10", "25", "50", "100", NULL, NULL};
    struct filter f = filter_typed(rq, "limit");
    bool known = !f.value || f.problem;
    for (size_t i = 0; usual[i] && !known; i++)
        known = strcmp(usual[i], f.value) == 0;
    if (!known)
        names[4] = f.value;
    return filter_chosen(rq, "limit", names, same);
}
