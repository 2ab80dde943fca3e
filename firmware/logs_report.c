#include "firmware/logs_report.h"

#include <stdio.h>
#include <string.h>

#include "alert/words.h"
#include "endpoint/endpoint.h"

static json_t *report_peer(const struct health_peer *peer);
static void add_outcomes(json_t *report, const struct health_peer *peer);
static void print_peer(const json_t *peer);
static void print_numbers(json_t *numbers);
static long long number_of(const json_t *object, const char *key);
static json_t *number(uint64_t value);

json_t *
logs_report(const struct collector_health *health)
{
	json_t *peers = json_array();

	for (uint32_t i = 0; i < health->peer_count; i++) {
		json_array_append_new(peers, report_peer(&health->peers[i]));
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "listeners", number(health->listeners), "connections",
	    number(health->connections), "tls_connections",
	    number(health->tls_connections), "relays", number(health->relays),
	    "relays_connected", number(health->relays_connected),
	    "memory_bytes", number(health->memory_planned), "senders_known",
	    number(health->peers_known), "senders", peers);
}

void
logs_print(const json_t *report)
{
	const json_t *peers = json_object_get(report, "senders");
	const json_t *peer;
	size_t i;

	if (!json_is_object(report)) {
		return;
	}
	printf("\nLOGS FROM ENDPOINTS  %lld listeners, %lld connections (%lld "
	       "with TLS), %lld of %lld relays connected\n",
	    number_of(report, "listeners"), number_of(report, "connections"),
	    number_of(report, "tls_connections"),
	    number_of(report, "relays_connected"), number_of(report, "relays"));
	if (json_array_size(peers) > 0) {
		printf("SENDER                MESSAGES      EVENTS  CONNECTED  "
		       "WHAT BECAME OF THE REST\n");
	}
	json_array_foreach(peers, i, peer)
	{
		print_peer(peer);
	}
}

/* What happened to it is left out where it did not. */
static json_t *
report_peer(const struct health_peer *peer)
{
	char name[sizeof(peer->address) * 3]; /* U+FFFD takes three bytes. */
	json_t *report;

	words_clean(peer->address, name, sizeof(name));
	report = json_pack("{s:s, s:o, s:o, s:o, s:o}", "address", name,
	    "messages", number(peer->messages), "bytes", number(peer->bytes),
	    "connections", number(peer->connections), "events",
	    number(peer->outcomes[ENDPOINT_EVENT]));
	add_outcomes(report, peer);
	return report;
}

static void
add_outcomes(json_t *report, const struct health_peer *peer)
{
	json_t *unused = json_object();
	json_t *trouble = json_object();

	for (uint32_t i = ENDPOINT_EVENT + 1; i < ENDPOINT_OUTCOME_COUNT; i++) {
		if (peer->outcomes[i] > 0) {
			json_object_set_new(unused,
			    endpoint_outcome_name((enum endpoint_outcome)i),
			    number(peer->outcomes[i]));
		}
	}
	for (uint32_t i = 0; i < PEER_EVENTS; i++) {
		if (peer->events[i] > 0) {
			json_object_set_new(trouble,
			    health_peer_event_name((enum peer_event)i),
			    number(peer->events[i]));
		}
	}
	json_object_set_new(report, "unused", unused);
	json_object_set_new(report, "trouble", trouble);
}

static void
print_peer(const json_t *peer)
{
	const char *address =
	    json_string_value(json_object_get(peer, "address"));

	printf("%-18s  %10lld  %10lld  %9lld ", address == NULL ? "" : address,
	    number_of(peer, "messages"), number_of(peer, "events"),
	    number_of(peer, "connections"));
	print_numbers(json_object_get(peer, "unused"));
	print_numbers(json_object_get(peer, "trouble"));
	printf("\n");
}

static void
print_numbers(json_t *numbers)
{
	const char *name;
	json_t *value;

	for (void *at = json_object_iter(numbers); at != NULL;
	     at = json_object_iter_next(numbers, at)) {
		name = json_object_iter_key(at);
		value = json_object_iter_value(at);
		printf(" %s %lld", name, (long long)json_integer_value(value));
	}
}

static long long
number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static json_t *
number(uint64_t value)
{
	return json_integer((json_int_t)value);
}
