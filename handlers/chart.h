/* chart.h - activity over time as a row of bars, for the template parts/chart. */
#ifndef SITA_HANDLERS_CHART_H
#define SITA_HANDLERS_CHART_H

#include "base/record.h"
#include "sql/db.h"

/* What the query activity_chart gives: a span of time and how much happened in it. */
struct chart_row {
    const char *unit; /* hour, day, week, month or year */
    int64_t begins;
    int32_t n;
    bool cut; /* older rows than the first span's are not counted */
};

struct chart_bar {
    const char *label; /* when the span begins, as precisely as spans are long */
    int32_t n;
    int32_t x, y, height; /* in the picture, which is width x CHART_HEIGHT */
};

struct chart {
    struct rows bars; /* struct chart_bar, oldest first */
    int32_t width;
    int32_t pixels; /* the most that it is wide on a page: few bars are no wider than many */
    const char *caption, *unit; /* translated */
    const char *from, *to;      /* the labels of the ends */
    int32_t most;               /* the largest n */
    bool cut;
};

enum { CHART_HEIGHT = 60, CHART_STEP = 10, CHART_STEP_PIXELS = 80 };

extern const struct record record_chart_row, record_chart;

/* The chart of the rows (struct chart_row), in a; NULL if there are none. */
const struct chart *chart_of(struct arena *a, const struct rows *rows);

#endif
