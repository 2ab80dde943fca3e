#include "classify/hello.h"

#include "base/bytes.h"

static bool is_tls(const struct packet *packet);
static bool is_http(const struct packet *packet);
static bool is_http_request(const struct packet *packet);
static bool is_quic(const struct packet *packet);

/* Whether the payload begins with 'text'. */
static bool
begins(const struct packet *packet, const char *text)
{
	size_t size = strlen(text);

	return packet->payload_captured >= size &&
	    memcmp(packet->payload, text, size) == 0;
}

enum application
hello_application(const struct packet *packet)
{
	if (packet->kind == PACKET_UDP) {
		return is_quic(packet) ? APPLICATION_QUIC : APPLICATION_NONE;
	}
	if (begins(packet, "SSH-")) {
		return APPLICATION_SSH; /* RFC 4253, section 4.2. */
	}
	if (is_tls(packet)) {
		return APPLICATION_TLS;
	}
	return is_http(packet) ? APPLICATION_HTTP : APPLICATION_NONE;
}

/* A record of handshake or application data (RFC 8446, section 5.1), and in a
 * handshake record a hello of either side (section 4). */
static bool
is_tls(const struct packet *packet)
{
	enum { HANDSHAKE = 22, APPLICATION_DATA = 23 };
	enum { CLIENT_HELLO = 1, SERVER_HELLO = 2 };
	enum { RECORD_LIMIT = (1 << 14) + 2048 };
	struct reader reader;
	uint8_t type;
	uint16_t version;
	uint16_t length;
	uint8_t message;

	reader_init(&reader, packet->payload, packet->payload_captured);
	type = reader_u8(&reader);
	version = reader_u16(&reader);
	length = reader_u16(&reader);
	message = reader_u8(&reader);
	if (reader.failed || version < 0x0300 || version > 0x0304 ||
	    length == 0 || length > RECORD_LIMIT) {
		return false;
	}
	return type == APPLICATION_DATA ||
	    (type == HANDSHAKE &&
	        (message == CLIENT_HELLO || message == SERVER_HELLO));
}

/* A status line, a request line (RFC 9112, sections 3 and 4), or the preface of
 * HTTP/2 (RFC 9113, section 3.4). */
static bool
is_http(const struct packet *packet)
{
	return begins(packet, "HTTP/1.") || begins(packet, "PRI * HTTP/2.0") ||
	    is_http_request(packet);
}

/* A method, a target and "HTTP/1." where the line has not been cut: RTSP and
 * SIP look alike but for that. */
static bool
is_http_request(const struct packet *packet)
{
	static const char *const methods[] = { "GET ", "POST ", "HEAD ", "PUT ",
		"DELETE ", "OPTIONS ", "CONNECT ", "PATCH ", "PROPFIND ",
		"TRACE " };
	static const char version[] = " HTTP/1.";
	const uint8_t *end;
	size_t size = packet->payload_captured;
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(methods) && !found; i++) {
		found = begins(packet, methods[i]);
	}
	if (!found) {
		return false;
	}
	end = memchr(packet->payload, '\r', size);
	if (end != NULL) {
		size = (size_t)(end - packet->payload);
	}
	return memmem(packet->payload, size, version, sizeof(version) - 1) !=
	    NULL;
}

/* A packet with a long header (RFC 9000, section 17.2) of version 1, 2
 * (RFC 9369) or a late draft, whose connection identifiers have lengths that
 * are allowed. */
static bool
is_quic(const struct packet *packet)
{
	enum { LONG_HEADER = 0xc0, ID_LIMIT = 20 };
	struct reader reader;
	uint8_t first;
	uint32_t version;
	uint8_t length;

	reader_init(&reader, packet->payload, packet->payload_captured);
	first = reader_u8(&reader);
	version = reader_u32(&reader);
	length = reader_u8(&reader);
	if (length > ID_LIMIT || reader_take(&reader, length) == NULL) {
		return false;
	}
	length = reader_u8(&reader);
	if (length > ID_LIMIT || reader_take(&reader, length) == NULL) {
		return false;
	}
	return (first & LONG_HEADER) == LONG_HEADER &&
	    (version == 1 || version == 0x6b3343cf ||
	        (version & 0xffffffe0) == 0xff000000);
}
