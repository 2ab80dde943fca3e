#include "tls/tls.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>

#include "tls/own.h"

static const char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
                                 ":%SERVER_PRECEDENCE";

static int read_own(gnutls_certificate_credentials_t credentials,
    const struct tls_files *files, char *sentence);
static int make_own(
    gnutls_certificate_credentials_t credentials, char *sentence);
static int read_authority(gnutls_certificate_credentials_t credentials,
    const char *file, char *sentence);
static gnutls_session_t begin(
    const struct tls *tls, int fd, unsigned flags, bool is_client);
static int look_at_pin(gnutls_session_t session);
static const char *failure_of(gnutls_session_t session, int result);
static const char *distrust(unsigned status);
static int failed(char *sentence, const char *file, int result);

int
tls_open(struct tls *tls, const struct tls_files *files, bool serves,
    bool calls, char sentence[TLS_SENTENCE_SIZE])
{
	int error = 0;
	int result;

	memset(tls, 0, sizeof(*tls));
	result = gnutls_priority_init(&tls->priority, priorities, NULL);
	if (result == 0 && serves) {
		result = gnutls_certificate_allocate_credentials(&tls->server);
	}
	if (result == 0 && calls) {
		result = gnutls_certificate_allocate_credentials(&tls->client);
	}
	if (result != 0) {
		return failed(sentence, "TLS", result);
	}
	if (serves) {
		error = files->certificate[0] == '\0'
		    ? make_own(tls->server, sentence)
		    : read_own(tls->server, files, sentence);
		if (error == 0 && files->client_ca[0] != '\0') {
			tls->demands_certificate = true;
			error = read_authority(
			    tls->server, files->client_ca, sentence);
		}
	}
	if (error == 0 && calls && files->certificate[0] != '\0') {
		error = read_own(tls->client, files, sentence);
	}
	if (error == 0 && calls) {
		error = read_authority(tls->client, files->server_ca, sentence);
	}
	return error;
}

void
tls_close(struct tls *tls)
{
	if (tls->server != NULL) {
		gnutls_certificate_free_credentials(tls->server);
	}
	if (tls->client != NULL) {
		gnutls_certificate_free_credentials(tls->client);
	}
	if (tls->priority != NULL) {
		gnutls_priority_deinit(tls->priority);
	}
	memset(tls, 0, sizeof(*tls));
}

bool
tls_has_expired(const struct tls *tls, uint64_t now_s)
{
	gnutls_x509_crt_t certificate = NULL;
	gnutls_datum_t shown;
	bool has_expired = false;

	if (gnutls_certificate_get_crt_raw(tls->server, 0, 0, &shown) < 0 ||
	    gnutls_x509_crt_init(&certificate) < 0) {
		return false;
	}
	if (gnutls_x509_crt_import(certificate, &shown, GNUTLS_X509_FMT_DER) ==
	    0) {
		time_t now = (time_t)now_s;

		has_expired =
		    gnutls_x509_crt_get_expiration_time(certificate) < now ||
		    gnutls_x509_crt_get_activation_time(certificate) > now;
	}
	gnutls_x509_crt_deinit(certificate);
	return has_expired;
}

void
tls_fingerprint(const struct tls *tls, char text[TLS_FINGERPRINT_SIZE])
{
	uint8_t digest[TLS_FINGERPRINT_SIZE / 2];
	size_t size = sizeof(digest);
	gnutls_datum_t shown;

	text[0] = '\0';
	if (gnutls_certificate_get_crt_raw(tls->server, 0, 0, &shown) < 0 ||
	    gnutls_fingerprint(GNUTLS_DIG_SHA256, &shown, digest, &size) < 0) {
		return;
	}
	for (size_t i = 0; i < size; i++) {
		(void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
	}
}

gnutls_session_t
tls_accept(const struct tls *tls, int fd)
{
	gnutls_session_t session = begin(tls, fd, GNUTLS_SERVER, false);

	if (session != NULL && tls->demands_certificate) {
		gnutls_certificate_server_set_request(
		    session, GNUTLS_CERT_REQUIRE);
		gnutls_session_set_verify_cert(session, NULL, 0);
	}
	return session;
}

gnutls_session_t
tls_call(const struct tls *tls, int fd, const char *host)
{
	gnutls_session_t session = begin(tls, fd, GNUTLS_CLIENT, true);

	if (session != NULL) {
		/* Fails for an address, which is not to be sent. */
		(void)gnutls_server_name_set(
		    session, GNUTLS_NAME_DNS, host, strlen(host));
		gnutls_session_set_verify_cert(session, host, 0);
	}
	return session;
}

gnutls_session_t
tls_call_pinned(const struct tls *tls, int fd, const char *host, uint8_t *pin)
{
	gnutls_session_t session = begin(tls, fd, GNUTLS_CLIENT, true);

	if (session != NULL) {
		(void)gnutls_server_name_set(
		    session, GNUTLS_NAME_DNS, host, strlen(host));
		gnutls_session_set_ptr(session, pin);
		gnutls_session_set_verify_function(session, look_at_pin);
	}
	return session;
}

void
tls_end(gnutls_session_t session)
{
	if (session != NULL) {
		/* The peer may hang: what cannot be sent now is not. */
		(void)gnutls_bye(session, GNUTLS_SHUT_WR);
		gnutls_deinit(session);
	}
}

int
tls_handshake(gnutls_session_t session, const char **why)
{
	int result = gnutls_handshake(session);

	if (result == GNUTLS_E_SUCCESS) {
		return 0;
	}
	if (result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED ||
	    (gnutls_error_is_fatal(result) == 0 &&
	        result != GNUTLS_E_WARNING_ALERT_RECEIVED)) {
		return -EAGAIN;
	}
	*why = failure_of(session, result);
	(void)gnutls_alert_send_appropriate(session, result);
	return -EPROTO;
}

ssize_t
tls_read(gnutls_session_t session, char *bytes, size_t size)
{
	ssize_t result = gnutls_record_recv(session, bytes, size);

	if (result >= 0) {
		return result;
	}
	switch (result) {
	case GNUTLS_E_AGAIN:
	case GNUTLS_E_INTERRUPTED:
		return -EAGAIN;
	case GNUTLS_E_PREMATURE_TERMINATION:
		/* As most peers do; nothing is left open by it, since every
		 * message says where it ends. */
		return 0;
	default:
		return -EPROTO;
	}
}

const char *
tls_why(gnutls_session_t session)
{
	gnutls_alert_description_t alert = gnutls_alert_get(session);
	const char *name = alert == GNUTLS_A_CLOSE_NOTIFY
	    ? NULL
	    : gnutls_alert_get_name(alert);

	if (alert == GNUTLS_A_CERTIFICATE_REQUIRED) {
		return "it demands a certificate of ours";
	}
	return name != NULL ? name : "it sent what is no TLS";
}

ssize_t
tls_write(gnutls_session_t session, const char *bytes, size_t size)
{
	ssize_t result = gnutls_record_send(session, bytes, size);

	if (result >= 0) {
		return result;
	}
	return result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED
	    ? -EAGAIN
	    : -EPIPE;
}

bool
tls_wants_to_write(gnutls_session_t session)
{
	return gnutls_record_get_direction(session) == 1;
}

static int
read_own(gnutls_certificate_credentials_t credentials,
    const struct tls_files *files, char *sentence)
{
	int result = gnutls_certificate_set_x509_key_file(
	    credentials, files->certificate, files->key, GNUTLS_X509_FMT_PEM);

	return result < 0 ? failed(sentence, files->certificate, result) : 0;
}

static int
make_own(gnutls_certificate_credentials_t credentials, char *sentence)
{
	int result = tls_own_certificate(credentials);

	return result < 0 ? failed(sentence, "a certificate of our own", result)
	                  : 0;
}

/* An empty 'file': the authorities that this machine trusts. */
static int
read_authority(gnutls_certificate_credentials_t credentials, const char *file,
    char *sentence)
{
	int result;

	if (file[0] == '\0') {
		result = gnutls_certificate_set_x509_system_trust(credentials);
		/* A machine may have none; then no relay is trusted. */
		return result < 0 && result != GNUTLS_E_UNIMPLEMENTED_FEATURE
		    ? failed(sentence, "the system's authorities", result)
		    : 0;
	}
	result = gnutls_certificate_set_x509_trust_file(
	    credentials, file, GNUTLS_X509_FMT_PEM);
	if (result == 0) {
		result = GNUTLS_E_NO_CERTIFICATE_FOUND;
	}
	return result < 0 ? failed(sentence, file, result) : 0;
}

static gnutls_session_t
begin(const struct tls *tls, int fd, unsigned flags, bool is_client)
{
	gnutls_session_t session = NULL;

	if (gnutls_init(&session,
	        flags | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL |
	            GNUTLS_NO_TICKETS) != 0) {
		return NULL;
	}
	if (gnutls_priority_set(session, tls->priority) != 0 ||
	    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE,
	        is_client ? tls->client : tls->server) != 0) {
		gnutls_deinit(session);
		return NULL;
	}
	gnutls_handshake_set_max_packet_length(session, TLS_HANDSHAKE_SIZE);
	gnutls_transport_set_int(session, fd);
	return session;
}

/* Whether the peer's certificate, or its key, is the one that was pinned;
 * called in the midst of the handshake. */
static int
look_at_pin(gnutls_session_t session)
{
	const uint8_t *pin = gnutls_session_get_ptr(session);
	unsigned count = 0;
	const gnutls_datum_t *shown =
	    gnutls_certificate_get_peers(session, &count);
	uint8_t digest[TLS_DIGEST_SIZE];
	size_t size = sizeof(digest);
	gnutls_x509_crt_t certificate = NULL;
	bool matches;

	if (shown == NULL || count == 0) {
		return GNUTLS_E_NO_CERTIFICATE_FOUND;
	}
	matches = gnutls_fingerprint(
	              GNUTLS_DIG_SHA256, &shown[0], digest, &size) == 0 &&
	    memcmp(digest, pin, sizeof(digest)) == 0;
	if (!matches && gnutls_x509_crt_init(&certificate) == 0) {
		size = sizeof(digest);
		matches = gnutls_x509_crt_import(certificate, &shown[0],
		              GNUTLS_X509_FMT_DER) == 0 &&
		    gnutls_x509_crt_get_key_id(certificate,
		        GNUTLS_KEYID_USE_SHA256, digest, &size) == 0 &&
		    memcmp(digest, pin, sizeof(digest)) == 0;
		gnutls_x509_crt_deinit(certificate);
	}
	return matches ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

static const char *
failure_of(gnutls_session_t session, int result)
{
	const char *alert;

	switch (result) {
	case GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR:
		return distrust(gnutls_session_get_verify_cert_status(session));
	case GNUTLS_E_CERTIFICATE_ERROR:
		return "its certificate is not the one that is pinned";
	case GNUTLS_E_NO_CERTIFICATE_FOUND:
	case GNUTLS_E_CERTIFICATE_REQUIRED:
		return "it shows no certificate";
	case GNUTLS_E_FATAL_ALERT_RECEIVED:
	case GNUTLS_E_WARNING_ALERT_RECEIVED:
		/* "Certificate is bad", say: the peer does not trust ours. */
		alert = gnutls_alert_get_name(gnutls_alert_get(session));
		return alert != NULL ? alert : gnutls_strerror(result);
	case GNUTLS_E_PREMATURE_TERMINATION:
		return "it closed the connection";
	default:
		return gnutls_strerror(result);
	}
}

static const char *
distrust(unsigned status)
{
	static const struct {
		unsigned bit;
		const char *clause;
	} reasons[] = {
		{ GNUTLS_CERT_EXPIRED, "its certificate has expired" },
		{ GNUTLS_CERT_NOT_ACTIVATED,
		    "its certificate is not valid yet" },
		{ GNUTLS_CERT_REVOKED, "its certificate was revoked" },
		{ GNUTLS_CERT_UNEXPECTED_OWNER,
		    "its certificate is of another name" },
		{ GNUTLS_CERT_SIGNER_NOT_FOUND,
		    "its certificate is signed by nobody we trust" },
		{ GNUTLS_CERT_INSECURE_ALGORITHM,
		    "its certificate is signed in a way no longer safe" },
		{ GNUTLS_CERT_PURPOSE_MISMATCH,
		    "its certificate is for another purpose" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if ((status & reasons[i].bit) != 0) {
			return reasons[i].clause;
		}
	}
	return "its certificate is not trusted";
}

static int
failed(char *sentence, const char *file, int result)
{
	(void)snprintf(sentence, TLS_SENTENCE_SIZE, "%s: %s", file,
	    gnutls_strerror(result));
	return result == GNUTLS_E_MEMORY_ERROR ? -ENOMEM : -EINVAL;
}
