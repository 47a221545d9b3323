/* state.h - what a reader is told about a record's status, network and type.
 *
 * A record that was imported from elsewhere and never verified here is "recorded": it is stored as
 * pending, but nobody here is waiting for it. So is one whose status says that it is confirmed
 * though this site never verified it. */
#ifndef SITA_HANDLERS_STATE_H
#define SITA_HANDLERS_STATE_H

#include <stdint.h>

/* "confirmed", "pending", "failed" or "recorded": the name that styles and links use; "unknown" for
 * a status that is none of ours. */
const char *state_name(const char *status, const char *origin, int64_t verified_at);

/* The word and the sentence for it, translated. An unknown status is shown as it is stored: escape
 * it. */
const char *state_label(const char *status, const char *origin, int64_t verified_at);
const char *state_help(const char *status, const char *origin, int64_t verified_at);

/* The path of the picture for it, and of the one for a network; an unknown network has that of
 * "unknown". Both belong beside their words: they are never all that says it. */
const char *state_icon(const char *status, const char *origin, int64_t verified_at);
const char *network_icon(const char *network_id);

/* The word for a stored status alone, as filters show it. */
const char *status_label(const char *status);

/* The name of a network or of a kind of transaction; an unknown one is shown as it is stored, an
 * empty one as not recorded. */
const char *network_label(const char *network_id);
const char *type_label(const char *tx_type);

/* The values that lists can be filtered by, ended by NULL. */
extern const char *const state_statuses[];
extern const char *const state_networks[];
extern const char *const state_types[];

#endif
