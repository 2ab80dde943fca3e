#include <stdio.h>

#include "alert/summary_record.h"
#include "pipeline/keeping_private.h"

void
keeping_packet(struct keeping *keeping, const char *id,
    const struct packet_head *head, uint64_t now_ns)
{
	const struct store_packet packet = { .time_ns = head->time_ns,
		.wire_size = head->wire_size,
		.size = head->size,
		.link_type = head->link_type,
		.interface = head->observation_point,
		.bytes = head->bytes };

	if (keeping_begin(keeping, now_ns)) {
		keeping_failed(keeping,
		    store_put_packets(&keeping->store, id, &packet, 1));
	}
}

void
keeping_probe(struct keeping *keeping, const char *id,
    const struct probe_tuple *tuple, uint64_t now_ns)
{
	const struct store_probe probe = { .place = tuple->place,
		.time_ns = tuple->time_ns,
		.target = tuple->target,
		.protocol = tuple->protocol,
		.port = tuple->port,
		.outcome = (uint8_t)tuple_outcome_of(
		    (enum probe_outcome)tuple->outcome) };

	if (keeping_begin(keeping, now_ns)) {
		keeping_failed(
		    keeping, store_put_probes(&keeping->store, id, &probe, 1));
	}
}

void
keeping_summary(struct keeping *keeping, const struct policy *policy,
    const struct source_summary *summary, const struct attribution *process,
    uint64_t now_ns)
{
	char address[IP_ADDRESS_TEXT_SIZE];
	struct store_summary row = { .time_ns = summary->from_ns,
		.kind = STORE_OF_SOURCE,
		.key = ip_address_format(&summary->source, address) };
	json_t *object = summary_record_json(summary, policy, process);

	row.counts[STORE_SUM_PROBES] = summary->attempts;
	row.counts[STORE_SUM_ANSWERED] = summary->answered;
	row.counts[STORE_SUM_REFUSED] = summary->refused;
	row.counts[STORE_SUM_FILTERED] = summary->filtered;
	row.counts[STORE_SUM_SILENT] = summary->silent;
	row.counts[STORE_MOST_TARGETS] = sketch_estimate(&summary->targets);
	row.counts[STORE_MOST_SERVICES] = sketch_estimate(&summary->services);
	if (keeping_begin(keeping, now_ns)) {
		keeping_failed(
		    keeping, store_add_summary(&keeping->store, &row));
	}
	if (object != NULL) {
		keeping_record(keeping, FORWARD_SUMMARY, FORWARD_INFO, object,
		    summary->to_ns);
		json_decref(object);
	}
}

/* Its key names both: "workstations > servers". */
void
keeping_hour(struct keeping *keeping, const struct policy *policy,
    const struct segment_hour *hour, uint64_t now_ns)
{
	char key[2 * POLICY_NAME_SIZE + 8];
	const char *from;
	const char *to;
	struct store_summary row = {
		.time_ns = hour->from_ns, .kind = STORE_OF_SEGMENT, .key = key
	};

	if (hour->policy_version != policy->version) {
		return; /* Its numbers mean nothing any more. */
	}
	from = policy_segment_name(policy, hour->source_segment);
	to = policy_segment_name(policy, hour->target_segment);
	(void)snprintf(key, sizeof(key), "%s > %s", from == NULL ? "-" : from,
	    to == NULL ? "-" : to);
	row.counts[STORE_SUM_PROBES] = hour->attempts;
	row.counts[STORE_SUM_ANSWERED] = hour->answered;
	row.counts[STORE_SUM_REFUSED] = hour->refused;
	row.counts[STORE_SUM_FILTERED] = hour->filtered;
	row.counts[STORE_SUM_SILENT] = hour->silent;
	if (keeping_begin(keeping, now_ns)) {
		keeping_failed(
		    keeping, store_add_summary(&keeping->store, &row));
	}
}
