#include "classify/hello.h"

#include <criterion/criterion.h>
#include <string.h>

static enum application
told_by(uint8_t kind, const void *payload, uint32_t size)
{
	struct packet packet = {
		.kind = kind,
		.payload = payload,
		.payload_size = size,
		.payload_captured = size,
	};

	return hello_application(&packet);
}

struct text_case {
	const char *text;
	enum application application;
};

Test(hello, tells_ssh_and_http_by_their_first_words)
{
	static const struct text_case cases[] = {
		{ "SSH-2.0-OpenSSH_9.2\r\n", APPLICATION_SSH },
		{ "SSH", APPLICATION_NONE },
		{ "GET / HTTP/1.1\r\nHost: a\r\n\r\n", APPLICATION_HTTP },
		{ "PROPFIND /share HTTP/1.1\r\n", APPLICATION_HTTP },
		{ "CONNECT a:443 HTTP/1.0\r\n", APPLICATION_HTTP },
		{ "HTTP/1.1 404 Not Found\r\n", APPLICATION_HTTP },
		{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", APPLICATION_HTTP },
		{ "OPTIONS rtsp://a/b RTSP/1.0\r\n", APPLICATION_NONE },
		{ "OPTIONS sip:a@b SIP/2.0\r\n", APPLICATION_NONE },
		{ "GET /\r\n HTTP/1.1", APPLICATION_NONE },
		{ "GET / ", APPLICATION_NONE },
		{ "GETTING HTTP/1.1", APPLICATION_NONE },
		{ "220 mail ESMTP\r\n", APPLICATION_NONE },
		{ "", APPLICATION_NONE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cr_expect_eq(told_by(PACKET_TCP, cases[i].text,
		                 (uint32_t)strlen(cases[i].text)),
		    cases[i].application, "%s", cases[i].text);
	}
}

struct tls_case {
	const char *what;
	uint8_t bytes[6];
	bool is_tls;
};

Test(hello, tells_tls_by_the_head_of_a_record)
{
	static const struct tls_case cases[] = {
		{ "a client's hello", { 22, 3, 1, 2, 0, 1 }, true },
		{ "a server's hello", { 22, 3, 3, 0, 90, 2 }, true },
		{ "data", { 23, 3, 3, 0x40, 0, 0xaa }, true },
		{ "a certificate, without its hello", { 22, 3, 3, 9, 0, 11 },
		    false },
		{ "another major version", { 22, 2, 0, 0, 9, 1 }, false },
		{ "a version yet to come", { 22, 3, 5, 0, 9, 1 }, false },
		{ "an empty record", { 22, 3, 1, 0, 0, 1 }, false },
		{ "a record too long", { 23, 3, 3, 0x48, 1, 0 }, false },
		{ "another type", { 20, 3, 3, 0, 1, 1 }, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		enum application told =
		    told_by(PACKET_TCP, cases[i].bytes, sizeof(cases[i].bytes));

		cr_expect_eq(told == APPLICATION_TLS, cases[i].is_tls, "%s",
		    cases[i].what);
	}
	cr_expect_eq(told_by(PACKET_TCP, cases[0].bytes, 5), APPLICATION_NONE,
	    "a head cut short");
	cr_expect_eq(told_by(PACKET_UDP, cases[0].bytes, 6), APPLICATION_NONE,
	    "not over UDP");
}

struct quic_case {
	const char *what;
	uint32_t size;
	uint8_t bytes[24];
	bool is_quic;
};

Test(hello, tells_quic_by_its_long_header)
{
	static const struct quic_case cases[] = {
		{ "version 1", 24, { 0xc3, 0, 0, 0, 1, 8, [14] = 4 }, true },
		{ "version 2", 24,
		    { 0xd0, 0x6b, 0x33, 0x43, 0xcf, 8, [14] = 4 }, true },
		{ "draft 29", 24, { 0xc0, 0xff, 0, 0, 29, 0, 0 }, true },
		{ "a short header", 24, { 0x43, 0, 0, 0, 1, 8, [14] = 4 },
		    false },
		{ "no fixed bit", 24, { 0x83, 0, 0, 0, 1, 8, [14] = 4 },
		    false },
		{ "another version", 24, { 0xc3, 0, 0, 0, 9, 8, [14] = 4 },
		    false },
		{ "an identifier too long", 24, { 0xc3, 0, 0, 0, 1, 21 },
		    false },
		{ "an identifier cut short", 12, { 0xc3, 0, 0, 0, 1, 8 },
		    false },
		{ "a second one cut short", 16,
		    { 0xc3, 0, 0, 0, 1, 8, [14] = 4 }, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		enum application told =
		    told_by(PACKET_UDP, cases[i].bytes, cases[i].size);

		cr_expect_eq(told == APPLICATION_QUIC, cases[i].is_quic, "%s",
		    cases[i].what);
	}
	cr_expect_eq(told_by(PACKET_TCP, cases[0].bytes, 24), APPLICATION_NONE,
	    "not over TCP");
}

Test(hello, every_application_has_a_name_but_none)
{
	cr_expect_null(application_name(APPLICATION_NONE));
	cr_expect_null(application_name(APPLICATION_COUNT));
	for (int i = 1; i < APPLICATION_COUNT; i++) {
		cr_assert_not_null(application_name((enum application)i));
		cr_expect_gt(strlen(application_name((enum application)i)), 0);
		cr_expect_lt(strlen(application_name((enum application)i)), 24);
	}
}
