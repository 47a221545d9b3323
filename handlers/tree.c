#include "handlers/tree.h"

#include <string.h>

#include "base/json_in.h"
#include "base/utf8.h"
#include "templates/values.h"

static const struct field tree_fields[] = {
    FIELD_MADE(struct tree, name, "name", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct tree, value, "value", FIELD_TEXT, FACE_HTML),
    FIELD_INSIDE(struct tree, children, "children", FIELD_LIST, FACE_HTML, &record_tree),
    FIELD_MADE(struct tree, branch, "branch", FIELD_BOOL, FACE_HTML),
};
const struct record record_tree = RECORD(tree, tree_fields);

/* What may still be shown. */
struct room {
    size_t nodes, bytes;
    bool cut;
};

enum { NODE_BYTES = 8 }; /* what its markup costs, compressed */

/* s, or as much of it as there is room for. */
static const char *fit(struct arena *a, const char *s, size_t most, struct room *room) {
    size_t n = strlen(s);
    most = most < room->bytes ? most : room->bytes;
    size_t fits = utf8_fit(s, n, most, most);
    room->bytes -= fits;
    if (fits == n)
        return s;
    struct text t = text_in(a, n + 1);
    text_cut(&t, s, n, most, most);
    room->cut = true;
    return text_str(&t);
}

static bool take_node(struct room *room) {
    if (room->nodes == 0 || room->bytes < NODE_BYTES) {
        room->cut = true;
        return false;
    }
    room->nodes--;
    room->bytes -= NODE_BYTES;
    return true;
}

/* As deep as json_parse lets a value be. */
static void grow(struct arena *a, const struct json *v, struct tree *to, struct room *room) {
    size_t n = json_count(v), kept = 0;
    bool object = json_type(v) == JSON_OBJECT;
    if (n == 0) {
        to->value = fit(a, json_string(v) ? json_string(v) : json_text(a, v), VALUE_LONG_MAX, room);
        return;
    }
    struct tree *children = arena_array(a, n < room->nodes ? n : room->nodes, sizeof *children);
    for (; kept < n && take_node(room); kept++) {
        struct tree *child = &children[kept];
        child->name = object ? fit(a, json_name_at(v, kept), VALUE_MAX, room)
                             : arena_printf(a, "%zu", kept + 1);
        grow(a, object ? json_value_at(v, kept) : json_at(v, kept), child, room);
    }
    to->children = (struct rows){.at = children, .n = kept};
    to->branch = kept > 0;
    if (!kept)
        to->value = "…";
}

const struct tree *tree_of(struct arena *a, const char *json, bool *cut) {
    struct text why = text_in(a, 1024);
    struct tree *root = arena_alloc(a, sizeof *root);
    const struct json *value;
    struct room room = {.nodes = TREE_NODES_MAX, .bytes = TREE_BYTES_MAX};
    if (json_parse(a, json, strlen(json), &value, &why) != OK)
        return NULL;
    grow(a, value, root, &room);
    *cut = root->branch && room.cut;
    return root->branch ? root : NULL;
}
