#include "handlers/state.h"

#include <stdbool.h>
#include <string.h>

#include "base/when.h"
#include "templates/assets.h"
#include "templates/messages.h"

const char *const state_statuses[] = {"pending", "confirmed", "failed", NULL};
const char *const state_networks[] = {"mainnet", "testnet", "unknown", NULL};
const char *const state_types[] = {"create",   "mint",    "transfer", "burn",
                                   "cellbase", "unknown", NULL};

struct state {
    const char *name, *icon, *label, *help;
};

static const struct state states[] = {
    {"pending", ASSET_ICONS_PENDING_SVG, N_("Pending"),
     N_("Waiting for the chain: the transaction is not committed deep enough, or was not checked "
        "yet.")},
    {"confirmed", ASSET_ICONS_CONFIRMED_SVG, N_("Confirmed"),
     N_("Verified on chain, byte by byte: the transaction is committed and says what this record "
        "says.")},
    {"failed", ASSET_ICONS_FAILED_SVG, N_("Failed"),
     N_("The chain does not bear this record out.")},
    {"recorded", ASSET_ICONS_RECORDED_SVG, N_("Recorded elsewhere"),
     N_("Recorded elsewhere, not verified here.")},
    /* of any other name, which is its label: */
    {"unknown", ASSET_ICONS_UNKNOWN_SVG, N_("Status not recorded"),
     N_("This site does not know this status, and has verified nothing of it.")},
};
enum { RECORDED = 3, UNKNOWN = 4 };

static const struct state *named(const char *status) {
    for (size_t i = 0; i < RECORDED; i++)
        if (strcmp(states[i].name, status) == 0)
            return &states[i];
    return &states[UNKNOWN];
}

/* Nothing is confirmed that was not verified here, whoever wrote that into the row. */
static const struct state *state_of(const char *status, const char *origin, int64_t verified_at) {
    bool verified = verified_at != WHEN_NONE;
    return !verified && (origin || strcmp(status, "confirmed") == 0) ? &states[RECORDED]
                                                                     : named(status);
}

const char *state_name(const char *status, const char *origin, int64_t verified_at) {
    return state_of(status, origin, verified_at)->name;
}

const char *state_icon(const char *status, const char *origin, int64_t verified_at) {
    return state_of(status, origin, verified_at)->icon;
}

const char *state_label(const char *status, const char *origin, int64_t verified_at) {
    const struct state *s = state_of(status, origin, verified_at);
    return s == &states[UNKNOWN] && *status ? status : message(s->label);
}

const char *state_help(const char *status, const char *origin, int64_t verified_at) {
    return message(state_of(status, origin, verified_at)->help);
}

const char *status_label(const char *status) {
    return message(named(status)->label);
}

struct network {
    const char *name, *icon, *label;
};

static const struct network networks[] = {
    {"mainnet", ASSET_ICONS_MAINNET_SVG, N_("Mainnet")},
    {"testnet", ASSET_ICONS_TESTNET_SVG, N_("Testnet")},
    {"unknown", ASSET_ICONS_UNKNOWN_SVG, N_("Network not recorded")}};
enum { NETWORKS = sizeof networks / sizeof networks[0] };

static size_t network_of(const char *network_id) {
    size_t i = 0;
    while (i < NETWORKS && strcmp(networks[i].name, network_id) != 0)
        i++;
    return i;
}

const char *network_label(const char *network_id) {
    size_t i = network_of(network_id);
    return i < NETWORKS || !*network_id ? message(networks[i < NETWORKS ? i : NETWORKS - 1].label)
                                        : network_id;
}

const char *network_icon(const char *network_id) {
    size_t i = network_of(network_id);
    return networks[i < NETWORKS ? i : NETWORKS - 1].icon;
}

const char *type_label(const char *tx_type) {
    static const struct {
        const char *name, *label;
    } labels[] = {{"create", N_("Create")},     {"mint", N_("Mint")},
                  {"transfer", N_("Transfer")}, {"burn", N_("Burn")},
                  {"cellbase", N_("Cellbase")}, {"unknown", N_("Not classified")}};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (strcmp(labels[i].name, tx_type) == 0)
            return message(labels[i].label);
    return *tx_type ? tx_type : message(N_("Not classified"));
}
