#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "firmware/forwarder.h"
#include "firmware/version.h"
#include "forward/format.h"

static size_t make_message(struct forwarder *forwarder,
    const struct message_forward *message, char *text);

void
forwarder_take_record(void *context, const struct channel_header *header)
{
	struct forwarder *forwarder = context;
	const struct message_forward *message = (const void *)header;
	struct forward *forward = &forwarder->forward;
	uint32_t index = message->destination;
	bool is_heartbeat = message->record.kind == FORWARD_HEARTBEAT;
	char *text;
	size_t size;

	if (!forwarder->is_started || index >= forwarder->soc_count ||
	    message->generation != forwarder->generation) {
		return;
	}
	text = is_heartbeat && !forward_is_open(forward, index)
	    ? NULL
	    : forward_room(forward, index);
	if (text == NULL && is_heartbeat) {
		counter_increment(&forwarder->role.counters,
		    COUNTER_FORWARD_HEARTBEATS_DROPPED);
		return;
	}
	if (text == NULL) {
		log_error(&forwarder->role.log, "forwarder",
		    "the ledger sent a record that was not asked for");
		role_stop(&forwarder->role, ROLE_EXIT_INPUT);
		return;
	}
	size = make_message(forwarder, message, text);
	if (!is_heartbeat) {
		forward_give(forward, index, size, message->record.seq);
	} else if (size > 0) {
		forward_give_heartbeat(forward, index, size);
	}
}

/* Returns its length; zero: it cannot be made. */
static size_t
make_message(struct forwarder *forwarder, const struct message_forward *message,
    char *text)
{
	struct destination *to = &forwarder->destinations[message->destination];
	const struct config_soc *soc = &forwarder->socs[message->destination];
	struct forward_record record = message->record;
	char procid[16];
	const struct forward_format_terms terms = {
		.form = (enum forward_form)soc->format,
		.enterprise_number = CONFIG_FORWARD_ENTERPRISE_NUMBER,
		.facility = soc->facility,
		.mask_secrets = soc->mask_secrets,
		.limit_bytes = soc->size_limit,
		.destination = soc->name,
		.hostname = forwarder->host,
		.app = "spanwatch",
		.procid = procid,
		.version = spanwatch_version,
		.sensor_id = forwarder->role.policy.sensor_name,
		.boot_id = forwarder->boot_id,
	};
	json_t *object =
	    json_loadb(message->text, message->size, JSON_ALLOW_NUL, NULL);
	size_t size = 0;

	if (object != NULL) {
		(void)snprintf(procid, sizeof(procid), "%d", (int)getpid());
		record.sequence_id = forward_sequence_id_after(to->sequence_id);
		size = forward_format(
		    &terms, &record, object, text, soc->size_limit);
		json_decref(object);
	}
	if (size > 0) {
		to->sequence_id = record.sequence_id;
	} else {
		log_error(&forwarder->role.log, "forwarder",
		    "%s: record %llu cannot be made a message", soc->name,
		    (unsigned long long)record.seq);
	}
	return size;
}
