#include "handlers/state.h"

#include <string.h>

#include "base/blank.h"
#include "templates/assets.h"
#include "templates/messages.h"

const char *const state_names[] = {"pending", "confirmed", "failed", "recorded", NULL};
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
enum { UNKNOWN = 4 };

static const struct state *state_of(const char *name) {
    for (size_t i = 0; i < UNKNOWN; i++)
        if (strcmp(states[i].name, name) == 0)
            return &states[i];
    return &states[UNKNOWN];
}

const char *state_class(const char *name) {
    return state_of(name)->name;
}

const char *state_icon(const char *name) {
    return state_of(name)->icon;
}

const char *state_label(const char *name) {
    const struct state *s = state_of(name);
    return s == &states[UNKNOWN] && !blank_text(name) ? name : message(s->label);
}

const char *state_help(const char *name) {
    return message(state_of(name)->help);
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
    return i < NETWORKS || blank_text(network_id)
               ? message(networks[i < NETWORKS ? i : NETWORKS - 1].label)
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
    return !blank_text(tx_type) ? tx_type : message(N_("Not classified"));
}
