#include "handlers/tree.h"

#include <string.h>

#include "base/json_in.h"

static const struct field tree_fields[] = {
    FIELD_MADE(struct tree, name, "name", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct tree, value, "value", FIELD_TEXT, FACE_HTML),
    FIELD_INSIDE(struct tree, children, "children", FIELD_LIST, FACE_HTML, &record_tree),
    FIELD_MADE(struct tree, branch, "branch", FIELD_BOOL, FACE_HTML),
};
const struct record record_tree = RECORD(tree, tree_fields);

/* As deep as json_parse lets a value be. False if there is no room left. */
static bool grow(struct arena *a, const struct json *v, struct tree *to, size_t *room) {
    size_t n = json_count(v);
    bool object = json_type(v) == JSON_OBJECT;
    if (n > *room)
        return false;
    *room -= n;
    if (n == 0) {
        to->value = json_string(v) ? json_string(v) : json_text(a, v);
        return true;
    }
    struct tree *children = arena_array(a, n, sizeof *children);
    for (size_t i = 0; i < n; i++) {
        children[i].name = object ? json_name_at(v, i) : arena_printf(a, "%zu", i + 1);
        if (!grow(a, object ? json_value_at(v, i) : json_at(v, i), &children[i], room))
            return false;
    }
    to->children = (struct rows){.at = children, .n = n};
    to->branch = true;
    return true;
}

const struct tree *tree_of(struct arena *a, const char *json) {
    struct text why = text_in(a, 1024);
    struct tree *root = arena_alloc(a, sizeof *root);
    const struct json *value;
    size_t room = TREE_NODES_MAX;
    if (json_parse(a, json, strlen(json), &value, &why) != OK || !grow(a, value, root, &room))
        return NULL;
    return root->branch ? root : NULL;
}
