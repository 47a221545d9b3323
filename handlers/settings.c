/* What operators set and let everybody see. */
#include "sql/settings.h"

#include "handlers/page.h"
#include "handlers/pages.h"

struct settings_params {
    const char *key;
};

struct settings_model {
    struct rows data; /* struct public_setting */
};

static const struct param param_rows[] = {
    {.name = "key",
     .kind = PARAM_TEXT,
     .offset = offsetof(struct settings_params, key),
     .least = 1,
     .most = SETTING_KEY_MAX,
     .help = "Only the setting of this name."},
};

static const struct field model_fields[] = {
    FIELD_INSIDE_TOLD(struct settings_model, data, "data", FIELD_LIST, &record_public_setting,
                      ALWAYS, "The settings, by name; at most 200."),
};
static const struct record record_model = RECORD(settings_model, model_fields);

static void settings_load(struct request *rq, struct load *l, void *at) {
    const struct settings_params *params = rq->params;
    struct settings_model *model = at;
    public_settings(l, params->key, &model->data);
}

static enum status settings_show(struct request *rq, struct load *l, void *at, int round) {
    (void)rq;
    (void)l;
    (void)at;
    (void)round;
    return OK; /* the rows are the model */
}

const struct page page_settings = {
    .name = "settings",
    .api_path = "/api/settings",
    .summary = "What the operators of this site let everybody see.",
    .params = param_rows,
    .n_params = sizeof param_rows / sizeof param_rows[0],
    .params_size = sizeof(struct settings_params),
    .model = &record_model,
    .load = settings_load,
    .show = settings_show,
};
