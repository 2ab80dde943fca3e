#include "talk.h"

/* What is asked of nDPI; without it there is nothing to ask. */
#ifdef CONFIG_CLASSIFY_NDPI

#	include <criterion/criterion.h>
#	include <ndpi/ndpi_api.h>
#	include <string.h>

static struct stage stage;

static void
set_up(void)
{
	stage_set_up(&stage);
}

/* Whatever was asked, nDPI has kept nothing and freed nothing twice. */
static void
tear_down(void)
{
	cr_expect_eq(stage.counters.value[COUNTER_CLASSIFY_KEPT], 0);
	cr_expect_eq(stage.counters.value[COUNTER_CLASSIFY_STRAYS], 0);
	stage_tear_down(&stage);
}

TestSuite(question, .init = set_up, .fini = tear_down);

/* What an end says: a string, or bytes with zeros in them. */
struct line {
	int end;
	uint32_t size;
	const char *bytes;
};
#	define SAYS(end, text)                     \
		{                                   \
			end, sizeof(text) - 1, text \
		}

enum { LINE_COUNT = 8 };

struct dialogue {
	const char *name; /* What it is to be taken for. */
	uint8_t protocol;
	uint16_t port;
	struct line lines[LINE_COUNT];
};

#	define ZEROS_16     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#	define ZEROS_60     ZEROS_16 ZEROS_16 ZEROS_16 "\0\0\0\0\0\0\0\0\0\0\0\0"
#	define DNS_QUESTION "\3www\7example\3com\0\0\1\0\1"

static const struct dialogue dialogues[] = {
	{ "SMB", IP_PROTOCOL_TCP, 445,
	    { SAYS(CLIENT, "\0\0\0\x46\xfeSMB\x40\0" ZEROS_60 "\x24\0\1\0"),
	        SAYS(SERVER,
	            "\0\0\0\x46\xfeSMB\x40\0" ZEROS_60 "\x41\0\1\0") } },
	{ "Modbus", IP_PROTOCOL_TCP, 502,
	    { SAYS(CLIENT, "\0\1\0\0\0\6\1\3\0\0\0\2"),
	        SAYS(SERVER, "\0\1\0\0\0\7\1\3\4\0\1\0\2") } },
	{ "S7", IP_PROTOCOL_TCP, 102,
	    { SAYS(CLIENT,
	          "\3\0\0\x16\x11\xe0\0\0\0\1\0\xc0\1\x0a\xc1\2\1\0"
	          "\xc2\2\1\2"),
	        SAYS(SERVER,
	            "\3\0\0\x16\x11\xd0\0\1\0\1\0\xc0\1\x0a\xc1\2\1\0"
	            "\xc2\2\1\2") } },
	{ "DNS", IP_PROTOCOL_UDP, 53,
	    { SAYS(CLIENT, "\x12\x34\1\0\0\1\0\0\0\0\0\0" DNS_QUESTION),
	        SAYS(SERVER,
	            "\x12\x34\x81\x80\0\1\0\1\0\0\0\0" DNS_QUESTION
	            "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0\1") } },
	{ "SNMP", IP_PROTOCOL_UDP, 161,
	    { SAYS(CLIENT,
	          "\x30\x23\2\1\1\4\6public\xa0\x16\2\1\7\2\1\0\2\1\0"
	          "\x30\x0b\x30\x09\6\5\x2b\6\1\2\1\5\0"),
	        SAYS(SERVER,
	            "\x30\x23\2\1\1\4\6public\xa2\x16\2\1\7\2\1\0\2\1\0"
	            "\x30\x0b\x30\x09\6\5\x2b\6\1\2\1\5\0") } },
	{ "FTP", IP_PROTOCOL_TCP, 2121,
	    { SAYS(SERVER, "220 FTP server ready\r\n"),
	        SAYS(CLIENT, "USER anna\r\n"),
	        SAYS(SERVER, "331 Password required\r\n"),
	        SAYS(CLIENT, "PASS secret\r\n"),
	        SAYS(SERVER, "230 Logged in\r\n"), SAYS(CLIENT, "SYST\r\n"),
	        SAYS(SERVER, "215 UNIX\r\n"), SAYS(CLIENT, "QUIT\r\n") } },
	{ "SMTP", IP_PROTOCOL_TCP, 25,
	    { SAYS(SERVER, "220 mail.example.com ESMTP\r\n"),
	        SAYS(CLIENT, "EHLO a.example.com\r\n"),
	        SAYS(SERVER, "250-mail.example.com\r\n250 8BITMIME\r\n"),
	        SAYS(CLIENT, "MAIL FROM:<a@example.com>\r\n") } },
	{ "MySQL", IP_PROTOCOL_TCP, 3306,
	    { SAYS(SERVER,
	          "\x4a\0\0\0\x0a"
	          "8.0.32\0\x0b\0\0\0"
	          "abcdefgh\0"
	          "\xff\xf7\x21\2\0\xff\x81\x15\0\0\0\0\0\0\0\0\0\0"
	          "ABCDEFGHIJKL\0mysql_native_password\0"),
	        SAYS(CLIENT, "\x20\0\0\1\x85\xa6\xff\1" ZEROS_16 ZEROS_16) } },
};

static void
play(struct talk *talk, const struct dialogue *dialogue, const char *server)
{
	talk_begin(talk, &stage, dialogue->protocol, server, dialogue->port);
	for (size_t i = 0; i < LINE_COUNT; i++) {
		const struct line *line = &dialogue->lines[i];

		if (line->size > 0) {
			talk_send(talk, line->end, line->bytes, line->size);
		}
	}
}

Test(question, hears_what_a_network_speaks)
{
	for (size_t i = 0; i < ARRAY_SIZE(dialogues); i++) {
		struct talk talk;

		play(&talk, &dialogues[i], "10.0.0.1");
		cr_assert_not_null(talk_name(&talk), "%s", dialogues[i].name);
		cr_expect_str_eq(talk_name(&talk), dialogues[i].name);
		cr_expect_eq(talk.conversation.classify_slot, CLASSIFY_DONE);
	}
	cr_expect_eq(stage.counters.value[COUNTER_CLASSIFY_ANSWERS],
	    ARRAY_SIZE(dialogues));
}

Test(question, is_put_once_for_a_service)
{
	struct talk talk;
	uint64_t questions;

	play(&talk, &dialogues[0], "10.0.0.1");
	questions = stage.counters.value[COUNTER_CLASSIFY_QUESTIONS];
	cr_expect_eq(questions, 1);
	for (int i = 0; i < 100; i++) {
		play(&talk, &dialogues[0], "10.0.0.1");
		cr_assert_str_eq(talk_name(&talk), "SMB");
	}
	cr_expect_eq(
	    stage.counters.value[COUNTER_CLASSIFY_QUESTIONS], questions);
	play(&talk, &dialogues[0], "10.0.0.2");
	cr_expect_eq(
	    stage.counters.value[COUNTER_CLASSIFY_QUESTIONS], questions + 1);
}

Test(question, counts_what_was_said_before_both_had_spoken)
{
	const struct dialogue *mysql = &dialogues[ARRAY_SIZE(dialogues) - 1];
	struct talk talk;

	cr_assert_str_eq(mysql->name, "MySQL");
	talk_begin(&talk, &stage, IP_PROTOCOL_TCP, "10.0.0.1", 3306);
	talk.has_spoken[SERVER] = true; /* But its greeting is not heard. */
	talk_send(&talk, CLIENT, mysql->lines[1].bytes, mysql->lines[1].size);
	cr_expect_null(talk_name(&talk));
	play(&talk, mysql, "10.0.0.2");
	cr_expect_str_eq(talk_name(&talk), "MySQL");
}

Test(question, is_not_muddled_by_repeats)
{
	const struct dialogue *ftp = &dialogues[5];
	struct talk talk;

	cr_assert_str_eq(ftp->name, "FTP");
	talk_begin(&talk, &stage, IP_PROTOCOL_TCP, "10.0.0.1", 2121);
	for (size_t i = 0; i < LINE_COUNT; i++) {
		const struct line *line = &ftp->lines[i];

		talk_send(&talk, line->end, line->bytes, line->size);
		talk.sequence[line->end] -= line->size;
		talk_send(&talk, line->end, line->bytes, line->size);
	}
	cr_expect_str_eq(talk_name(&talk), "FTP");
}

Test(question, is_put_though_one_end_cannot_be_heard)
{
	struct talk talk;

	talk_begin(&talk, &stage, IP_PROTOCOL_TCP, "10.0.0.1", 502);
	talk.has_spoken[SERVER] = true;
	for (int i = 0; i < 4; i++) {
		cr_expect_null(talk_name(&talk));
		talk_send(&talk, CLIENT, "\0\1\0\0\0\6\1\3\0\0\0\2", 12);
	}
	cr_expect_str_eq(talk_name(&talk), "Modbus");
}

Test(question, ends_after_so_many_packets)
{
	struct talk talk;

	talk_begin(&talk, &stage, IP_PROTOCOL_TCP, "10.0.0.1", 4444);
	talk_say(&talk, CLIENT, "\xf1\x8e\x91\xa7\xb3\xd5");
	for (int i = 1; i < CONFIG_CLASSIFY_PACKETS_PER_FLOW; i++) {
		cr_expect_neq(talk.conversation.classify_slot, CLASSIFY_DONE);
		talk_say(&talk, SERVER, "\xe3\x8c\x9d\xb1\xc7\xa5");
	}
	cr_expect_eq(talk.conversation.classify_slot, CLASSIFY_DONE);
	cr_expect_eq(stage.counters.value[COUNTER_CLASSIFY_FRUITLESS], 1);
}

Test(question, ends_when_the_opening_is_full_and_cuts_what_does_not_fit)
{
	static uint8_t payload[65535];
	struct talk talk;

	memset(payload, 0xe3, sizeof(payload));
	for (uint32_t size = CONFIG_CLASSIFY_FLOW_BYTES - 4; size < 65535;
	     size = 2 * size + 1) {
		talk_begin(&talk, &stage, IP_PROTOCOL_TCP, "10.0.0.1", 4444);
		talk_say(&talk, CLIENT, "\xf1\x8e");
		talk_send(&talk, SERVER, payload, size);
		talk_say(&talk, CLIENT, "\xf1\x8e\x91");
		cr_expect_eq(talk.conversation.classify_slot, CLASSIFY_DONE);
	}
}

Test(question, when_full_gives_up_the_idlest_opening_and_goes_on)
{
	struct talk talk;

	for (int i = 0; i < 2 * CONFIG_CLASSIFY_FLOW_COUNT; i++) {
		talk_begin(&talk, &stage, IP_PROTOCOL_TCP, "10.0.0.1",
		    (uint16_t)(1024 + i));
		talk_say(&talk, CLIENT, "nobody answers this");
	}
	cr_expect_geq(stage.counters.value[COUNTER_CLASSIFY_GIVEN_UP],
	    CONFIG_CLASSIFY_FLOW_COUNT);
	for (size_t i = 0; i < ARRAY_SIZE(dialogues); i++) {
		play(&talk, &dialogues[i], "10.0.0.2");
		cr_expect_str_eq(talk_name(&talk), dialogues[i].name);
	}
}

Test(question, is_not_put_while_there_is_too_little_memory_to_lend)
{
	enum { PIECES = 8192 };
	static void *pieces[PIECES];
	struct talk talk;
	uint32_t count = 0;

	while (count < PIECES && (pieces[count] = ndpi_malloc(4096)) != NULL) {
		count++;
	}
	cr_assert_lt(count, PIECES, "the heap is full");
	play(&talk, &dialogues[0], "10.0.0.1");
	cr_expect_null(talk_name(&talk));
	cr_expect_geq(stage.counters.value[COUNTER_CLASSIFY_REFUSED], 1);
	cr_expect_eq(stage.counters.value[COUNTER_CLASSIFY_QUESTIONS], 0);
	while (count > 0) {
		ndpi_free(pieces[--count]);
	}
	play(&talk, &dialogues[0], "10.0.0.1");
	cr_expect_str_eq(talk_name(&talk), "SMB");
}

Test(question, may_be_put_again_after_an_end)
{
	struct talk talk;

	stage_tear_down(&stage);
	stage_set_up(&stage);
	play(&talk, &dialogues[0], "10.0.0.1");
	cr_expect_str_eq(talk_name(&talk), "SMB");
}

Test(question, gives_the_same_answers_again)
{
	struct talk talk;
	uint64_t first;

	for (size_t i = 0; i < ARRAY_SIZE(dialogues); i++) {
		play(&talk, &dialogues[i], "10.0.0.1");
	}
	first = stage.counters.value[COUNTER_CLASSIFY_QUESTIONS];
	for (size_t i = ARRAY_SIZE(dialogues); i-- > 0;) {
		play(&talk, &dialogues[i], "10.0.0.2");
		cr_expect_str_eq(talk_name(&talk), dialogues[i].name);
	}
	cr_expect_eq(
	    stage.counters.value[COUNTER_CLASSIFY_QUESTIONS], 2 * first);
}

#endif
