/*
 * A certificate of our own making.  Private to room tls.
 */
#ifndef TLS_OWN_H
#define TLS_OWN_H

#include <gnutls/gnutls.h>

/* Makes a key and a certificate that it has signed itself, and gives both to
 * 'credentials'.  Negative: an error of GnuTLS. */
int tls_own_certificate(gnutls_certificate_credentials_t credentials);

#endif
