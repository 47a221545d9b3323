# queries.awk - turns sql/queries/*.sql into gen/sql/names.h and gen/sql/queries.inc.
#
# Use: awk -v out=DIRECTORY -f queries.awk FILE...      (any POSIX awk; mawk included)
#
# A file holds queries one after another. A query:
#
#   -- name: token_list            SQL_TOKEN_LIST; letters, digits and _
#   -- What it is for.             one line or more
#   -- shapes: network after       options; each is a bit, SHAPE_TOKEN_LIST_NETWORK = 1 ...
#   -- exclusive: after before     at most one of these in a shape; the line may be repeated
#   -- within: oldest page         the first only in shapes that have the second; may be repeated
#   -- limits: 11 26 51            literals that :limit may become, ascending
#   -- row: token                  name of the record that a row becomes
#   -- lacks: description          columns of that record which this query leaves null on purpose
#   SELECT ... WHERE t.network_id = :network   --? network
#   ORDER BY t.id DESC                         --? !before
#   LIMIT :limit
#
# A line that ends in "--? a !b" is only in shapes with option a and without option b. :name is a
# parameter, :: a cast; a quote ends on the line where it begins. Only "name" and the purpose are
# required. A mistake ends the build with file:line and changes no output.

function fail(message) {
    if (!failed)
        printf "%s:%d: error: %s\n", FILENAME, FNR, message > "/dev/stderr"
    failed = 1
    exit 1
}

function finish_query() {
    if (query == "")
        return
    if (!purpose)
        fail("query " query " (" where ") lacks a comment line that says what it is for")
    if (n_lines == 0)
        fail("query " query " has no text")
    for (o = 1; o <= n_options; o++)
        if (!used[option_name[o]])
            fail("query " query ": no line uses the option " option_name[o])
    if (n_limits && !limit_used)
        fail("query " query " has limits, but no :limit")
    if (limit_used && !n_limits)
        fail("query " query " has :limit, but no line \"-- limits:\"")
    write_query()
    query = ""
}

function list(names, count,    s, k) {
    for (k = 1; k <= count; k++)
        s = s (k > 1 ? ", " : "") "\"" names[k] "\""
    return s
}

function write_query(    k, s) {
    upper = toupper(query)
    n_queries++
    enumerators = enumerators "    SQL_" upper ",\n"
    if (n_options) {
        shapes = shapes "enum {\n"
        for (k = 1; k <= n_options; k++)
            shapes = shapes "    " option_constant[k] " = " bit_of[option_name[k]] ",\n"
        shapes = shapes "};\n"
    }
    tables = tables "static const struct query_line lines_of_" query "[] = {\n" lines "};\n"
    rows = rows "    [SQL_" upper "] = {.name = \"" query "\", .where = \"" where "\",\n"
    rows = rows "        .lines = lines_of_" query ", .n_lines = " n_lines ",\n"
    if (n_params)
        rows = rows "        .params = {" list(param_name, n_params) "}, .n_params = " n_params ",\n"
    if (n_options)
        rows = rows "        .options = {" list(option_name, n_options) "}, .n_options = " n_options ",\n"
    if (n_limits) {
        s = limit_value[1]
        for (k = 2; k <= n_limits; k++)
            s = s ", " limit_value[k]
        rows = rows "        .limits = {" s "}, .n_limits = " n_limits ",\n"
    }
    if (n_exclusive)
        rows = rows "        .exclusive = {" exclusive "}, .n_exclusive = " n_exclusive ",\n"
    if (n_within)
        rows = rows "        .within = {" within "}, .n_within = " n_within ",\n"
    if (n_lacks)
        rows = rows "        .lacks = {" list(lack_name, n_lacks) "}, .n_lacks = " n_lacks ",\n"
    if (row != "")
        rows = rows "        .row = \"" row "\",\n"
    rows = rows "    },\n"
}

function start_query(name,    file) {
    finish_query()
    if (name !~ /^[a-z][a-z0-9_]*$/ || name == "names")
        fail("\"" name "\" cannot be the name of a query")
    if (name in seen)
        fail("query " name " is already in " seen[name])
    file = FILENAME
    sub(/^.*\//, "", file)
    query = name
    where = file ":" FNR
    seen[name] = where
    purpose = n_lines = n_options = n_limits = n_params = n_exclusive = n_within = n_lacks = limit_used = 0
    lines = exclusive = within = row = ""
    split("", bit_of)
    split("", used)
    split("", param_index)
}

function need_room(count, most, what) {
    if (count > most)
        fail("query " query " has more than " most " " what)
}

function add_options(words,    k, n, part, constant) {
    n = split(words, part, " ")
    for (k = 1; k <= n; k++) {
        if (part[k] !~ /^[a-z][a-z0-9_]*$/ || part[k] in bit_of)
            fail("\"" part[k] "\" is not a new option name")
        constant = "SHAPE_" toupper(query) "_" toupper(part[k])
        if (constant in constant_seen)
            fail(constant " would exist twice (see " constant_seen[constant] ")")
        constant_seen[constant] = where
        need_room(++n_options, 12, "options")
        option_name[n_options] = part[k]
        option_constant[n_options] = constant
        bit_of[part[k]] = 2 ^ (n_options - 1)
    }
}

function add_exclusive(words,    k, n, part, mask) {
    n = split(words, part, " ")
    for (k = 1; k <= n; k++) {
        if (!(part[k] in bit_of))
            fail("\"" part[k] "\" is not in the line \"-- shapes:\" above")
        mask += bit_of[part[k]]
    }
    if (n < 2)
        fail("at least two options can exclude each other")
    need_room(++n_exclusive, 4, "lines \"-- exclusive:\"")
    exclusive = exclusive (n_exclusive > 1 ? ", " : "") mask
}

function add_within(words,    n, part) {
    n = split(words, part, " ")
    if (n != 2 || !(part[1] in bit_of) || !(part[2] in bit_of))
        fail("\"within:\" takes two options of the line \"-- shapes:\" above")
    need_room(++n_within, 2, "lines \"-- within:\"")
    within = within (n_within > 1 ? ", " : "") "{" bit_of[part[1]] ", " bit_of[part[2]] "}"
}

function add_limits(words,    k, n, part) {
    n = split(words, part, " ")
    for (k = 1; k <= n; k++) {
        if (part[k] !~ /^[1-9][0-9]*$/ || part[k] + 0 > 1000000)
            fail("\"" part[k] "\" is not a limit from 1 to 1000000")
        if (n_limits && part[k] + 0 <= limit_value[n_limits] + 0)
            fail("limits must ascend")
        need_room(++n_limits, 8, "limits")
        limit_value[n_limits] = part[k]
    }
}

function add_lacks(words,    k, n, part) {
    n = split(words, part, " ")
    for (k = 1; k <= n; k++) {
        need_room(++n_lacks, 16, "columns that it lacks")
        lack_name[n_lacks] = part[k]
    }
}

function set_row(name) {
    if (name !~ /^[a-z][a-z0-9_]*$/)
        fail("\"" name "\" cannot be the name of a record")
    row = name
}

function header(line,    colon, key, value) {
    if (line !~ /^-- [a-z]+:/) {
        if (line ~ /^-- ./)
            purpose = 1
        return
    }
    colon = index(line, ":")
    key = substr(line, 4, colon - 4)
    value = substr(line, colon + 1)
    gsub(/^[ \t]+|[ \t]+$/, "", value)
    if (key == "shapes")
        add_options(value)
    else if (key == "exclusive")
        add_exclusive(value)
    else if (key == "within")
        add_within(value)
    else if (key == "limits")
        add_limits(value)
    else if (key == "lacks")
        add_lacks(value)
    else if (key == "row")
        set_row(value)
    else if (key ~ /^(name|shape|exclu|within|limit|row|record|lack)/)
        fail("\"" key ":\" is none of name, shapes, exclusive, within, limits, row, lacks")
    else
        purpose = 1
}

# Sets need and without from the words after "--?".
function conditions(words,    k, n, part, name) {
    need = without = 0
    n = split(words, part, " ")
    if (n == 0)
        fail("\"--?\" needs an option")
    for (k = 1; k <= n; k++) {
        name = part[k]
        sub(/^!/, "", name)
        if (!(name in bit_of))
            fail("\"" name "\" is not in the line \"-- shapes:\"")
        if (part[k] ~ /^!/)
            without += bit_of[name]
        else
            need += bit_of[name]
        used[name] = 1
    }
}

# The C text of a parameter: \001 and a letter for its number in the query; \002 for :limit.
function parameter(name) {
    if (name == "limit") {
        limit_used = 1
        return "\\002"
    }
    if (!(name in param_index)) {
        need_room(n_params + 1, 16, "parameters")
        param_name[++n_params] = name
        param_index[name] = n_params
    }
    return "\\001" substr("ABCDEFGHIJKLMNOP", param_index[name], 1)
}

function c_char(c) {
    return c == "\"" || c == "\\" ? "\\" c : c
}

# One line of SQL as the inside of a C string.
function converted(s,    i, n, c, next_c, quote, result, name) {
    n = length(s)
    for (i = 1; i <= n; i++) {
        c = substr(s, i, 1)
        next_c = substr(s, i + 1, 1)
        if (quote != "") {
            if (c == "\\" && next_c == quote)
                fail("a backslash before a quote is not supported")
            if (c == quote)
                quote = ""
        } else if (c == "'" || c == "\"") {
            quote = c
        } else if (c == ";" || c == "$") {
            fail("\"" c "\" has no place in a named query")
        } else if (c == "-" && next_c == "-") {
            fail("a comment is not allowed after SQL (only --? options)")
        } else if (c == ":" && next_c == ":") {
            result = result "::"
            i++
            continue
        } else if (c == ":" && next_c ~ /[a-z_]/) {
            name = substr(s, i + 1)
            match(name, /^[a-z_][a-z0-9_]*/)
            result = result parameter(substr(name, 1, RLENGTH))
            i += RLENGTH
            continue
        }
        result = result c_char(c)
    }
    if (quote != "")
        fail("a quote begins on this line and does not end on it")
    return result
}

function add_line(line,    at) {
    need = without = 0
    at = index(line, "--?")
    if (at) {
        conditions(substr(line, at + 3))
        line = substr(line, 1, at - 1)
    }
    gsub(/^[ \t]+|[ \t]+$/, "", line)
    if (line == "")
        fail("a line without SQL")
    n_lines++
    lines = lines "    {\"" converted(line) "\", " need ", " without "},\n"
}

FNR == 1 { finish_query() }
/\r/ { fail("a carriage return") }
/^-- name:/ {
    sub(/^-- name:[ \t]*/, "")
    sub(/[ \t]+$/, "")
    start_query($0)
    next
}
/^[ \t]*$/ { next }
/^--/ {
    if (query != "" && n_lines)
        fail("a comment inside the text of query " query)
    if (query != "")
        header($0)
    next
}
{
    if (query == "")
        fail("SQL before the first \"-- name:\"")
    add_line($0)
}

END {
    if (!failed)
        finish_query()
    if (failed)
        exit 1
    names_h = out "/names.h"
    print "/* Made by sql/queries.awk from sql/queries; do not edit. */" > names_h
    print "#ifndef SITA_SQL_NAMES_H\n#define SITA_SQL_NAMES_H\n" > names_h
    print "enum sql_name {\n" enumerators "    SQL_NAMES\n};\n" > names_h
    print shapes "\n#endif" > names_h
    close(names_h)
    inc = out "/queries.inc"
    print "/* Made by sql/queries.awk from sql/queries; do not edit. */" > inc
    print tables "\nstatic const struct query queries[SQL_NAMES] = {\n" rows "};" > inc
    close(inc)
}
