#include "firmware/log_sockets.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/clock.h"
#include "firmware/roles.h"

/* The sockets of one transport. */
struct group {
	const char *name;
	enum syslog_transport transport;
	const struct config_listen *listens;
	uint32_t count;
};

static int open_tls(struct tls *tls, const struct log *log,
    const struct config_endpoint_logs *logs);
static void look_at_expiry(const struct tls *tls, const struct log *log,
    const struct config_endpoint_logs *logs);
static int open_group(struct syslog *syslog, const struct log *log,
    const struct group *group, bool needs_all);

int
log_sockets_open(struct syslog *syslog, struct tls *tls, const struct log *log,
    const struct config_endpoint_logs *logs, bool needs_all)
{
	const struct group groups[] = {
		{ "udp", SYSLOG_UDP, logs->udp, logs->udp_count },
		{ "tcp", SYSLOG_TCP, logs->tcp, logs->tcp_count },
		{ "tls", SYSLOG_TLS, logs->tls, logs->tls_count },
	};
	int status = open_tls(tls, log, logs);

	for (size_t i = 0; i < ARRAY_SIZE(groups) && status == ROLE_EXIT_DONE;
	     i++) {
		status = open_group(syslog, log, &groups[i], needs_all);
	}
	for (uint32_t i = 0; i < logs->pull_count; i++) {
		(void)syslog_add_relay(syslog, logs->pull[i].host,
		    logs->pull[i].port, logs->pull_tls[i]);
	}
	return status;
}

static int
open_tls(struct tls *tls, const struct log *log,
    const struct config_endpoint_logs *logs)
{
	const struct tls_files files = { .certificate = logs->certificate,
		.key = logs->key,
		.client_ca = logs->client_ca,
		.server_ca = logs->pull_ca };
	char sentence[TLS_SENTENCE_SIZE];
	bool calls = false;
	int error;

	for (uint32_t i = 0; i < logs->pull_count; i++) {
		calls |= logs->pull_tls[i];
	}
	if (logs->tls_count == 0 && !calls) {
		return ROLE_EXIT_DONE;
	}
	error = tls_open(tls, &files, logs->tls_count > 0, calls, sentence);
	if (error != 0) {
		fprintf(stderr, "spanwatch run: endpoint-logs: %s\n", sentence);
		return error == -EINVAL ? ROLE_EXIT_INPUT : ROLE_EXIT_REFUSED;
	}
	look_at_expiry(tls, log, logs);
	return ROLE_EXIT_DONE;
}

/* Endpoints would refuse it, and each of them would be a riddle. */
static void
look_at_expiry(const struct tls *tls, const struct log *log,
    const struct config_endpoint_logs *logs)
{
	char fingerprint[TLS_FINGERPRINT_SIZE];

	if (logs->tls_count == 0) {
		return;
	}
	tls_fingerprint(tls, fingerprint);
	if (logs->certificate[0] == '\0') {
		log_warning(log, "collector",
		    "no certificate is configured: endpoints meet one made for "
		    "this run, SHA-256 %s, which none can verify",
		    fingerprint);
	} else if (tls_has_expired(tls, clock_wall_ns() / NS_PER_S)) {
		log_error(log, "collector",
		    "the certificate in %s is not valid today: endpoints will "
		    "refuse it",
		    logs->certificate);
	} else {
		log_info(log, "collector", "shows the certificate SHA-256 %s",
		    fingerprint);
	}
}

static int
open_group(struct syslog *syslog, const struct log *log,
    const struct group *group, bool needs_all)
{
	for (uint32_t i = 0; i < group->count; i++) {
		const struct config_listen *listen = &group->listens[i];
		char address[IP_ADDRESS_TEXT_SIZE];
		int error = syslog_listen(
		    syslog, group->transport, &listen->address, listen->port);

		(void)ip_address_format(&listen->address, address);
		if (error == 0) {
			log_info(log, "collector", "listens at %s port %u (%s)",
			    address, listen->port, group->name);
			continue;
		}
		if (needs_all) {
			fprintf(stderr,
			    "spanwatch run: endpoint-logs: %s cannot listen at "
			    "%s port %u: %s\n",
			    group->name, address, listen->port,
			    strerror(-error));
			return ROLE_EXIT_REFUSED;
		}
		log_error(log, "collector",
		    "goes on without %s at %s port %u: %s", group->name,
		    address, listen->port, strerror(-error));
	}
	return ROLE_EXIT_DONE;
}
