/* Paging of a keyset list: what parameters mean, and where each link leads. A list is imagined
 * with rows of ids n … 1, newest first; the links are followed as a reader would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "handlers/pager.h"
#include "handlers/params.h"

struct thing {
    int32_t id;
    char rest[12];
};
static const struct record record_thing = {.name = "thing", .size = sizeof(struct thing)};

struct list_params {
    struct pager_params pager;
};
static const struct param param_rows[] = {PAGER_PARAMS(struct list_params, pager)};
static const struct page list_page = {
    .name = "list", .params = param_rows, .n_params = 5, .params_size = sizeof(struct list_params)};

static struct request *rq;

static int setup(void **state) {
    struct arena *a = arena_new();
    rq = arena_alloc(a, sizeof *rq);
    rq->arena = a;
    *state = a;
    return 0;
}

static int teardown(void **state) {
    arena_free(*state);
    return 0;
}

/* What the database would answer to paging over ids count … 1, the extra row included. */
static struct rows answer(const struct paging *p, int32_t count) {
    if (paging_until(p) && paging_until(p) < count)
        count = paging_until(p);
    struct thing *things = arena_array(rq->arena, (size_t)p->limit + 1, sizeof *things);
    int32_t step = p->by == PAGING_BY_BEFORE ? 1 : -1;
    int64_t id = p->by == PAGING_BY_PAGE    ? count - (int64_t)(p->page - 1) * p->limit
                 : p->by == PAGING_BY_AFTER ? (int64_t)p->cursor - 1
                                            : (int64_t)p->cursor + 1;
    struct rows rows = {.at = things};
    if (step < 0 && id > count)
        id = count;
    for (; rows.n < (size_t)p->limit + 1 && id >= 1 && id <= count; id += step)
        things[rows.n++].id = (int32_t)id;
    return rows;
}

/* The list at an address of the list "/l?f=1", as a reader gets it. */
static struct pager look(const char *query, int32_t count, struct rows *rows) {
    struct paging paging;
    struct pager out;
    rq->query = query;
    rq->n_problems = 0;
    assert_int_equal(params_read(rq, &list_page, NULL, 0), OK);
    const struct list_params *p = rq->params;
    if (!pager_read(rq, &p->pager, &paging))
        fail_msg("?%s: %s %s", query, rq->problems[0].field, rq->problems[0].message);
    int32_t until = paging_until(&paging);
    int32_t old = until && until < count ? until : count;
    struct total total = {.total = old > PAGING_COUNTED ? PAGING_COUNTED + 1 : old};
    struct rows first = {0};
    if (pager_asks_first(&paging))
        first = answer(&pager_first, count);
    const char *base =
        paging.limit == 10 ? "/l" : arena_printf(rq->arena, "/l?limit=%d", paging.limit);
    *rows = answer(&paging, count);
    pager_finish(rq, &paging, &total, base, &record_thing, rows, &first, &out);
    return out;
}

static int32_t id_at(const struct rows *rows, size_t i) {
    return ((const struct thing *)rows->at)[i].id;
}

static const char *query_of(const char *path) {
    const char *q = strchr(path, '?');
    return q ? q + 1 : "";
}

static void is(const char *got, const char *want) {
    if (!got != !want || (got && strcmp(got, want) != 0))
        fail_msg("%s instead of %s", got ? got : "NULL", want ? want : "NULL");
}

/* The same, where a page with a number is anchored to an id. */
static void leads(const char *got, const char *want, int32_t until) {
    if (want && until && strstr(want, "page="))
        want = arena_printf(rq->arena, "%s&until=%d", want, until);
    is(got, want);
}

/* -- parameters ------------------------------------------------------------------------------ */

static bool reads(const char *query, struct paging *paging) {
    rq->query = query;
    rq->n_problems = 0;
    if (params_read(rq, &list_page, NULL, 0) != OK)
        return false;
    return pager_read(rq, &((const struct list_params *)rq->params)->pager, paging);
}

static void parameters_say_where_the_reader_is(void **state) {
    (void)state;
    static const struct {
        const char *query;
        struct paging want;
    } rows[] = {
        {"", {.by = PAGING_BY_PAGE, .page = 1, .cursor = -1, .limit = 10}},
        {"page=3&limit=17", {.by = PAGING_BY_PAGE, .page = 3, .cursor = -1, .limit = 17}},
        {"after=9", {.by = PAGING_BY_AFTER, .page = 1, .cursor = 9, .limit = 10}},
        {"after=0", {.by = PAGING_BY_AFTER, .page = 1, .cursor = 0, .limit = 10}},
        {"before=9&limit=100", {.by = PAGING_BY_BEFORE, .page = 1, .cursor = 9, .limit = 100}},
        {"before=0", {.by = PAGING_BY_BEFORE, .page = 1, .cursor = 0, .limit = 10}},
        {"after=2147483647", {.by = PAGING_BY_AFTER, .page = 1, .cursor = INT32_MAX, .limit = 10}},
        {"page=1&after=9", {.by = PAGING_BY_AFTER, .page = 1, .cursor = 9, .limit = 10}},
        /* the last page that begins within the counted rows */
        {"page=1000", {.by = PAGING_BY_PAGE, .page = 1000, .cursor = -1, .limit = 10}},
        {"page=100&limit=100", {.by = PAGING_BY_PAGE, .page = 100, .cursor = -1, .limit = 100}},
        {"page=334&limit=30", {.by = PAGING_BY_PAGE, .page = 334, .cursor = -1, .limit = 30}},
        {"page=2&until=7",
         {.by = PAGING_BY_PAGE, .page = 2, .cursor = -1, .until = 7, .limit = 10}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct paging got = {0}, want = rows[i].want;
        if (!reads(rows[i].query, &got))
            fail_msg("?%s: %s %s", rows[i].query, rq->problems[0].field, rq->problems[0].message);
        assert_int_equal(got.by, want.by);
        assert_int_equal(got.page, want.page);
        assert_int_equal(got.cursor, want.cursor);
        assert_int_equal(got.until, want.until);
        assert_int_equal(got.limit, want.limit);
    }
}

static void contradictions_name_the_field(void **state) {
    (void)state;
    static const struct {
        const char *query, *field;
    } rows[] = {
        {"after=1&before=2", "before"}, {"page=2&after=1", "page"},
        {"page=2&before=0", "page"},    {"page=1001", "page"},
        {"page=101&limit=100", "page"}, {"page=335&limit=30", "page"},
        {"page=10000", "page"},         {"page=10001", "page"},
        {"until=0", "until"},           {"until=7&after=5", "until"},
        {"until=7&before=5", "until"},  {"page=0", "page"},
        {"limit=0", "limit"},           {"limit=9", "limit"},
        {"limit=101", "limit"},         {"before=-1", "before"},
        {"after=-1", "after"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct paging got;
        if (reads(rows[i].query, &got))
            fail_msg("?%s is taken", rows[i].query);
        assert_int_equal(rq->n_problems, 1);
        assert_string_equal(rq->problems[0].field, rows[i].field);
    }
}

/* -- pages by number ------------------------------------------------------------------------- */

static const struct shown {
    int32_t count;
    const char *query;
    int32_t first, last; /* ids on the page; 0: it is empty */
    const char *next, *prev, *end;
    const char *numbers; /* of the links; "[2]" is current, "…" a gap */
} shown[] = {
    {0, "", 0, 0, NULL, NULL, "/l", "[1]"},
    {1, "", 1, 1, NULL, NULL, "/l", "[1]"},
    {10, "", 10, 1, NULL, NULL, "/l", "[1]"},
    {11, "", 11, 2, "/l?page=2", NULL, "/l?page=2", "[1] 2"},
    {25, "page=2", 15, 6, "/l?page=3", "/l", "/l?page=3", "1 [2] 3"},
    {25, "page=3", 5, 1, NULL, "/l?page=2", "/l?page=3", "1 2 [3]"},
    {20, "page=2", 10, 1, NULL, "/l", "/l?page=2", "1 [2]"},
    {20, "page=3", 0, 0, NULL, "/l?page=2", "/l?page=2", "1 2"},
    {20, "page=500", 0, 0, NULL, "/l?page=2", "/l?page=2", "1 2"},
    {0, "page=2", 0, 0, NULL, "/l", "/l", "1"},
    {125, "limit=25&page=4", 50, 26, "/l?limit=25&page=5", "/l?limit=25&page=3",
     "/l?limit=25&page=5", "1 2 3 [4] 5"},
    {125, "limit=25&page=2", 100, 76, "/l?limit=25&page=3", "/l?limit=25", "/l?limit=25&page=5",
     "1 [2] 3 4 5"},
    {200, "page=10", 110, 101, "/l?page=11", "/l?page=9", "/l?page=20", "1 … 8 9 [10] 11 12 … 20"},
    {200, "page=4", 170, 161, "/l?page=5", "/l?page=3", "/l?page=20", "1 2 3 [4] 5 6 … 20"},
    {200, "page=20", 10, 1, NULL, "/l?page=19", "/l?page=20", "1 … 18 19 [20]"},
    {200, "after=101", 100, 91, "/l?after=91", "/l?before=100", "/l?page=20", "1 2 … 20"},
};

static const char *numbers_of(const struct pager *p) {
    struct text t = text_in(rq->arena, 4096);
    const struct pager_link *links = p->links.at;
    for (size_t i = 0; i < p->links.n; i++) {
        text_put(&t, i ? " " : "");
        if (!links[i].path)
            text_put(&t, "…");
        else
            text_printf(&t, links[i].current ? "[%d]" : "%d", links[i].number);
    }
    return text_str(&t);
}

static void each_page_has_its_rows_and_links(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        const struct shown *s = &shown[i];
        struct rows rows;
        struct pager p = look(s->query, s->count, &rows);
        assert_int_equal(rows.n, s->first ? s->first - s->last + 1 : 0);
        if (rows.n) {
            assert_int_equal(id_at(&rows, 0), s->first);
            assert_int_equal(id_at(&rows, rows.n - 1), s->last);
        }
        leads(p.next, s->next, s->count);
        leads(p.prev, s->prev, s->count);
        leads(p.last, s->end, s->count);
        is(numbers_of(&p), s->numbers);
        assert_int_equal(p.total, s->count);
        assert_true(p.total_is_exact && p.pages.set);
        assert_int_equal(p.several, s->count > p.limit);
    }
}

static void number_links_lead_to_their_pages(void **state) {
    (void)state;
    struct rows rows;
    struct pager p = look("limit=17&page=5", 200, &rows);
    const struct pager_link *links = p.links.at;
    for (size_t i = 0; i < p.links.n; i++)
        if (links[i].path)
            is(links[i].path,
               links[i].number == 1
                   ? "/l?limit=17"
                   : arena_printf(rq->arena, "/l?limit=17&page=%d&until=200", links[i].number));
    is(p.first, "/l?limit=17");
}

/* -- the border of what is counted ------------------------------------------------------------ */

static void ten_thousand_rows_are_counted(void **state) {
    (void)state;
    struct rows rows;
    struct pager p = look("", 10000, &rows);
    assert_true(p.total_is_exact);
    assert_int_equal(p.total, 10000);
    assert_int_equal(p.pages.value, 1000);
    is(p.last, "/l?page=1000&until=10000");
    p = look("page=1000", 10000, &rows);
    assert_int_equal(id_at(&rows, rows.n - 1), 1);
    is(p.next, NULL);
}

static void one_more_is_not(void **state) {
    (void)state;
    struct rows rows;
    struct pager p = look("", 10001, &rows);
    assert_false(p.total_is_exact);
    assert_int_equal(p.total, 10000);
    assert_false(p.pages.set);
    assert_true(p.several);
    assert_int_equal(p.links.n, 0);
    is(p.last, "/l?before=0");
    p = look("page=1000", 10001, &rows);
    is(p.next, "/l?after=2");
    p = look(query_of(p.next), 10001, &rows);
    assert_int_equal(rows.n, 1);
    assert_int_equal(id_at(&rows, 0), 1);
    is(p.next, NULL);
    assert_false(p.current.set);
}

/* Whatever the limit, no link of a list leads to an address that is refused: look() fails then. */
static void every_last_page_can_be_opened(void **state) {
    (void)state;
    for (int32_t limit = PAGER_LIMIT_MIN; limit <= PAGING_LIMIT_MAX; limit++) {
        struct rows rows;
        struct pager p = look(arena_printf(rq->arena, "limit=%d", limit), 10000, &rows);
        p = look(query_of(p.last), 10000, &rows);
        assert_true(rows.n >= 1 && rows.n <= (size_t)limit);
        assert_int_equal(id_at(&rows, rows.n - 1), 1);
        is(p.next, NULL);
        arena_reset(rq->arena);
        rq = arena_alloc(*state, sizeof *rq);
        rq->arena = *state;
    }
}

/* -- cursors --------------------------------------------------------------------------------- */

static void the_end_shows_the_oldest_rows_in_list_order(void **state) {
    (void)state;
    struct rows rows;
    struct pager p = look("before=0", 20000, &rows);
    assert_int_equal(rows.n, 10);
    for (size_t i = 0; i < rows.n; i++)
        assert_int_equal(id_at(&rows, i), 10 - (int32_t)i);
    is(p.next, NULL);
    is(p.prev, "/l?before=10");
    p = look("before=10&limit=13", 20000, &rows);
    assert_int_equal(id_at(&rows, 0), 23);
    assert_int_equal(id_at(&rows, 12), 11);
    is(p.next, "/l?limit=13&after=11");
    is(p.prev, "/l?limit=13&before=23");
}

static void past_either_end_there_is_a_way_back(void **state) {
    (void)state;
    struct rows rows;
    struct pager p = look("before=19990", 20000, &rows);
    assert_int_equal(rows.n, 10);
    assert_int_equal(id_at(&rows, 0), 20000);
    is(p.prev, NULL);
    is(p.next, "/l?after=19991");
    p = look("before=20000", 20000, &rows);
    assert_int_equal(rows.n, 0);
    is(p.prev, NULL);
    is(p.next, "/l");
    is(p.first, "/l");
    p = look("after=0", 20000, &rows);
    assert_int_equal(rows.n, 0);
    is(p.next, NULL);
    is(p.prev, "/l?before=0");
    p = look("after=0", 0, &rows);
    is(p.prev, NULL);
    p = look("before=0", 0, &rows);
    is(p.next, NULL);
}

static void walk(int32_t count, const char *query, int32_t step) {
    int32_t expected = step < 0 ? count : 1, seen = 0;
    while (query) {
        struct rows rows;
        struct pager p = look(query, count, &rows);
        for (size_t i = 0; i < rows.n; i++, seen++, expected += step)
            assert_int_equal(id_at(&rows, step < 0 ? i : rows.n - 1 - i), expected);
        query = step < 0 ? p.next : p.prev;
        query = query ? query_of(query) : NULL;
    }
    assert_int_equal(seen, count);
}

static void next_and_previous_visit_every_row_once(void **state) {
    (void)state;
    static const int32_t counts[] = {1, 10, 11, 99, 10000, 10001, 10150};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        walk(counts[i], "limit=50", -1);
        walk(counts[i], "limit=30", -1);
        walk(counts[i], "limit=50&before=0", 1);
        walk(counts[i], "limit=10&before=0", 1);
    }
}

/* -- rows that are added ----------------------------------------------------------------------- */

static void numbers_name_the_same_rows_while_rows_are_added(void **state) {
    (void)state;
    static const char *const begins[] = {"", "page=2", "page=5"}; /* where the reader comes from */
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        struct rows rows;
        struct pager p = look(begins[i], 50, &rows);
        const struct pager_link *links = p.links.at;
        const char *third = NULL;
        for (size_t k = 0; k < p.links.n; k++)
            if (links[k].number == 3)
                third = query_of(links[k].path);
        for (int32_t count = 50; count < 90; count += 13) {
            p = look(third, count, &rows);
            assert_int_equal(id_at(&rows, 0), 30);
            assert_int_equal(p.total, 50);
            assert_int_equal(p.pages.value, 5);
            is(p.next, "/l?page=4&until=50");
            is(p.prev, "/l?page=2&until=50");
            is(p.last, "/l?page=5&until=50");
            is(p.first, "/l");
        }
    }
}

static void numbers_beside_a_cursor_are_anchored_too(void **state) {
    (void)state;
    struct rows rows;
    struct pager p = look("after=41", 50, &rows);
    is(p.last, "/l?page=5&until=50");
    p = look("before=20", 50, &rows);
    is(p.last, "/l?page=5&until=50");
}

static void the_first_page_is_the_newest(void **state) {
    (void)state;
    struct rows rows;
    struct pager p = look("page=2&until=50", 70, &rows);
    assert_int_equal(id_at(&rows, 0), 40);
    is(p.prev, "/l");
    p = look(query_of(p.prev), 70, &rows);
    assert_int_equal(id_at(&rows, 0), 70);
    is(p.next, "/l?page=2&until=70");
    p = look("until=50", 70, &rows); /* unless it is asked for as it was */
    assert_int_equal(id_at(&rows, 0), 50);
    is(p.next, "/l?page=2&until=50");
}

static void a_list_of_the_oldest_first_needs_no_anchor(void **state) {
    (void)state;
    struct paging paging = {.page = 2, .limit = 10, .until = 7, .oldest = true};
    struct rows rows = answer(&(struct paging){.page = 1, .limit = 10}, 30), none = {0};
    struct pager out;
    assert_int_equal(paging_until(&paging), 0);
    assert_false(pager_asks_first(&paging));
    pager_finish(rq, &paging, &(struct total){.total = 30}, "/l?sort=oldest", &record_thing, &rows,
                 &none, &out);
    is(out.next, "/l?sort=oldest&page=3");
}

/* A list that looked at rows down to an id before its page was full: ids of rows, ended by 0. */
static struct pager stopped(const struct paging *paging, const int32_t *ids) {
    struct thing *things = arena_array(rq->arena, 20, sizeof *things);
    struct rows rows = {.at = things}, none = {0};
    struct pager out;
    for (; ids[rows.n]; rows.n++)
        things[rows.n].id = ids[rows.n];
    pager_finish(rq, paging, &(struct total){.total = PAGING_COUNTED + 1}, "/l", &record_thing,
                 &rows, &none, &out);
    return out;
}

static void a_page_that_is_not_full_goes_on_where_it_stopped(void **state) {
    (void)state;
    struct paging p = {.page = 1, .limit = 10, .stop = 500};
    struct pager out = stopped(&p, (int32_t[]){900, 800, 0});
    is(out.next, "/l?after=500"); /* not page 2, which would begin behind rows that there are not */
    assert_null(out.prev);
    p = (struct paging){.by = PAGING_BY_AFTER, .cursor = 500, .limit = 10, .stop = 300};
    out = stopped(&p, (int32_t[]){0});
    is(out.next, "/l?after=300");
    is(out.prev, "/l?before=499"); /* the row 500 itself was looked at before */
    p = (struct paging){.by = PAGING_BY_BEFORE, .cursor = 300, .limit = 10, .stop = 499};
    out = stopped(&p, (int32_t[]){310, 320, 0});
    is(out.prev, "/l?before=499");
    is(out.next, "/l?after=310");
    out = stopped(&p, (int32_t[]){0});
    is(out.prev, "/l?before=499");
    is(out.next, "/l?after=301");
    p = (struct paging){
        .by = PAGING_BY_AFTER, .cursor = 7, .limit = 10, .stop = 90, .oldest = true};
    out = stopped(&p, (int32_t[]){0});
    is(out.next, "/l?after=90");
    is(out.prev, "/l?before=8");
}

static void a_count_of_a_part_is_at_least_what_is_shown(void **state) {
    (void)state;
    struct paging p = {.page = 3, .limit = 10};
    struct rows rows = answer(&p, 26), none = {0};
    struct pager out;
    pager_finish(rq, &p, &(struct total){.total = 4, .is_part = true}, "/l", &record_thing, &rows,
                 &none, &out);
    assert_int_equal(out.total, 26);
    assert_false(out.total_is_exact);
    assert_false(out.pages.set);
    assert_true(out.several);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(parameters_say_where_the_reader_is),
        T(contradictions_name_the_field),
        T(each_page_has_its_rows_and_links),
        T(number_links_lead_to_their_pages),
        T(ten_thousand_rows_are_counted),
        T(one_more_is_not),
        T(every_last_page_can_be_opened),
        T(the_end_shows_the_oldest_rows_in_list_order),
        T(past_either_end_there_is_a_way_back),
        T(next_and_previous_visit_every_row_once),
        T(numbers_name_the_same_rows_while_rows_are_added),
        T(numbers_beside_a_cursor_are_anchored_too),
        T(the_first_page_is_the_newest),
        T(a_list_of_the_oldest_first_needs_no_anchor),
        T(a_page_that_is_not_full_goes_on_where_it_stopped),
        T(a_count_of_a_part_is_at_least_what_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
