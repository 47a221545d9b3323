/* The cases of the Mustache specification (mustache/spec), read from ../shared/mustache-spec: the
 * data of each becomes a record made on the spot, its templates a folder. */
#include "tests/unit/template_folder.h"

#include <json-c/json.h>

#include "base/when.h"

#define SPEC_DIR "../shared/mustache-spec"

enum { LEAST_PASSED = 95, TEST_SKIPPED = 77 /* what ctest is told in tests/CMakeLists.txt */ };

static struct folder folder;
static int passed, skipped_unescaped, skipped_misses;

/* -- from JSON to records -------------------------------------------------------------------- */

struct shape {
    struct field *fields;
    size_t n;
    struct record record;
};

static struct record *record_for(json_object *const *values, size_t n, struct record *around,
                                 const char *around_name);

/* What stands in one slot of a made struct, whatever its type. */
union slot {
    const char *s;
    bool b;
    int64_t i;
    struct rows rows;
    const void *link;
};

static enum field_type type_of(json_object *v) {
    switch (json_object_get_type(v)) {
    case json_type_boolean:
        return FIELD_BOOL;
    case json_type_int:
        return FIELD_LONG;
    case json_type_array:
        return FIELD_LIST;
    case json_type_object:
        return FIELD_LINK;
    default:
        return FIELD_TEXT;
    }
}

/* The value of that name in an object; "." is the value itself if it is no object. */
static json_object *member(json_object *v, const char *name) {
    json_object *found = NULL;
    if (!json_object_is_type(v, json_type_object))
        return strcmp(name, ".") == 0 ? v : NULL;
    json_object_object_get_ex(v, name, &found);
    return found;
}

static struct field *field_for(struct record *r, struct field *fields, const char *name) {
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    struct field *f = &fields[r->n];
    *f = (struct field){.name = name,
                        .type = FIELD_TEXT,
                        .faces = FACE_BOTH,
                        .offset = (uint16_t)(r->n * sizeof(union slot))};
    r->n++;
    r->size = r->n * sizeof(union slot);
    return f;
}

/* The record inside a field: made from that field of all values together. */
static void set_inner(struct field *f, json_object *const *values, size_t n, struct record *r,
                      const char *r_name) {
    json_object **inner = arena_array(folder.arena, 256, sizeof *inner);
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        json_object *v = member(values[i], f->name);
        if (f->type == FIELD_LINK && v)
            inner[k++] = v;
        for (size_t e = 0; f->type == FIELD_LIST && v && e < json_object_array_length(v); e++)
            inner[k++] = json_object_array_get_idx(v, e);
    }
    /* an empty list inside a list of the same name: more of the same */
    f->of = k == 0 && r_name && strcmp(r_name, f->name) == 0 ? r : record_for(inner, k, r, f->name);
}

static struct record *record_for(json_object *const *values, size_t n, struct record *around,
                                 const char *around_name) {
    (void)around;
    struct record *r = arena_alloc(folder.arena, sizeof *r);
    struct field *fields = arena_array(folder.arena, 32, sizeof *fields);
    r->name = around_name;
    r->fields = fields;
    r->size = sizeof(union slot);
    for (size_t i = 0; i < n; i++) {
        if (!json_object_is_type(values[i], json_type_object)) {
            field_for(r, fields, ".")->type = type_of(values[i]);
            continue;
        }
        json_object_object_foreach(values[i], name, v) {
            struct field *f = field_for(r, fields, name);
            if (v)
                f->type = type_of(v);
        }
    }
    for (size_t i = 0; i < r->n; i++)
        if (fields[i].type == FIELD_LIST || fields[i].type == FIELD_LINK)
            set_inner(&fields[i], values, n, r, around_name);
    return r;
}

static void *fill(const struct record *r, json_object *v);

static void fill_list(struct rows *rows, const struct record *of, json_object *v) {
    rows->n = json_object_array_length(v);
    unsigned char *at = arena_alloc(folder.arena, rows->n * of->size + 1);
    for (size_t i = 0; i < rows->n; i++)
        memcpy(at + i * of->size, fill(of, json_object_array_get_idx(v, i)), of->size);
    rows->at = at;
}

static void *fill(const struct record *r, json_object *value) {
    unsigned char *base = arena_alloc(folder.arena, r->size);
    for (size_t i = 0; i < r->n; i++) {
        const struct field *f = &r->fields[i];
        json_object *v = member(value, f->name);
        union slot *slot = (union slot *)(void *)(base + f->offset);
        if (!v)
            continue;
        if (f->type == FIELD_BOOL)
            slot->b = json_object_get_boolean(v);
        else if (f->type == FIELD_LONG)
            slot->i = json_object_get_int64(v);
        else if (f->type == FIELD_LIST)
            fill_list(&slot->rows, f->of, v);
        else if (f->type == FIELD_LINK)
            slot->link = fill(f->of, v);
        else
            slot->s = json_object_get_string(v);
    }
    return base;
}

/* -- the cases ------------------------------------------------------------------------------- */

static const char *text_of(json_object *test, const char *name) {
    json_object *v = member(test, name);
    return v ? json_object_get_string(v) : "";
}

static bool has_unescaped(const char *s) {
    return strstr(s, "{{{") || strstr(s, "{{&");
}

static void write_templates(json_object *test, bool *unescaped) {
    json_object *partials = member(test, "partials");
    *unescaped = has_unescaped(text_of(test, "template"));
    folder_write(&folder, "main.html", text_of(test, "template"));
    if (!partials)
        return;
    json_object_object_foreach(partials, name, v) {
        char file[64];
        snprintf(file, sizeof file, "%s.html", name);
        *unescaped |= has_unescaped(json_object_get_string(v));
        folder_write(&folder, file, json_object_get_string(v));
    }
}

/* What the specification renders as nothing stops our start: it must say so in these words. */
static bool is_miss(const char *why) {
    return strstr(why, "is not a field of") || strstr(why, "there is no template");
}

static int run_case(const char *file, json_object *test) {
    static const struct record no_shell = {.name = "shell", .size = 1};
    json_object *data = member(test, "data");
    bool unescaped;
    folder_open(&folder);
    write_templates(test, &unescaped);
    struct record *model = record_for(&data, 1, NULL, "model");
    struct templates *set = folder_load(&folder, &no_shell, model);
    int failed = 0;
    if (unescaped) {
        skipped_unescaped++;
        failed = set != NULL || !strstr(text_str(&folder.why), "there is no unescaped tag");
    } else if (!set) {
        skipped_misses += is_miss(text_str(&folder.why));
        failed = !is_miss(text_str(&folder.why));
    } else {
        template_render(templates_find(set, "main"), "", fill(model, data), &folder.out);
        failed = strcmp(text_str(&folder.out), text_of(test, "expected")) != 0;
        passed += !failed;
    }
    if (failed)
        print_error("%s: %s\n--- template\n%s\n--- expected\n%s\n--- got\n%s\n%s\n", file,
                    text_of(test, "name"), text_of(test, "template"), text_of(test, "expected"),
                    set ? text_str(&folder.out) : "", text_str(&folder.why));
    templates_free(set);
    folder_close(&folder);
    return failed;
}

static void test_spec(void **state) {
    static const char *const files[] = {"comments", "interpolation", "inverted",
                                        "partials", "sections",      "~inheritance"};
    int failed = 0;
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[256];
        snprintf(path, sizeof path, SPEC_DIR "/%s.json", files[i]);
        json_object *spec = json_object_from_file(path);
        json_object *tests = spec ? member(spec, "tests") : NULL;
        assert_non_null(tests);
        for (size_t k = 0; k < json_object_array_length(tests); k++)
            failed += run_case(files[i], json_object_array_get_idx(tests, k));
        json_object_put(spec);
    }
    print_message("passed %d, skipped %d with unescaped tags and %d with context misses\n", passed,
                  skipped_unescaped, skipped_misses);
    assert_int_equal(failed, 0);
    assert_true(passed >= LEAST_PASSED);
}

int main(void) {
    if (access(SPEC_DIR, R_OK) != 0) {
        printf("skipped: %s is not there\n", SPEC_DIR);
        return TEST_SKIPPED;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spec)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
