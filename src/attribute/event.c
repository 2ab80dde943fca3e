#include "attribute/room.h"

static bool
ends_with(const char *text, const char *end)
{
	size_t length = strlen(text);
	size_t end_length = strlen(end);

	return length >= end_length &&
	    strcasecmp(text + length - end_length, end) == 0;
}

/* Libraries and the driver by which packets are sent past the sockets. */
static bool
is_packet_library(const char *loaded)
{
	static const char *const names[] = { "\\wpcap.dll", "\\packet.dll",
		"\\npcap.sys", "\\npf.sys", "\\rawwinsock.dll",
		"\\windivert.dll", "\\windivert64.sys", "\\windivert.sys" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (ends_with(loaded, names[i])) {
			return true;
		}
	}
	return false;
}

/* Who began it; where the log does not say, by whose the two ends are. */
static enum endpoint_direction
direction_of(struct attribute *attribute, const struct host *host,
    const struct endpoint_event *event)
{
	bool is_source;
	bool is_target;

	if (event->direction != ENDPOINT_DIRECTION_UNKNOWN ||
	    (event->flags & ENDPOINT_HAS_TUPLE) == 0) {
		return (enum endpoint_direction)event->direction;
	}
	is_source =
	    address_is_claimed_by(attribute, &event->source_address, host);
	is_target =
	    address_is_claimed_by(attribute, &event->target_address, host);
	if (is_source == is_target) {
		return ENDPOINT_DIRECTION_UNKNOWN;
	}
	return is_source ? ENDPOINT_OUTBOUND : ENDPOINT_INBOUND;
}

/* When it happened by our clock, never later than it arrived: good enough to
 * say who had an address. */
static uint64_t
our_time(const struct host *host, const struct endpoint_event *event)
{
	struct host_time time = host_time_of(event);
	uint64_t ns = host_our_time(host, &time);

	return ns == 0 || ns > event->arrival_ns ? event->arrival_ns : ns;
}

static void
note_capability(struct host *host, const struct endpoint_event *event)
{
	switch (event->source) {
	case ENDPOINT_SECURITY:
		host->has_security_connections = true;
		break;
	case ENDPOINT_SYSMON:
	case ENDPOINT_SYSMON_LINUX: /* Completed ones only, as Windows'. */
		host->has_sysmon_connections = true;
		break;
	default:
		host->has_other_connections = true;
		break;
	}
}

/* An inbound event names the peer's process at most: ours is the host that was
 * probed. */
static void
take_inbound(struct attribute *attribute, struct host *host,
    const struct endpoint_event *event)
{
	const struct ip_address *ends[] = { &event->target_address,
		&event->source_address };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		if (address_is_claimed_by(attribute, ends[i], host)) {
			address_claim(attribute, ends[i], host, CLAIM_SOCKET,
			    our_time(host, event));
		}
	}
	inquiry_victim(attribute, event);
}

static void
take_connection(struct attribute *attribute, struct host *host,
    const struct endpoint_event *event)
{
	struct process *process = NULL;
	uint64_t when_ns = our_time(host, event);
	struct host_time time = host_time_of(event);

	note_capability(host, event);
	if (when_ns > host->last_socket_ns) {
		host->last_socket_ns = when_ns;
	}
	if (host->first_socket_ns == 0 || when_ns < host->first_socket_ns) {
		host->first_socket_ns = when_ns;
	}
	if ((event->flags & ENDPOINT_HAS_TUPLE) != 0) {
		address_claim(attribute, &event->source_address, host,
		    CLAIM_SOCKET, when_ns);
		if (!ip_address_is_loopback(&event->source_address)) {
			host_note_address(host, &event->source_address);
		}
	}
	if (event_has_guid(event) || (event->flags & ENDPOINT_HAS_PID) != 0) {
		process = process_of_event(
		    attribute, host, event, event_has_guid(event));
	}
	if (process != NULL) {
		process->sockets++;
		process->seen = time;
	}
	socket_note(attribute, host, event, process);
	if ((event->flags & ENDPOINT_HAS_TUPLE) != 0) {
		inquiry_due_of_address(attribute, &event->source_address);
	} else {
		inquiry_due_of_host(attribute, host);
	}
}

static void
take_socket(struct attribute *attribute, struct host *host,
    const struct endpoint_event *event)
{
	enum endpoint_direction direction =
	    direction_of(attribute, host, event);

	if (direction == ENDPOINT_INBOUND) {
		take_inbound(attribute, host, event);
	} else if (direction == ENDPOINT_OUTBOUND ||
	    (event->flags & ENDPOINT_HAS_TUPLE) == 0) {
		take_connection(attribute, host, event);
	} else {
		inquiry_victim(attribute, event);
		counter_increment(
		    attribute->counters, COUNTER_ATTRIBUTE_DIRECTIONLESS);
	}
}

static void
take_start(struct attribute *attribute, struct host *host,
    const struct endpoint_event *event)
{
	(void)process_of_event(attribute, host, event, true);
	host->has_process_starts = true;
	if (endpoint_text_of(event, ENDPOINT_COMMAND_LINE)[0] != '\0') {
		host->has_command_lines = true;
	}
	inquiry_due_of_host(attribute, host);
}

static void
take_image(struct attribute *attribute, struct host *host,
    const struct endpoint_event *event)
{
	struct process *process;

	if (!is_packet_library(
	        endpoint_text_of(event, ENDPOINT_IMAGE_LOADED))) {
		return;
	}
	if ((event->flags & (ENDPOINT_HAS_PID | ENDPOINT_HAS_GUID)) == 0 ||
	    endpoint_text_of(event, ENDPOINT_IMAGE)[0] == '\0') {
		host->has_npcap = true; /* A driver: nobody's own. */
		return;
	}
	process = process_of_event(attribute, host, event, true);
	process->flags |= PROCESS_PCAP;
	inquiry_due_of_host(attribute, host);
}

/* The next address of a list, as agents write it: "10.1.2.3 fe80::1".  False:
 * there is no more. */
static bool
next_listed(const char **at, struct ip_address *address)
{
	while (**at != '\0') {
		char text[IP_ADDRESS_TEXT_SIZE];
		size_t length = strcspn(*at, " ,");
		const char *from = *at;

		*at += length;
		*at += strspn(*at, " ,");
		if (length == 0 || length >= sizeof(text)) {
			continue;
		}
		memcpy(text, from, length);
		text[length] = '\0';
		if (ip_address_parse(text, address) &&
		    !ip_address_is_loopback(address)) {
			return true;
		}
	}
	return false;
}

/* Several IPv4 addresses are of several cards, of which some may be a bridge's
 * to virtual machines, and the same on many hosts. */
static void
take_listed(struct attribute *attribute, struct host *host,
    const struct endpoint_event *event)
{
	const char *list = endpoint_text_of(event, ENDPOINT_HOST_ADDRESSES);
	const char *at = list;
	struct ip_address address;
	uint32_t v4_count = 0;

	while (next_listed(&at, &address)) {
		v4_count += ip_address_is_v4(&address) &&
		    !ip_address_is_link_local(&address);
	}
	at = list;
	while (next_listed(&at, &address)) {
		address_claim(attribute, &address, host,
		    v4_count > 1 && ip_address_is_v4(&address) ? CLAIM_AMONG
		                                               : CLAIM_LISTED,
		    our_time(host, event));
		host_note_address(host, &address);
	}
}

static void
take_kind(struct attribute *attribute, struct host *host,
    const struct endpoint_event *event)
{
	switch (event->kind) {
	case ENDPOINT_PROCESS_START:
		take_start(attribute, host, event);
		break;
	case ENDPOINT_PROCESS_END:
		(void)process_of_event(attribute, host, event, true);
		inquiry_due_of_host(attribute, host);
		break;
	case ENDPOINT_CONNECTION:
	case ENDPOINT_BLOCKED:
		take_socket(attribute, host, event);
		break;
	case ENDPOINT_BIND:
		socket_note(attribute, host, event, NULL);
		break;
	case ENDPOINT_IMAGE_LOAD:
		take_image(attribute, host, event);
		break;
	case ENDPOINT_LOG_GAP:
		host->gaps++;
		break;
	default: /* Of these only that the host is there. */
		break;
	}
}

void
attribute_event(struct attribute *attribute, const struct endpoint_event *event)
{
	struct host *host;

	if (event->arrival_ns > attribute->now_ns) {
		attribute->now_ns = event->arrival_ns;
	}
	host = host_of_event(attribute, event);
	if (host == NULL) {
		counter_increment(
		    attribute->counters, COUNTER_ATTRIBUTE_HOSTLESS);
		return;
	}
	counter_increment(attribute->counters, COUNTER_ATTRIBUTE_EVENTS);
	take_listed(attribute, host, event);
	take_kind(attribute, host, event);
}
