/* A certificate of our own making, for a site that has given none: messages are
 * then hidden from who listens, but nobody can know that it is us. */
#include "tls/own.h"

#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdint.h>
#include <time.h>

enum {
	DAY_S = 24 * 3600,
	VALID_S = 3650 * DAY_S,
	SERIAL_SIZE = 16,
};

static int make_key(gnutls_x509_privkey_t *key);
static int fill(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key);

int
tls_own_certificate(gnutls_certificate_credentials_t credentials)
{
	gnutls_x509_privkey_t key = NULL;
	gnutls_x509_crt_t certificate = NULL;
	int result = make_key(&key);

	if (result >= 0) {
		result = gnutls_x509_crt_init(&certificate);
	}
	if (result >= 0) {
		result = fill(certificate, key);
	}
	if (result >= 0) {
		result = gnutls_certificate_set_x509_key(
		    credentials, &certificate, 1, key);
	}
	/* The credentials have copies. */
	if (certificate != NULL) {
		gnutls_x509_crt_deinit(certificate);
	}
	if (key != NULL) {
		gnutls_x509_privkey_deinit(key);
	}
	return result;
}

static int
make_key(gnutls_x509_privkey_t *key)
{
	int result = gnutls_x509_privkey_init(key);

	return result < 0
	    ? result
	    : gnutls_x509_privkey_generate(*key, GNUTLS_PK_ECDSA,
	          GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
}

static int
fill(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
	static const char name[] = "CN=spanwatch";
	uint8_t serial[SERIAL_SIZE];
	time_t now = time(NULL);
	int result = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	serial[0] = (uint8_t)((serial[0] & 0x7f) | 1); /* Positive. */
	if (result < 0 ||
	    (result = gnutls_x509_crt_set_version(certificate, 3)) < 0 ||
	    (result = gnutls_x509_crt_set_serial(
	         certificate, serial, sizeof(serial))) < 0 ||
	    (result = gnutls_x509_crt_set_activation_time(
	         certificate, now - DAY_S)) < 0 ||
	    (result = gnutls_x509_crt_set_expiration_time(
	         certificate, now + VALID_S)) < 0 ||
	    (result = gnutls_x509_crt_set_dn(certificate, name, NULL)) < 0 ||
	    (result = gnutls_x509_crt_set_key(certificate, key)) < 0 ||
	    (result = gnutls_x509_crt_set_key_usage(
	         certificate, GNUTLS_KEY_DIGITAL_SIGNATURE)) < 0) {
		return result;
	}
	return gnutls_x509_crt_sign2(
	    certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
}
