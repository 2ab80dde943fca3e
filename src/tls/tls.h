/*
 * TLS by GnuTLS, 1.2 and 1.3: of logs that come in and of those that go out
 * (RFC 5425).
 *
 * As a server we show our certificate and may demand one of the client, signed
 * by an authority of the site's choice.  As a client we check the server's
 * certificate and name, or that it is just the one that we were told of, and
 * show ours if there is one.  Files are read once, by tls_open(); a session
 * knows nothing of them.
 *
 * Nothing blocks: -EAGAIN says that tls_wants_to_write() tells what to wait
 * for.
 *
 * Memory: GnuTLS allocates.  Who opens sessions bounds their number, each
 *         reckoned at TLS_SESSION_BYTES; a handshake message may have
 *         TLS_HANDSHAKE_SIZE.
 * Time:   GnuTLS asks the wall clock whether a certificate has expired.
 */
#ifndef TLS_TLS_H
#define TLS_TLS_H

#include <gnutls/gnutls.h>
#include <sys/types.h>

#include "base/base.h"

enum {
	TLS_SENTENCE_SIZE = 512,
	TLS_HANDSHAKE_SIZE = 16 << 10,
	TLS_SESSION_BYTES = 48 << 10,
	TLS_DIGEST_SIZE = 32, /* SHA-256. */
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
	const char *server_ca; /* Who may sign servers'; else the system's. */
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

/* The same, but the server must have the certificate, or the key, whose SHA-256
 * (of the certificate, or its SubjectPublicKeyInfo, in DER) is 'pin', of
 * TLS_DIGEST_SIZE; who signed it, for which name and until when makes no
 * difference then. */
gnutls_session_t tls_call_pinned(const struct tls *tls, int fd,
    const char *host, uint8_t *pin) SW_MUST_CHECK;

void tls_end(gnutls_session_t session);

/* Goes on with the handshake.  0: done; -EAGAIN; -EPROTO: it failed, and
 * '*why' is a clause that says why. */
int tls_handshake(gnutls_session_t session, const char **why) SW_MUST_CHECK;

/* Reads into 'bytes', which have room for TLS_RECORD_SIZE.  Returns how many;
 * 0: the peer has closed; -EAGAIN; another negative errno: it is over. */
ssize_t tls_read(
    gnutls_session_t session, char *bytes, size_t size) SW_MUST_CHECK;

/* Why tls_read() found that it is over, as a clause: what the peer said, if it
 * did.  By TLS 1.3 it says only after the handshake that it wants another
 * certificate of ours. */
const char *tls_why(gnutls_session_t session);

/* Writes some of 'bytes' and returns how many.  -EAGAIN: none, and the next
 * call must be with the same; another negative errno: it is over. */
ssize_t tls_write(
    gnutls_session_t session, const char *bytes, size_t size) SW_MUST_CHECK;

bool tls_wants_to_write(gnutls_session_t session);

#endif
