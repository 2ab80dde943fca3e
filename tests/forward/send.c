/*
 * Sends records to one destination, as the forwarder does, without ledger and
 * supervisor.
 *
 *	send CONFIG RECORDS [SECONDS [PACE]]
 *
 * CONFIG is a configuration file whose first soc is meant; RECORDS has a JSON
 * object a line.  Gives PACE records a second (0: as fast as they are taken),
 * ends when all are acknowledged, and says so, or after SECONDS.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "config/config.h"
#include "forward/format.h"
#include "forward/forward.h"

enum { RECORD_SIZE = 1 << 17 };

struct sender {
	struct config config;
	struct loop loop;
	struct region region;
	struct tls tls;
	struct counters counters;
	struct log log;
	struct forward forward;
	FILE *records;
	uint64_t given;
	bool is_at_end;
};

static uint64_t
clock_ns(clockid_t which)
{
	struct timespec time;

	clock_gettime(which, &time);
	return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

static uint64_t
wall_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

static struct forward_now
now(void)
{
	return (struct forward_now){ .monotonic_ns = clock_ns(CLOCK_MONOTONIC),
		.wall_ns = wall_ns() };
}

static void
report(void *context, const struct config_error *error)
{
	char text[CONFIG_SENTENCE_SIZE + CONFIG_PATH_SIZE];

	(void)context;
	fprintf(stderr, "%s\n", config_error_format(error, text, sizeof(text)));
}

static int
connect_to(const struct config_soc *soc)
{
	struct addrinfo hints = {
		.ai_socktype = soc->transport == CONFIG_TRANSPORT_UDP
		    ? SOCK_DGRAM
		    : SOCK_STREAM,
	};
	struct addrinfo *found = NULL;
	char port[8];
	int fd;

	snprintf(port, sizeof(port), "%u", soc->peer.port);
	if (getaddrinfo(soc->peer.host, port, &hints, &found) != 0) {
		errno = EHOSTUNREACH;
		return -1;
	}
	fd = socket(found->ai_family, found->ai_socktype, 0);
	if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) < 0) {
		int error = errno;

		close(fd);
		errno = error;
		fd = -1;
	}
	if (fd >= 0) {
		fcntl(fd, F_SETFL, O_NONBLOCK);
	}
	freeaddrinfo(found);
	return fd;
}

/* Gives the next record; false: there is none, or no room. */
static bool
give(struct sender *sender)
{
	static char line[RECORD_SIZE];
	const struct config_soc *soc = &sender->config.socs[0];
	const struct forward_format_terms terms = {
		.form = (enum forward_form)soc->format,
		.enterprise_number = CONFIG_FORWARD_ENTERPRISE_NUMBER,
		.facility = soc->facility,
		.mask_secrets = soc->mask_secrets,
		.limit_bytes = soc->size_limit,
		.destination = soc->name,
		.hostname = "sensor-7",
		.app = "spanwatch",
		.procid = "812",
		.version = "1.0.0",
		.sensor_id = "sensor-7",
	};
	struct forward_record record = { .seq = sender->given + 1,
		.time_ns = wall_ns(),
		.sequence_id = (uint32_t)sender->given + 1,
		.kind = FORWARD_ALERT,
		.severity = FORWARD_HIGH };
	json_t *object;
	char *text;
	size_t size;

	if (sender->forward.destinations[0].given >=
	    sender->forward.destinations[0].credit) {
		return false;
	}
	if (fgets(line, sizeof(line), sender->records) == NULL) {
		sender->is_at_end = true;
		return false;
	}
	text = forward_room(&sender->forward, 0);
	object = json_loads(line, 0, NULL);
	SW_ASSERT(text != NULL && object != NULL);
	size = forward_format(&terms, &record, object, text, soc->size_limit);
	json_decref(object);
	forward_give(&sender->forward, 0, size, record.seq);
	sender->given++;
	return true;
}

static int
prepare(struct sender *sender, char **argv)
{
	const struct config_soc *soc = &sender->config.socs[0];
	const struct tls_files files = { soc->certificate, soc->key, "",
		soc->ca };
	struct forward_terms terms = { &sender->counters, &sender->log,
		&sender->loop, 20261124 };
	char sentence[TLS_SENTENCE_SIZE];

	if (config_read(argv[1], &sender->config, report, NULL) != 0 ||
	    sender->config.soc_count == 0) {
		return 2;
	}
	sender->records = fopen(argv[2], "re");
	if (sender->records == NULL || loop_init(&sender->loop) != 0 ||
	    region_init(&sender->region, forward_bytes()) != 0) {
		return 3;
	}
	if (tls_open(&sender->tls, &files, false, true, sentence) != 0) {
		fprintf(stderr, "%s\n", sentence);
		return 2;
	}
	sender->log = (struct log){ .level = LOG_LEVEL_INFO, .clock = wall_ns };
	forward_init(&sender->forward, &sender->region, &terms);
	(void)forward_add(&sender->forward, soc, &sender->tls);
	return 0;
}

static bool
is_done(const struct sender *sender)
{
	return sender->is_at_end &&
	    sender->forward.destinations[0].acknowledged == sender->given;
}

static void
go_on(struct sender *sender)
{
	struct forward_now moment = now();
	int fd;

	forward_turn(&sender->forward, &moment);
	if (forward_wanted(&sender->forward) != 0) {
		fd = connect_to(&sender->config.socs[0]);
		moment = now();
		forward_attach(&sender->forward, 0, fd,
		    fd < 0 ? strerror(errno) : "", &moment);
	}
}

int
main(int argc, char **argv)
{
	static struct sender sender;
	uint64_t begin_ns = clock_ns(CLOCK_MONOTONIC);
	uint64_t patience_ns =
	    (argc > 3 ? strtoull(argv[3], NULL, 10) : 60) * NS_PER_S;
	uint64_t pace = argc > 4 ? strtoull(argv[4], NULL, 10) : 0;
	const struct forward_destination *to = &sender.forward.destinations[0];
	int status;

	if (argc < 3 || (status = prepare(&sender, argv)) != 0) {
		return argc < 3 ? 2 : status;
	}
	for (;;) {
		uint64_t passed_ns = clock_ns(CLOCK_MONOTONIC) - begin_ns;

		while ((pace == 0 ||
		           sender.given < passed_ns / (NS_PER_S / pace) + 1) &&
		    give(&sender)) {
			continue;
		}
		go_on(&sender);
		if (is_done(&sender) || passed_ns > patience_ns) {
			break;
		}
		if (loop_wait(&sender.loop, 5) < 0) {
			break;
		}
	}
	forward_finish(&sender.forward);
	tls_close(&sender.tls);
	printf("{\"given\": %llu, \"sent\": %llu, \"acknowledged\": %llu, "
	       "\"resent\": %llu, \"unsendable\": %llu, \"lost_links\": %u, "
	       "\"error\": \"%s\"}\n",
	    (unsigned long long)sender.given, (unsigned long long)to->sent,
	    (unsigned long long)to->acknowledged,
	    (unsigned long long)to->resent, (unsigned long long)to->unsendable,
	    to->connections, to->error);
	return is_done(&sender) ? 0 : 1;
}
