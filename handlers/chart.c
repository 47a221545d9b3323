#include "handlers/chart.h"

#include <string.h>

#include "base/when.h"
#include "templates/messages.h"

static const struct field row_fields[] = {
    FIELD_STORED(struct chart_row, unit, "unit", FIELD_TEXT),
    FIELD_STORED(struct chart_row, begins, "begins", FIELD_TIME),
    FIELD_STORED(struct chart_row, n, "n", FIELD_INT),
    FIELD_STORED(struct chart_row, cut, "cut", FIELD_BOOL),
};
const struct record record_chart_row = RECORD(chart_row, row_fields);

#define B(member, json, kind) FIELD_MADE(struct chart_bar, member, json, kind, FACE_HTML)
static const struct field bar_fields[] = {
    B(label, "label", FIELD_TEXT), B(n, "n", FIELD_INT),           B(x, "x", FIELD_INT),
    B(y, "y", FIELD_INT),          B(height, "height", FIELD_INT),
};
static const struct record record_bar = RECORD(chart_bar, bar_fields);

#define C(member, json, kind) FIELD_MADE(struct chart, member, json, kind, FACE_HTML)
static const struct field chart_fields[] = {
    FIELD_INSIDE(struct chart, bars, "bars", FIELD_LIST, FACE_HTML, &record_bar),
    C(width, "width", FIELD_INT),
    C(pixels, "pixels", FIELD_INT),
    C(caption, "caption", FIELD_TEXT),
    C(unit, "unit", FIELD_TEXT),
    C(from, "from", FIELD_TEXT),
    C(to, "to", FIELD_TEXT),
    C(most, "most", FIELD_INT),
    C(cut, "cut", FIELD_BOOL),
};
const struct record record_chart = RECORD(chart, chart_fields);

struct unit {
    const char *name, *caption, *label;
    size_t digits; /* of "YYYY-MM-DD HH:00" that tell one span from the next */
};

static const struct unit units[] = {
    {"hour", N_("Transactions by the hour they were added here"), N_("Hour (UTC)"), 16},
    {"day", N_("Transactions by the day they were added here"), N_("Day (UTC)"), 10},
    {"week", N_("Transactions by the week they were added here"), N_("Week that begins on (UTC)"),
     10},
    {"month", N_("Transactions by the month they were added here"), N_("Month (UTC)"), 7},
    {"year", N_("Transactions by the year they were added here"), N_("Year (UTC)"), 4},
};

static const struct unit *unit_of(const char *name) {
    for (size_t i = 1; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    return &units[0];
}

static const char *label_of(struct arena *a, const struct unit *unit, int64_t begins) {
    char label[] = "0000-00-00 00:00";
    struct when_parts p = when_split(begins);
    when_digits(label, p.year, 4);
    when_digits(label + 5, p.month, 2);
    when_digits(label + 8, p.day, 2);
    when_digits(label + 11, p.hour, 2);
    return arena_strndup(a, label, unit->digits);
}

/* One more than nothing is seen, however much the largest is. */
static int32_t height_of(int32_t n, int32_t most) {
    int64_t height = (int64_t)n * CHART_HEIGHT / most;
    return n && height == 0 ? 1 : (int32_t)height;
}

const struct chart *chart_of(struct arena *a, const struct rows *rows) {
    const struct chart_row *from = rows->at;
    if (rows->n == 0)
        return NULL;
    struct chart *chart = arena_alloc(a, sizeof *chart);
    struct chart_bar *bars = arena_array(a, rows->n, sizeof *bars);
    const struct unit *unit = unit_of(from->unit);
    int32_t most = 1;
    for (size_t i = 0; i < rows->n; i++)
        most = from[i].n > most ? from[i].n : most;
    for (size_t i = 0; i < rows->n; i++) {
        int32_t height = height_of(from[i].n, most);
        bars[i] = (struct chart_bar){.label = label_of(a, unit, from[i].begins),
                                     .n = from[i].n,
                                     .x = (int32_t)i * CHART_STEP + 1,
                                     .y = CHART_HEIGHT - height,
                                     .height = height};
    }
    *chart = (struct chart){.bars = {.at = bars, .n = rows->n},
                            .width = (int32_t)rows->n * CHART_STEP,
                            .pixels = (int32_t)rows->n * CHART_STEP_PIXELS,
                            .caption = message(unit->caption),
                            .unit = message(unit->label),
                            .from = bars[0].label,
                            .to = bars[rows->n - 1].label,
                            .most = most,
                            .cut = from->cut};
    return chart;
}
