/* state.h - what a reader is told about a record's state, network and type.
 *
 * The state is the status that was recorded, unless it cannot be told before this site has verified
 * it (schema.sql, column state): such a record is "recorded". */
#ifndef SITA_HANDLERS_STATE_H
#define SITA_HANDLERS_STATE_H

/* "confirmed", "pending", "failed" or "recorded": the name that styles use; "unknown" for a state
 * that is none of ours. */
const char *state_class(const char *name);

/* The word and the sentence for it, translated. An unknown state is shown as it is stored: escape
 * it. */
const char *state_label(const char *name);
const char *state_help(const char *name);

/* The path of the picture for it, and of the one for a network; an unknown network has that of
 * "unknown". Both belong beside their words: they are never all that says it. */
const char *state_icon(const char *name);
const char *network_icon(const char *network_id);

/* The name of a network or of a kind of transaction; an unknown one is shown as it is stored, an
 * empty one as not recorded. */
const char *network_label(const char *network_id);
const char *type_label(const char *tx_type);

/* The values that lists can be filtered by, ended by NULL. */
extern const char *const state_names[];
extern const char *const state_networks[];
extern const char *const state_types[];

#endif
