#include "attribute/room.h"

static const bool is_local_clock[HOST_CLOCK_COUNT] = {
	[HOST_CLOCK_SYSMON_LOCAL] = true,
	[HOST_CLOCK_OTHER_LOCAL] = true,
};

/* An event without a time came at most so long after it happened. */
static const uint64_t arrival_error_ns = 120 * NS_PER_S;

static const uint64_t minute_ns = 60 * NS_PER_S;

static uint32_t
seconds_of(uint64_t ns)
{
	return (uint32_t)(ns / NS_PER_S);
}

/* Lower case in ASCII; what else names hold has none that we need. */
static void
lower_copy(char *to, const char *from, size_t size)
{
	size_t length = 0;

	for (; from[length] != '\0' && length + 1 < size; length++) {
		char letter = from[length];

		to[length] = letter >= 'A' && letter <= 'Z'
		    ? (char)(letter - 'A' + 'a')
		    : letter;
	}
	to[length] = '\0';
}

/* The first label of 'name', which is in lower case; an address is one. */
static void
make_key(struct host_key *key, const char *name)
{
	struct ip_address address;
	size_t length = ip_address_parse(name, &address) ? strlen(name)
	                                                 : strcspn(name, ".");

	memset(key, 0, sizeof(*key));
	if (length > sizeof(key->label)) {
		length = sizeof(key->label);
	}
	memcpy(key->label, name, length);
}

/* Whether 'name' has a domain behind its first label. */
static bool
has_domain(const char *name, const struct host_key *key)
{
	return strlen(name) > strnlen(key->label, sizeof(key->label));
}

static struct host *
take_host(struct attribute *attribute, const struct host_key *key,
    const char *name, uint64_t now_ns)
{
	struct host victim;
	bool evicted = false;
	struct host *host = table_take(&attribute->hosts, key,
	    table_hash(&attribute->hosts, key), seconds_of(now_ns), &victim,
	    &evicted);

	if (evicted) {
		process_forget_host(attribute, &victim);
		counter_increment(
		    attribute->counters, COUNTER_ATTRIBUTE_HOSTS_EVICTED);
	}
	host->serial = ++attribute->serial;
	host->processes = PROCESS_NONE;
	memcpy(host->name, name, strlen(name) + 1);
	counter_increment(attribute->counters, COUNTER_ATTRIBUTE_HOSTS);
	return host;
}

/* The host of 'name'.  A short name is that of the only host that has it; where
 * several domains have one, a host of its own. */
static struct host *
find_host(struct attribute *attribute, const char *name, uint64_t now_ns,
    bool is_made)
{
	struct host_key key;
	struct host *host = NULL;

	make_key(&key, name);
	for (; key.variant < HOST_VARIANTS; key.variant++) {
		host = table_find(&attribute->hosts, &key,
		    table_hash(&attribute->hosts, &key), seconds_of(now_ns));
		if (host == NULL) {
			return is_made
			    ? take_host(attribute, &key, name, now_ns)
			    : NULL;
		}
		if (strcmp(host->name, name) == 0) {
			return host;
		}
		if (!has_domain(host->name, &key) && key.variant == 0) {
			memcpy(host->name, name, strlen(name) + 1);
			return host;
		}
		if (!has_domain(name, &key)) {
			struct host_key next = key;

			next.variant++;
			if (key.variant == 0 &&
			    table_peek(&attribute->hosts, &next,
			        table_hash(&attribute->hosts, &next)) == NULL) {
				return host;
			}
		}
	}
	return host;
}

struct host *
host_find_named(struct attribute *attribute, const char *name, uint64_t now_ns)
{
	char lower[HOST_NAME_SIZE];

	lower_copy(lower, name, sizeof(lower));
	return lower[0] == '\0' ? NULL
	                        : find_host(attribute, lower, now_ns, false);
}

static void
count_minute(struct host *host, uint64_t now_ns)
{
	uint32_t minute = (uint32_t)(now_ns / minute_ns);

	if (minute > host->minute) {
		uint32_t gone = minute - host->minute;

		for (uint32_t i = 0; i < gone && i < HOST_MINUTES; i++) {
			host->minutes[(host->minute + 1 + i) % HOST_MINUTES] =
			    0;
		}
		host->minute = minute;
	}
	host->minutes[host->minute % HOST_MINUTES]++;
}

struct host_time
host_time_of(const struct endpoint_event *event)
{
	bool is_sysmon = event->source == ENDPOINT_SYSMON ||
	    event->source == ENDPOINT_SYSMON_LINUX;
	struct host_time time = { .ns = event->time_ns,
		.is_coarse = event->time_quality != ENDPOINT_TIME_FINE };

	switch (event->time_quality) {
	case ENDPOINT_TIME_NONE:
		time.clock = HOST_CLOCK_ARRIVAL;
		break;
	case ENDPOINT_TIME_LOCAL:
		time.clock = is_sysmon ? HOST_CLOCK_SYSMON_LOCAL
		                       : HOST_CLOCK_OTHER_LOCAL;
		break;
	default:
		time.clock = is_sysmon ? HOST_CLOCK_SYSMON : HOST_CLOCK_OTHER;
		break;
	}
	return time;
}

struct host *
host_of_event(struct attribute *attribute, const struct endpoint_event *event)
{
	const char *named = endpoint_text_of(event, ENDPOINT_HOST);
	const char *sender = endpoint_text_of(event, ENDPOINT_SENDER);
	struct host_time time = host_time_of(event);
	char name[HOST_NAME_SIZE];
	struct host *host;

	lower_copy(name, named, sizeof(name));
	if (name[0] == '\0') {
		return NULL;
	}
	host = find_host(attribute, name, event->arrival_ns, true);
	if (host->first_event_ns == 0) {
		host->first_event_ns = event->arrival_ns;
		host->minute = (uint32_t)(event->arrival_ns / minute_ns);
	}
	if (event->arrival_ns > host->last_event_ns) {
		host->last_event_ns = event->arrival_ns;
	}
	host->is_plain = (event->flags & ENDPOINT_PLAIN_SENDER) != 0;
	host->events++;
	count_minute(host, event->arrival_ns);
	if (sender[0] != '\0') {
		lower_copy(host->sender, sender, sizeof(host->sender));
	}
	if (time.clock != HOST_CLOCK_ARRIVAL) {
		clock_arrival(&host->clocks[time.clock], (int64_t)time.ns,
		    (int64_t)event->arrival_ns);
	}
	return host;
}

uint32_t
host_index(const struct attribute *attribute, const struct host *host)
{
	return table_index(&attribute->hosts, host);
}

struct host *
host_at(const struct attribute *attribute, uint32_t index, uint32_t serial)
{
	struct table hosts = attribute->hosts;
	struct host *host = table_at(&hosts, index);

	return host != NULL && host->serial == serial ? host : NULL;
}

struct clock_reading
host_read_clock(const struct host *host, const struct host_time *time)
{
	struct clock_reading reading = { 0, arrival_error_ns, false };

	if (time->clock != HOST_CLOCK_ARRIVAL) {
		reading = clock_read(host->clocks, is_local_clock,
		    HOST_CLOCK_COUNT, time->clock);
	}
	if (time->is_coarse) {
		reading.error_ns += NS_PER_S;
	}
	return reading;
}

uint64_t
host_our_time(const struct host *host, const struct host_time *time)
{
	struct clock_reading reading = host_read_clock(host, time);

	return time->ns == 0 ? 0 : time->ns - (uint64_t)reading.offset_ns;
}

void
host_note_address(struct host *host, const struct ip_address *address)
{
	uint32_t at = 0;

	while (at < host->address_count &&
	    !ip_address_equal(&host->addresses[at], address)) {
		at++;
	}
	if (at == host->address_count) {
		if (host->address_count < HOST_ADDRESSES) {
			host->address_count++;
		} else {
			at = HOST_ADDRESSES - 1;
		}
	}
	memmove(&host->addresses[1], &host->addresses[0],
	    at * sizeof(host->addresses[0]));
	host->addresses[0] = *address;
}

const struct clock *
host_best_clock(const struct host *host, int64_t *offset_ns, uint64_t *error_ns)
{
	const struct clock *best = NULL;

	for (uint32_t i = 0; i < HOST_CLOCK_COUNT; i++) {
		const struct clock *clock = &host->clocks[i];
		uint64_t own_error_ns = clock->deviation_ns;

		if (clock->count < CLOCK_NEEDED) {
			continue;
		}
		/* Cut to the second, it is half a second slow on average. */
		if (clock->is_coarse && own_error_ns < NS_PER_S / 2) {
			own_error_ns = NS_PER_S / 2;
		}
		if (best != NULL && own_error_ns >= *error_ns) {
			continue;
		}
		best = clock;
		*error_ns = own_error_ns;
		*offset_ns = clock->median_ns +
		    (clock->is_coarse ? (int64_t)(NS_PER_S / 2) : 0);
		if (is_local_clock[i]) {
			*offset_ns -= clock_zone(*offset_ns);
		}
	}
	return best;
}
