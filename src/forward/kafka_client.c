#include "forward/kafka.h"

#ifdef CONFIG_FORWARD_KAFKA

#	include <errno.h>
#	include <fcntl.h>
#	include <jansson.h>
#	include <stdio.h>
#	include <stdlib.h>
#	include <string.h>
#	include <sys/eventfd.h>
#	include <unistd.h>

enum {
	FILE_SIZE_MOST = 1 << 20, /* The system's authorities are 220 KiB. */
	PASSWORD_SIZE = 256,
	FINISH_ROUNDS = 10, /* Of FINISH_MS each. */
	FINISH_MS = 50,
};

/* Where Debian keeps the authorities that the system trusts. */
#	define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

/* What librdkafka calls it. */
struct property {
	const char *name;
	const char *value;
};

static int set_all(const struct kafka_destination *to,
    const struct property *properties, size_t count,
    char why[FORWARD_WHY_SIZE]);
static int set_bounds(
    const struct kafka_destination *to, char why[FORWARD_WHY_SIZE]);
static int set_tls(
    const struct kafka_destination *to, char why[FORWARD_WHY_SIZE]);
static int set_login(
    const struct kafka_destination *to, char why[FORWARD_WHY_SIZE]);
static int set_file(const struct kafka_destination *to, const char *name,
    const char *path, char why[FORWARD_WHY_SIZE]);
static char *read_file(const char *path, char why[FORWARD_WHY_SIZE]);
static void set_callbacks(struct kafka_destination *to);
static void take_report(
    rd_kafka_t *client, const rd_kafka_message_t *message, void *context);
static void take_error(
    rd_kafka_t *client, int error, const char *reason, void *context);
static int take_statistics(
    rd_kafka_t *client, char *text, size_t size, void *context);
static void drop_log(const rd_kafka_t *client, int level, const char *facility,
    const char *text);
static int resolve(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **result, void *context);
static void take_event(void *context, uint32_t events);

int
kafka_client_configure(struct kafka_destination *to, char why[FORWARD_WHY_SIZE])
{
	static const char *const securities[] = {
		[CONFIG_KAFKA_PLAINTEXT] = "plaintext",
		[CONFIG_KAFKA_SSL] = "ssl",
		[CONFIG_KAFKA_SASL_PLAINTEXT] = "sasl_plaintext",
		[CONFIG_KAFKA_SASL_SSL] = "sasl_ssl",
	};
	const struct config_kafka *kafka = &to->soc->kafka;
	const struct property properties[] = {
		{ "client.id", "spanwatch" },
		{ "bootstrap.servers", kafka->brokers },
		{ "security.protocol", securities[kafka->security] },
		/* Once, in order, on every replica in sync; and for as long as
		 * it takes. */
		{ "enable.idempotence", "true" },
		{ "acks", "all" },
		{ "message.timeout.ms", "0" },
		{ "socket.keepalive.enable", "true" },
		{ "statistics.interval.ms", "2000" },
	};
	int error;

	to->conf = rd_kafka_conf_new();
	error = set_all(to, properties, ARRAY_SIZE(properties), why);
	if (error != 0 || (error = set_bounds(to, why)) != 0 ||
	    (error = set_tls(to, why)) != 0 ||
	    (error = set_login(to, why)) != 0) {
		rd_kafka_conf_destroy(to->conf);
		to->conf = NULL;
		return error;
	}
	set_callbacks(to);
	return 0;
}

int
kafka_client_start(struct kafka_destination *to)
{
	static const uint64_t one = 1;
	char why[FORWARD_WHY_SIZE];
	rd_kafka_queue_t *queue;
	int error;

	to->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (to->event_fd < 0) {
		return -errno;
	}
	error = loop_add(
	    to->kafka->terms.loop, to->event_fd, EPOLLIN, take_event, to);
	if (error != 0) {
		return error;
	}
	to->client =
	    rd_kafka_new(RD_KAFKA_PRODUCER, to->conf, why, sizeof(why));
	if (to->client == NULL) {
		log_error(to->kafka->terms.log, "kafka", "soc \"%s\": %s",
		    to->soc->name, why);
		return -EINVAL;
	}
	to->conf = NULL; /* The client's now. */
	queue = rd_kafka_queue_get_main(to->client);
	rd_kafka_queue_io_event_enable(queue, to->event_fd, &one, sizeof(one));
	rd_kafka_queue_destroy(queue);
	return 0;
}

/* What it holds is not told of any more, else its threads would go on trying;
 * the ledger has it. */
void
kafka_client_finish(struct kafka_destination *to)
{
	if (to->conf != NULL) {
		rd_kafka_conf_destroy(to->conf);
		to->conf = NULL;
	}
	if (to->client != NULL) {
		rd_kafka_purge(to->client,
		    RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		for (int i = 0;
		     i < FINISH_ROUNDS && rd_kafka_outq_len(to->client) > 0;
		     i++) {
			rd_kafka_poll(to->client, FINISH_MS);
		}
		rd_kafka_destroy(to->client);
		to->client = NULL;
	}
	if (to->event_fd >= 0) {
		loop_remove(to->kafka->terms.loop, to->event_fd);
		close(to->event_fd);
		to->event_fd = -1;
	}
}

static int
set_all(const struct kafka_destination *to, const struct property *properties,
    size_t count, char why[FORWARD_WHY_SIZE])
{
	for (size_t i = 0; i < count; i++) {
		if (rd_kafka_conf_set(to->conf, properties[i].name,
		        properties[i].value, why,
		        FORWARD_WHY_SIZE) != RD_KAFKA_CONF_OK) {
			return -EINVAL;
		}
	}
	return 0;
}

/* By default librdkafka keeps 100,000 messages and a gigabyte, and takes
 * answers of 100 MB. */
static int
set_bounds(const struct kafka_destination *to, char why[FORWARD_WHY_SIZE])
{
	char count[16];
	char kib[16];
	const struct property properties[] = {
		{ "queue.buffering.max.messages", count },
		{ "queue.buffering.max.kbytes", kib },
		{ "batch.size", "131072" },
		{ "receive.message.max.bytes", "1048576" },
	};

	/* Heartbeats, and what kafka_reset() forgot, come on top. */
	(void)snprintf(count, sizeof(count), "%d", 2 * KAFKA_FLIGHT_COUNT);
	(void)snprintf(kib, sizeof(kib), "%d", 2 * (RING_SIZE >> 10));
	return set_all(to, properties, ARRAY_SIZE(properties), why);
}

/* The files' content, since the threads that need it may open none. */
static int
set_tls(const struct kafka_destination *to, char why[FORWARD_WHY_SIZE])
{
	const struct config_soc *soc = to->soc;
	int error;

	if (soc->kafka.security != CONFIG_KAFKA_SSL &&
	    soc->kafka.security != CONFIG_KAFKA_SASL_SSL) {
		return 0;
	}
	error = set_file(
	    to, "ssl.ca.pem", soc->ca[0] == '\0' ? SYSTEM_CA : soc->ca, why);
	if (error == 0 && soc->certificate[0] != '\0' &&
	    (error = set_file(
	         to, "ssl.certificate.pem", soc->certificate, why)) == 0) {
		error = set_file(to, "ssl.key.pem", soc->key, why);
	}
	return error;
}

static int
set_login(const struct kafka_destination *to, char why[FORWARD_WHY_SIZE])
{
	static const char *const mechanisms[] = {
		[CONFIG_KAFKA_PLAIN] = "PLAIN",
		[CONFIG_KAFKA_SCRAM_SHA_256] = "SCRAM-SHA-256",
		[CONFIG_KAFKA_SCRAM_SHA_512] = "SCRAM-SHA-512",
	};
	const struct config_kafka *kafka = &to->soc->kafka;
	struct property properties[] = {
		{ "sasl.mechanisms", mechanisms[kafka->mechanism] },
		{ "sasl.username", kafka->username },
		{ "sasl.password", NULL },
	};
	char *password;
	int error;

	if (kafka->security != CONFIG_KAFKA_SASL_PLAINTEXT &&
	    kafka->security != CONFIG_KAFKA_SASL_SSL) {
		return 0;
	}
	password = read_file(kafka->password_file, why);
	if (password == NULL) {
		return -EINVAL;
	}
	password[strcspn(password, "\r\n")] = '\0';
	if (password[0] == '\0' || strlen(password) >= PASSWORD_SIZE) {
		(void)snprintf(why, FORWARD_WHY_SIZE,
		    "%.150s has no password in its first line",
		    kafka->password_file);
		error = -EINVAL;
	} else {
		properties[2].value = password;
		error = set_all(to, properties, ARRAY_SIZE(properties), why);
	}
	explicit_bzero(password, strlen(password));
	free(password);
	return error;
}

static int
set_file(const struct kafka_destination *to, const char *name, const char *path,
    char why[FORWARD_WHY_SIZE])
{
	char *text = read_file(path, why);
	const struct property property = { name, text };
	char reason[FORWARD_WHY_SIZE];
	int error;

	if (text == NULL) {
		return -EINVAL;
	}
	error = set_all(to, &property, 1, reason);
	if (error != 0) {
		(void)snprintf(
		    why, FORWARD_WHY_SIZE, "%.100s: %.90s", path, reason);
	}
	explicit_bzero(text, strlen(text));
	free(text);
	return error;
}

/* Ended by a zero; the caller's to free.  Null: 'why' says. */
static char *
read_file(const char *path, char why[FORWARD_WHY_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = fd < 0 ? NULL : malloc(FILE_SIZE_MOST + 1);
	ssize_t got = text == NULL ? -1 : 0;
	size_t size = 0;

	while (text != NULL && size < FILE_SIZE_MOST &&
	    (got = read(fd, text + size, FILE_SIZE_MOST - size)) > 0) {
		size += (size_t)got;
	}
	if (got != 0) {
		(void)snprintf(why, FORWARD_WHY_SIZE, "%.150s: %s", path,
		    got > 0 ? "it is too large" : strerror(errno));
		free(text);
		text = NULL;
	} else {
		text[size] = '\0';
	}
	if (fd >= 0) {
		close(fd);
	}
	return text;
}

static void
set_callbacks(struct kafka_destination *to)
{
	rd_kafka_conf_set_opaque(to->conf, to);
	rd_kafka_conf_set_dr_msg_cb(to->conf, take_report);
	rd_kafka_conf_set_error_cb(to->conf, take_error);
	rd_kafka_conf_set_stats_cb(to->conf, take_statistics);
	rd_kafka_conf_set_log_cb(to->conf, drop_log);
	if (to->kafka->terms.resolve != NULL) {
		rd_kafka_conf_set_resolve_cb(to->conf, resolve);
	}
}

static void
take_report(
    rd_kafka_t *client, const rd_kafka_message_t *message, void *context)
{
	(void)client;
	kafka_delivered(
	    context, (uint64_t)(uintptr_t)message->_private, message->err);
}

/* As sentences of ours where they are of use, with librdkafka's own words for
 * which broker it was. */
static void
take_error(rd_kafka_t *client, int error, const char *reason, void *context)
{
	struct kafka_destination *to = context;
	char fatal[FORWARD_WHY_SIZE];

	switch (error) {
	case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
		kafka_opened(to, false);
		if (to->error[0] == '\0') {
			kafka_complained(to, "no broker can be reached");
		}
		return;
	case RD_KAFKA_RESP_ERR__FATAL:
		(void)rd_kafka_fatal_error(client, fatal, sizeof(fatal));
		to->has_failed = true;
		kafka_complained(to, "it cannot go on: %s", fatal);
		return;
	case RD_KAFKA_RESP_ERR__TRANSPORT:
		kafka_complained(to, "no connection: %s", reason);
		return;
	case RD_KAFKA_RESP_ERR__RESOLVE:
		kafka_complained(
		    to, "a broker's name is not known: %s", reason);
		return;
	case RD_KAFKA_RESP_ERR__AUTHENTICATION:
		kafka_complained(to, "it lets nobody in: %s", reason);
		return;
	case RD_KAFKA_RESP_ERR__SSL:
		kafka_complained(to, "TLS failed: %s", reason);
		return;
	default:
		kafka_complained(to, "%s",
		    reason != NULL
		        ? reason
		        : rd_kafka_err2str((rd_kafka_resp_err_t)error));
		return;
	}
}

/* Only who is connected is asked of it: that is told in no other way.  Zero:
 * the text is librdkafka's to free. */
static int
take_statistics(rd_kafka_t *client, char *text, size_t size, void *context)
{
	json_t *statistics = json_loadb(text, size, 0, NULL);
	json_t *brokers = json_object_get(statistics, "brokers");
	const char *name;
	json_t *broker;
	bool is_open = false;

	(void)client;
	json_object_foreach(brokers, name, broker)
	{
		const char *state =
		    json_string_value(json_object_get(broker, "state"));

		is_open |= state != NULL && strcmp(state, "UP") == 0;
	}
	if (brokers != NULL) {
		kafka_opened(context, is_open);
	}
	json_decref(statistics);
	return 0;
}

/* It says the same at each attempt, from any thread; what matters comes by
 * take_error(). */
static void
drop_log(
    const rd_kafka_t *client, int level, const char *facility, const char *text)
{
	(void)client, (void)level, (void)facility, (void)text;
}

static int
resolve(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **result, void *context)
{
	const struct kafka_terms *terms =
	    &((struct kafka_destination *)context)->kafka->terms;

	return terms->resolve(
	    node, service, hints, result, terms->resolve_context);
}

/* What it says is heard by kafka_turn(). */
static void
take_event(void *context, uint32_t events)
{
	const struct kafka_destination *to = context;
	uint64_t count;

	(void)events;
	while (read(to->event_fd, &count, sizeof(count)) > 0) {
	}
}

#endif
