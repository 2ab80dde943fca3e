#include <criterion/criterion.h>
#include <string.h>

#include "forward/relp.h"

static struct relp relp;

static enum relp_step
take(const char *text)
{
	size_t used;

	relp_init(&relp);
	return relp_take(&relp, text, strlen(text), &used);
}

Test(relp, an_answer_is_read_a_byte_at_a_time)
{
	const char *text = "17 rsp 6 200 OK\n";
	size_t used;

	relp_init(&relp);
	for (size_t i = 0; i + 1 < strlen(text); i++) {
		cr_assert_eq(relp_take(&relp, text + i, 1, &used), RELP_MORE);
	}
	cr_assert_eq(relp_take(&relp, "\n", 1, &used), RELP_FRAME);
	cr_assert_eq(relp.txnr, 17);
	cr_assert_str_eq(relp.command, "rsp");
	cr_assert_eq(relp_code(&relp), 200);
}

Test(relp, frames_follow_one_another)
{
	const char *text = "1 rsp 6 200 OK\n2 rsp 10 500 no way\n"
	                   "0 serverclose 0\n";
	size_t size = strlen(text);
	size_t used;

	relp_init(&relp);
	cr_assert_eq(relp_take(&relp, text, size, &used), RELP_FRAME);
	cr_assert_eq(relp.txnr, 1);
	text += used;
	size -= used;
	cr_assert_eq(relp_take(&relp, text, size, &used), RELP_FRAME);
	cr_assert_eq(relp_code(&relp), 500);
	text += used;
	size -= used;
	cr_assert_eq(relp_take(&relp, text, size, &used), RELP_FRAME);
	cr_assert_str_eq(relp.command, "serverclose");
	cr_assert_eq(used, size);
}

Test(relp, a_frame_without_data_may_have_a_blank_or_none)
{
	cr_assert_eq(take("3 rsp 0\n"), RELP_FRAME);
	cr_assert_eq(take("3 rsp 0 \n"), RELP_FRAME);
	cr_assert_eq(relp_code(&relp), 0);
}

Test(relp, data_may_have_line_feeds)
{
	cr_assert_eq(take("1 rsp 32 200 OK\nrelp_version=0\n"
	                  "commands=x\n"),
	    RELP_FRAME);
	cr_assert_not(relp_offers_syslog(&relp));
	cr_assert_eq(take("1 rsp 22 200 OK\ncommands=syslog\n"), RELP_FRAME);
	cr_assert(relp_offers_syslog(&relp));
	cr_assert_eq(take("1 rsp 21 200 OK\ncommands=syslog\n"), RELP_BROKEN);
}

Test(relp, what_is_no_relp_is_told_at_once)
{
	cr_assert_eq(take("220 mail.example.net ESMTP"), RELP_BROKEN);
	cr_assert_eq(take("HTTP/1.1"), RELP_BROKEN);
	cr_assert_eq(take(" rsp 0\n"), RELP_BROKEN);
	cr_assert_eq(take("1234567890 rsp 0\n"), RELP_BROKEN);
	cr_assert_eq(take("1 rsp 131073 "), RELP_BROKEN);
	cr_assert_eq(take("1 rsp\x01 0\n"), RELP_BROKEN);
	cr_assert_eq(take("1 rsp 1 ab"), RELP_BROKEN);
	cr_assert_eq(take("1 rsp 1\n"), RELP_BROKEN);
	cr_assert_eq(take("1 "
	                  "commandcommandcommandcommandcommand"),
	    RELP_BROKEN);
}

Test(relp, of_long_data_the_beginning_is_kept)
{
	char text[1100] = "9 rsp 1000 500 ";
	size_t head = strlen(text);

	memset(text + head, 'x', 1000 - 4);
	strcpy(text + head + 1000 - 4, "\n");
	cr_assert_eq(take(text), RELP_FRAME);
	cr_assert_eq(strlen(relp.data), RELP_KEPT_SIZE - 1);
	cr_assert_eq(relp_code(&relp), 500);
}

Test(relp, numbers_begin_again_after_the_last)
{
	cr_assert_eq(relp_txnr_after(0), 1);
	cr_assert_eq(relp_txnr_after(RELP_TXNR_LAST - 1), RELP_TXNR_LAST);
	cr_assert_eq(relp_txnr_after(RELP_TXNR_LAST), 1);
}

Test(relp, a_header_says_number_command_and_size)
{
	char header[RELP_HEADER_SIZE];

	cr_assert_eq(relp_header(header, 999999999, "syslog", 32768), 23);
	cr_assert_str_eq(header, "999999999 syslog 32768 ");
	cr_assert_eq(relp_header(header, 2, "close", 0), 9);
	cr_assert_str_eq(header, "2 close 0");
}
