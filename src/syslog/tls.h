/*
 * TLS: syslog over TLS (RFC 5425) by GnuTLS, TLS 1.2 and 1.3.
 *
 * As a server we show our certificate and may demand one of the client, signed
 * by an authority of the site's choice.  As the client of a relay we check its
 * certificate and name, and show ours if there is one.  Files are read once, by
 * tls_open(); a session knows nothing of them.
 *
 * Nothing blocks: -EAGAIN says that tls_wants_to_write() tells what to wait
 * for.
 *
 * Memory: GnuTLS allocates.  SYSLOG_TLS_COUNT bounds the sessions, each
 *         reckoned at TLS_SESSION_BYTES; a handshake message may have
 *         TLS_HANDSHAKE_SIZE.
 * Time:   GnuTLS asks the wall clock whether a certificate has expired.
 */
#ifndef SYSLOG_TLS_H
#define SYSLOG_TLS_H

#include <gnutls/gnutls.h>
#include <sys/types.h>

#include "base/base.h"

enum {
	TLS_SENTENCE_SIZE = 512,
	TLS_HANDSHAKE_SIZE = 16 << 10,
	TLS_SESSION_BYTES = 48 << 10,
	TLS_FINGERPRINT_SIZE = 65,
	TLS_RECORD_SIZE = 16 << 10, /* RFC 8446, section 5.1. */
};

/* Names of files; empty: none. */
struct tls_files {
	/* PEM: ours, then those that signed it.  A server that has none makes
	 * one. */
	const char *certificate;
	const char *key;
	const char *client_ca; /* Who may sign clients' certificates. */
	const char *relay_ca;  /* Who may sign relays'; else the system's. */
};

struct tls {
	gnutls_priority_t priority;
	gnutls_certificate_credentials_t server;
	gnutls_certificate_credentials_t client;
	bool demands_certificate; /* Of clients. */
};

/* Reads the files.  'serves' and 'calls' say what is needed.  Returns 0 or a
 * negative errno, and then what is wrong in 'sentence'. */
int tls_open(struct tls *tls, const struct tls_files *files, bool serves,
    bool calls, char sentence[TLS_SENTENCE_SIZE]) SW_MUST_CHECK;

void tls_close(struct tls *tls);

/* Whether the certificate we show is not valid at 'now_s', since 1970. */
bool tls_has_expired(const struct tls *tls, uint64_t now_s);

/* The SHA-256 of the certificate we show, in hexadecimal; empty: none. */
void tls_fingerprint(const struct tls *tls, char text[TLS_FINGERPRINT_SIZE]);

/* A session over 'fd', as the server.  Null: there is no memory. */
gnutls_session_t tls_accept(const struct tls *tls, int fd) SW_MUST_CHECK;

/* A session as the client of 'host', which must stay as long. */
gnutls_session_t tls_call(
    const struct tls *tls, int fd, const char *host) SW_MUST_CHECK;

void tls_end(gnutls_session_t session);

/* Goes on with the handshake.  0: done; -EAGAIN; -EPROTO: it failed, and
 * '*why' is a clause that says why. */
int tls_handshake(gnutls_session_t session, const char **why) SW_MUST_CHECK;

/* Reads into 'bytes', which have room for TLS_RECORD_SIZE.  Returns how many;
 * 0: the peer has closed; -EAGAIN; another negative errno: it is over. */
ssize_t tls_read(
    gnutls_session_t session, char *bytes, size_t size) SW_MUST_CHECK;

bool tls_wants_to_write(gnutls_session_t session);

#endif
