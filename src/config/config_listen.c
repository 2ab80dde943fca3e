#include "config/reading.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/value.h"

enum {
	PEER_CONNECTIONS_MOST = 16384,
	PEER_RATE_LEAST = 16 << 10,
	PEER_RATE_MOST = 1 << 30,
};

/* What a duration may be. */
struct span {
	uint64_t least_ns;
	uint64_t most_ns;
	const char *wrong;
};

static const struct span idle_span = { 30 * NS_PER_S,
	30ull * 24 * 3600 * NS_PER_S,
	"is out of range; write \"30s\" to \"30d\"" };
static const struct span horizon_span = { 60 * NS_PER_S,
	7ull * 24 * 3600 * NS_PER_S,
	"is out of range; write \"1m\" to \"7d\"" };

static void read_listeners(const struct reading_section *section,
    const char *key, struct config_listen *listeners, uint32_t *count);
static void read_pull(
    const struct reading_section *section, struct config_endpoint_logs *logs);
static const char *read_relay(
    const char *text, struct config_peer *peer, bool *is_tls);
static void read_files(
    const struct reading_section *section, struct config_endpoint_logs *logs);
static void read_file(const struct reading_section *section, const char *key,
    char path[CONFIG_PATH_SIZE]);
static void need(const struct reading_section *section, const char *key,
    const char *path, const char *other, bool is_there);
static void read_limits(
    const struct reading_section *section, struct config_endpoint_logs *logs);
static void read_span(const struct reading_section *section, const char *key,
    const struct span *span, uint64_t *duration_ns);
static bool is_within(const struct span *span, uint64_t duration_ns);
static bool path_is_sound(const char path[CONFIG_PATH_SIZE]);
static bool flag_is_sound(const bool *flag);
static bool collide(
    const struct config_listen *a, const struct config_listen *b);

void
read_endpoint_logs(const struct reading_section *section)
{
	struct config_endpoint_logs *logs =
	    &section->reading->config->endpoint_logs;

	read_listeners(section, "udp", logs->udp, &logs->udp_count);
	read_listeners(section, "tcp", logs->tcp, &logs->tcp_count);
	read_listeners(section, "tls", logs->tls, &logs->tls_count);
	read_pull(section, logs);
	read_files(section, logs);
	read_limits(section, logs);
	for (uint32_t i = 0; i < logs->tls_count; i++) {
		for (uint32_t j = 0; j < logs->tcp_count; j++) {
			if (collide(&logs->tls[i], &logs->tcp[j])) {
				section_wrong(section, section->line,
				    "tcp and tls both listen at port %u; give "
				    "one another",
				    logs->tls[i].port);
			}
		}
	}
}

void
read_web(const struct reading_section *section)
{
	struct config_web *web = &section->reading->config->web;
	const struct reading_value *value =
	    section_required(section, "listen", "127.0.0.1:8443");
	const char *wrong;

	web->present = true;
	section->reading->web_line = section->line;
	if (value == NULL) {
		return;
	}
	wrong = value_listen(value->text, &web->listen);
	if (wrong != NULL) {
		section_wrong(section, value->line, "listen %s %s",
		    reading_quote(value->text).text, wrong);
		web->present = false;
	}
}

void
check_listeners(struct reading *reading)
{
	const struct config *config = reading->config;
	const struct config_endpoint_logs *logs = &config->endpoint_logs;
	bool taken = false;

	for (uint32_t i = 0; i < logs->tcp_count; i++) {
		taken |= collide(&config->web.listen, &logs->tcp[i]);
	}
	for (uint32_t i = 0; i < logs->tls_count; i++) {
		taken |= collide(&config->web.listen, &logs->tls[i]);
	}
	if (config->web.present && taken) {
		reading_wrong(reading, reading->web_line,
		    "section web: endpoint-logs listens at port %u too; give "
		    "one another",
		    config->web.listen.port);
	}
}

static void
read_listeners(const struct reading_section *section, const char *key,
    struct config_listen *listeners, uint32_t *count)
{
	uint32_t given = section_value_count(section, key);

	for (uint32_t i = 0; i < given; i++) {
		const struct reading_value *value =
		    section_value(section, key, i);
		struct config_listen listen;
		const char *wrong = value_listen(value->text, &listen);

		if (wrong == NULL && *count == CONFIG_ADDRESS_COUNT) {
			wrong = "is one too many; there are at most 8";
		}
		for (uint32_t j = 0; wrong == NULL && j < *count; j++) {
			if (collide(&listen, &listeners[j])) {
				wrong = "is covered by an earlier one; leave "
				        "one out";
			}
		}
		if (wrong != NULL) {
			section_wrong(section, value->line, "%s %s %s", key,
			    reading_quote(value->text).text, wrong);
			continue;
		}
		listeners[(*count)++] = listen;
	}
}

static void
read_pull(
    const struct reading_section *section, struct config_endpoint_logs *logs)
{
	uint32_t given = section_value_count(section, "pull");

	for (uint32_t i = 0; i < given; i++) {
		const struct reading_value *value =
		    section_value(section, "pull", i);
		struct config_peer peer = { .port = 0 };
		bool is_tls = false;
		const char *wrong = read_relay(value->text, &peer, &is_tls);

		if (wrong == NULL && logs->pull_count == CONFIG_ADDRESS_COUNT) {
			wrong = "is one too many; there are at most 8";
		}
		for (uint32_t j = 0; wrong == NULL && j < logs->pull_count;
		     j++) {
			if (peer.port == logs->pull[j].port &&
			    strcmp(peer.host, logs->pull[j].host) == 0) {
				wrong = "is listed twice; leave one out";
			}
		}
		if (wrong != NULL) {
			section_wrong(section, value->line, "pull %s %s",
			    reading_quote(value->text).text, wrong);
			continue;
		}
		logs->pull_tls[logs->pull_count] = is_tls;
		logs->pull[logs->pull_count++] = peer;
	}
}

/* "tls:" before the host of a relay that is called by TLS.  (A host may have
 * that name: "tls:6601".) */
static const char *
read_relay(const char *text, struct config_peer *peer, bool *is_tls)
{
	static const char mark[] = "tls:";
	size_t size = sizeof(mark) - 1;

	*is_tls =
	    strncmp(text, mark, size) == 0 && strchr(text + size, ':') != NULL;
	return value_peer(*is_tls ? text + size : text, peer);
}

static void
read_files(
    const struct reading_section *section, struct config_endpoint_logs *logs)
{
	bool calls_tls = false;

	for (uint32_t i = 0; i < logs->pull_count; i++) {
		calls_tls |= logs->pull_tls[i];
	}
	read_file(section, "certificate", logs->certificate);
	read_file(section, "key", logs->key);
	read_file(section, "client-ca", logs->client_ca);
	read_file(section, "pull-ca", logs->pull_ca);
	need(section, "certificate", logs->certificate,
	    "the key that belongs to it: key = \"FILE\"", logs->key[0] != '\0');
	need(section, "key", logs->key,
	    "the certificate that it belongs to: certificate = \"FILE\"",
	    logs->certificate[0] != '\0');
	need(section, "client-ca", logs->client_ca,
	    "clients to ask: tls = {\"0.0.0.0:6514\"}", logs->tls_count > 0);
	need(section, "pull-ca", logs->pull_ca,
	    "a relay that is called by TLS: pull = {\"tls:HOST:PORT\"}",
	    calls_tls);
}

static void
read_file(const struct reading_section *section, const char *key,
    char path[CONFIG_PATH_SIZE])
{
	if (section_text(section, key, path, CONFIG_PATH_SIZE) &&
	    access(path, R_OK) != 0) {
		section_wrong(section, section_value(section, key, 0)->line,
		    "%s %s cannot be read (%s); name a file that can", key,
		    reading_quote(path).text, strerror(errno));
	}
}

/* What is given must have its counterpart. */
static void
need(const struct reading_section *section, const char *key, const char *path,
    const char *other, bool is_there)
{
	if (path[0] != '\0' && !is_there) {
		section_wrong(section, section_value(section, key, 0)->line,
		    "%s needs %s", key, other);
	}
}

static void
read_limits(
    const struct reading_section *section, struct config_endpoint_logs *logs)
{
	char problem[VALUE_PROBLEM_SIZE];
	const struct reading_value *value;
	const char *wrong = NULL;
	uint64_t number;

	value = section_value(section, "peer-connections", 0);
	if (value != NULL &&
	    (wrong = value_number(value->text, 1, PEER_CONNECTIONS_MOST,
	         problem, &logs->peer_connections)) != NULL) {
		section_wrong(section, value->line, "peer-connections %s %s",
		    reading_quote(value->text).text, wrong);
	}
	value = section_value(section, "peer-rate", 0);
	if (value != NULL) {
		wrong = value_size(value->text, &number);
		if (wrong == NULL &&
		    (number < PEER_RATE_LEAST || number > PEER_RATE_MOST)) {
			wrong = "is out of range; write \"16K\" to \"1G\"";
		}
		if (wrong != NULL) {
			section_wrong(section, value->line, "peer-rate %s %s",
			    reading_quote(value->text).text, wrong);
		} else {
			logs->peer_rate_bytes = number;
		}
	}
	read_span(section, "idle-timeout", &idle_span, &logs->idle_ns);
	read_span(section, "horizon", &horizon_span, &logs->horizon_ns);
}

static void
read_span(const struct reading_section *section, const char *key,
    const struct span *span, uint64_t *duration_ns)
{
	const struct reading_value *value = section_value(section, key, 0);
	const char *wrong;
	uint64_t number;

	if (value == NULL) {
		return;
	}
	wrong = value_duration(value->text, &number);
	if (wrong == NULL &&
	    (number < span->least_ns || number > span->most_ns)) {
		wrong = span->wrong;
	}
	if (wrong != NULL) {
		section_wrong(section, value->line, "%s %s %s", key,
		    reading_quote(value->text).text, wrong);
	} else {
		*duration_ns = number;
	}
}

static bool
is_within(const struct span *span, uint64_t duration_ns)
{
	return duration_ns >= span->least_ns && duration_ns <= span->most_ns;
}

bool
config_logs_are_sound(const struct config_endpoint_logs *logs)
{
	if (logs->udp_count > CONFIG_ADDRESS_COUNT ||
	    logs->tcp_count > CONFIG_ADDRESS_COUNT ||
	    logs->tls_count > CONFIG_ADDRESS_COUNT ||
	    logs->pull_count > CONFIG_ADDRESS_COUNT ||
	    logs->peer_connections == 0 ||
	    logs->peer_rate_bytes < PEER_RATE_LEAST ||
	    logs->peer_rate_bytes > PEER_RATE_MOST ||
	    !is_within(&idle_span, logs->idle_ns) ||
	    !is_within(&horizon_span, logs->horizon_ns)) {
		return false;
	}
	for (uint32_t i = 0; i < CONFIG_ADDRESS_COUNT; i++) {
		const struct config_peer *peer = &logs->pull[i];

		if (!flag_is_sound(&logs->pull_tls[i]) ||
		    memchr(peer->host, '\0', sizeof(peer->host)) == NULL) {
			return false;
		}
	}
	return path_is_sound(logs->certificate) && path_is_sound(logs->key) &&
	    path_is_sound(logs->client_ca) && path_is_sound(logs->pull_ca);
}

static bool
path_is_sound(const char path[CONFIG_PATH_SIZE])
{
	return memchr(path, '\0', CONFIG_PATH_SIZE) != NULL;
}

/* A bool from outside may hold any byte. */
static bool
flag_is_sound(const bool *flag)
{
	uint8_t byte;

	memcpy(&byte, flag, 1);
	return byte <= 1;
}

/* Whether the system would refuse to listen at both: one port, and one address
 * or all addresses of one family. */
static bool
collide(const struct config_listen *a, const struct config_listen *b)
{
	return a->port == b->port &&
	    ip_address_is_v4(&a->address) == ip_address_is_v4(&b->address) &&
	    (ip_address_equal(&a->address, &b->address) ||
	        ip_address_is_unspecified(&a->address) ||
	        ip_address_is_unspecified(&b->address));
}
