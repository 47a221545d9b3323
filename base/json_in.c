#include "base/json_in.h"

/* The library has a type of this name. */
#define json_type jsonc_type
#include <json-c/json.h>
#undef json_type

#include <limits.h>
#include <string.h>

#include "base/json_scan.h"
#include "base/log.h"

struct json {
    enum json_type type;
    bool boolean;
    int64_t integer;
    const char *text;    /* STRING: its bytes; NUMBER: as it was written */
    size_t n;            /* ARRAY, OBJECT: elements */
    const char **names;  /* OBJECT */
    struct json *values; /* ARRAY, OBJECT */
};

static void convert(struct arena *a, struct json *v, struct json_object *from);

/* Takes back what json_scan put after integers beyond int64, which have 19 digits or more. */
static void convert_number(struct arena *a, struct json *v, struct json_object *from) {
    const char *text = json_object_to_json_string_ext(from, JSON_C_TO_STRING_PLAIN);
    bool negative = *text == '-';
    size_t n = strlen(text), digits = strspn(text + negative, "0123456789");
    bool marked = digits >= 19 && strcmp(text + negative + digits, "e0") == 0;
    v->type = JSON_NUMBER;
    v->text = arena_strndup(a, text, marked ? n - 2 : n);
}

static void convert_array(struct arena *a, struct json *v, struct json_object *from) {
    v->type = JSON_ARRAY;
    v->n = json_object_array_length(from);
    v->values = arena_array(a, v->n, sizeof *v->values);
    for (size_t i = 0; i < v->n; i++)
        convert(a, &v->values[i], json_object_array_get_idx(from, i));
}

static void convert_object(struct arena *a, struct json *v, struct json_object *from) {
    size_t i = 0, n = (size_t)json_object_object_length(from);
    v->type = JSON_OBJECT;
    v->n = n;
    v->names = arena_array(a, n, sizeof *v->names);
    v->values = arena_array(a, n, sizeof *v->values);
    json_object_object_foreach(from, name, value) {
        v->names[i] = arena_strdup(a, name);
        convert(a, &v->values[i++], value);
    }
}

static void convert(struct arena *a, struct json *v, struct json_object *from) {
    switch (json_object_get_type(from)) {
    case json_type_null:
        v->type = JSON_NULL;
        break;
    case json_type_boolean:
        v->type = JSON_BOOL;
        v->boolean = json_object_get_boolean(from);
        break;
    case json_type_int:
        v->type = JSON_INT;
        v->integer = json_object_get_int64(from);
        break;
    case json_type_double:
        convert_number(a, v, from);
        break;
    case json_type_string:
        v->type = JSON_STRING;
        v->text = arena_strndup(a, json_object_get_string(from),
                                (size_t)json_object_get_string_len(from));
        break;
    case json_type_array:
        convert_array(a, v, from);
        break;
    case json_type_object:
        convert_object(a, v, from);
        break;
    }
}

static struct json *parse_copy(struct arena *a, struct text *copy, const char **problem) {
    struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 2);
    if (!tokener)
        log_fatal("out_of_memory", "no JSON tokener");
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    /* The NUL is included: it tells json-c that a number at the end is complete. */
    struct json_object *tree = json_tokener_parse_ex(tokener, text_str(copy), (int)copy->n + 1);
    enum json_tokener_error error = json_tokener_get_error(tokener);
    json_tokener_free(tokener);
    if (error != json_tokener_success) {
        *problem = json_tokener_error_desc(error);
        json_object_put(tree);
        return NULL;
    }
    struct json *v = arena_alloc(a, sizeof *v);
    convert(a, v, tree);
    json_object_put(tree);
    return v;
}

enum status json_parse(struct arena *a, const char *s, size_t n, const struct json **value,
                       struct text *why) {
    struct text copy = text_in(a, INT_MAX - 1);
    const struct json *v = NULL;
    const char *wrong = NULL;
    size_t at = 0;
    if (n >= INT_MAX / 2) {
        text_lit(why, "the document is too long");
        return BAD_INPUT;
    }
    if (json_scan(a, s, n, &copy, &at, &wrong))
        v = parse_copy(a, &copy, &wrong);
    if (!v) {
        text_printf(why, "byte %zu: %s", at, wrong);
        return BAD_INPUT;
    }
    *value = v;
    return OK;
}

enum json_type json_type(const struct json *v) {
    return v ? v->type : JSON_NULL;
}

const struct json *json_member(const struct json *v, const char *name) {
    if (json_type(v) != JSON_OBJECT)
        return NULL;
    for (size_t i = 0; i < v->n; i++)
        if (strcmp(v->names[i], name) == 0)
            return &v->values[i];
    return NULL;
}

size_t json_count(const struct json *v) {
    return v ? v->n : 0;
}

const struct json *json_at(const struct json *array, size_t i) {
    return json_type(array) == JSON_ARRAY && i < array->n ? &array->values[i] : NULL;
}

const char *json_name_at(const struct json *object, size_t i) {
    return json_type(object) == JSON_OBJECT && i < object->n ? object->names[i] : NULL;
}

const struct json *json_value_at(const struct json *object, size_t i) {
    return json_type(object) == JSON_OBJECT && i < object->n ? &object->values[i] : NULL;
}

const char *json_string(const struct json *v) {
    return json_type(v) == JSON_STRING ? v->text : NULL;
}

bool json_int(const struct json *v, int64_t *out) {
    if (json_type(v) != JSON_INT)
        return false;
    *out = v->integer;
    return true;
}

static void put_value(struct text *out, const struct json *v);

static void put_inside(struct text *out, const struct json *v) {
    for (size_t i = 0; i < v->n; i++) {
        if (i)
            text_char(out, ',');
        if (v->names) {
            text_json(out, v->names[i], strlen(v->names[i]));
            text_char(out, ':');
        }
        put_value(out, &v->values[i]);
    }
}

static void put_value(struct text *out, const struct json *v) {
    switch (json_type(v)) {
    case JSON_NULL:
        text_lit(out, "null");
        break;
    case JSON_BOOL:
        text_put(out, v->boolean ? "true" : "false");
        break;
    case JSON_INT:
        text_long(out, v->integer);
        break;
    case JSON_NUMBER:
        text_put(out, v->text);
        break;
    case JSON_STRING:
        text_json(out, v->text, strlen(v->text));
        break;
    case JSON_ARRAY:
        text_char(out, '[');
        put_inside(out, v);
        text_char(out, ']');
        break;
    case JSON_OBJECT:
        text_char(out, '{');
        put_inside(out, v);
        text_char(out, '}');
        break;
    }
}

const char *json_text(struct arena *a, const struct json *v) {
    struct text out = text_in(a, SIZE_MAX / 4);
    put_value(&out, v);
    return text_str(&out);
}
