#include "handlers/state.h"

#include <string.h>

#include "base/when.h"
#include "templates/messages.h"

const char *const state_statuses[] = {"pending", "confirmed", "failed", NULL};
const char *const state_networks[] = {"mainnet", "testnet", "unknown", NULL};
const char *const state_types[] = {"create",   "mint",    "transfer", "burn",
                                   "cellbase", "unknown", NULL};

struct state {
    const char *name, *label, *help;
};

static const struct state states[] = {
    {"pending", N_("Pending"),
     N_("Waiting for the chain: the transaction is not committed deep enough, or was not checked "
        "yet.")},
    {"confirmed", N_("Confirmed"),
     N_("Verified on chain, byte by byte: the transaction is committed and says what this record "
        "says.")},
    {"failed", N_("Failed"), N_("The chain does not bear this record out.")},
    {"recorded", N_("Recorded elsewhere"), N_("Recorded elsewhere, not verified here.")},
};

static const struct state *state_of(const char *status, const char *origin, int64_t verified_at) {
    if (origin && verified_at == WHEN_NONE)
        return &states[3];
    for (size_t i = 1; i < 3; i++)
        if (strcmp(states[i].name, status) == 0)
            return &states[i];
    return &states[0];
}

const char *state_name(const char *status, const char *origin, int64_t verified_at) {
    return state_of(status, origin, verified_at)->name;
}

const char *state_label(const char *status, const char *origin, int64_t verified_at) {
    return message(state_of(status, origin, verified_at)->label);
}

const char *state_help(const char *status, const char *origin, int64_t verified_at) {
    return message(state_of(status, origin, verified_at)->help);
}

const char *status_label(const char *status) {
    return state_label(status, NULL, WHEN_NONE);
}

struct label {
    const char *name, *label;
};

static const char *label_in(const struct label *labels, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(labels[i].name, name) == 0)
            return message(labels[i].label);
    return name;
}

const char *network_label(const char *network_id) {
    static const struct label labels[] = {{"mainnet", N_("Mainnet")},
                                          {"testnet", N_("Testnet")},
                                          {"unknown", N_("Network not recorded")}};
    return label_in(labels, sizeof labels / sizeof labels[0], network_id);
}

const char *type_label(const char *tx_type) {
    static const struct label labels[] = {
        {"create", N_("Create")}, {"mint", N_("Mint")},         {"transfer", N_("Transfer")},
        {"burn", N_("Burn")},     {"cellbase", N_("Cellbase")}, {"unknown", N_("Not classified")}};
    return label_in(labels, sizeof labels / sizeof labels[0], tx_type);
}
