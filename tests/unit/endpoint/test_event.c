#include "endpoint/endpoint_event.h"
#include "endpoint/utf8.h"

#include <criterion/criterion.h>
#include <string.h>

static struct endpoint_event event;

static void
add(enum endpoint_text which, const char *text)
{
	endpoint_event_add_text(&event, which, text, strlen(text));
}

static const char *
text(enum endpoint_text which)
{
	return endpoint_text_of(&event, which);
}

static bool
is_sound(void)
{
	return endpoint_event_is_sound(&event, endpoint_event_size(&event));
}

Test(event, keeps_its_texts_one_after_the_other)
{
	endpoint_event_init(&event);
	cr_expect_str_eq(text(ENDPOINT_HOST), "");
	add(ENDPOINT_HOST, "ws-17");
	add(ENDPOINT_IMAGE, "C:\\a.exe");
	add(ENDPOINT_HOST, "another");
	add(ENDPOINT_USER, "");
	cr_expect_str_eq(text(ENDPOINT_HOST), "ws-17");
	cr_expect_str_eq(text(ENDPOINT_IMAGE), "C:\\a.exe");
	cr_expect_str_eq(text(ENDPOINT_USER), "");
	cr_expect_eq(event.text_size, 1 + 6 + 9);
	cr_expect(is_sound());
}

Test(event, repairs_what_is_no_utf_8_and_blanks_control_codes)
{
	endpoint_event_init(&event);
	add(ENDPOINT_USER, "AUTORITE NT\\Syst\xe8me");
	add(ENDPOINT_IMAGE, "a\tb\r\nc\x7f");
	cr_expect_str_eq(
	    text(ENDPOINT_USER), "AUTORITE NT\\Syst\xef\xbf\xbdme");
	cr_expect_str_eq(text(ENDPOINT_IMAGE), "a b  c ");
	cr_expect_eq(event.flags, ENDPOINT_REPAIRED);
	cr_expect(is_sound());
}

Test(event, cuts_a_text_between_characters)
{
	char name[400];

	for (size_t i = 0; i < sizeof(name); i += 2) {
		memcpy(name + i, "\xc3\xa9", 2);
	}
	endpoint_event_init(&event);
	endpoint_event_add_text(&event, ENDPOINT_USER, name, sizeof(name));
	cr_expect_eq(strlen(text(ENDPOINT_USER)), 254);
	cr_expect_eq(event.flags, ENDPOINT_TEXT_CUT);
	cr_expect(is_sound());
}

Test(event, that_is_full_takes_no_more_and_says_so)
{
	static char long_text[ENDPOINT_TEXT_SIZE];

	memset(long_text, 'x', sizeof(long_text));
	endpoint_event_init(&event);
	for (int i = 0; i < ENDPOINT_TEXT_COUNT; i++) {
		endpoint_event_add_text(&event, (enum endpoint_text)i,
		    long_text, sizeof(long_text));
	}
	cr_expect_eq(event.text_size, ENDPOINT_TEXT_SIZE);
	cr_expect_eq(
	    strlen(text(ENDPOINT_COMMAND_LINE)), ENDPOINT_COMMAND_SIZE - 1);
	cr_expect_str_eq(text(ENDPOINT_HOST_ADDRESSES), "");
	cr_expect_eq(event.flags, ENDPOINT_TEXT_CUT);
	cr_expect(is_sound());
}

Test(event, from_another_process_is_refused_if_anything_is_amiss)
{
	size_t size;

	endpoint_event_init(&event);
	add(ENDPOINT_HOST, "h");
	size = endpoint_event_size(&event);
	cr_expect(endpoint_event_is_sound(&event, size));
	cr_expect_not(endpoint_event_is_sound(&event, size - 1));
	cr_expect_not(endpoint_event_is_sound(&event, size + 1));
	cr_expect_not(endpoint_event_is_sound(&event, 8));
	event.kind = ENDPOINT_KIND_COUNT;
	cr_expect_not(is_sound());
	event.kind = 0;
	event.flags = ENDPOINT_FLAGS_ALL + 1;
	cr_expect_not(is_sound());
	event.flags = 0;
	event.text_offset[ENDPOINT_IMAGE] = event.text_size;
	cr_expect_not(is_sound());
	event.text_offset[ENDPOINT_IMAGE] = 0;
	event.text[1] = '\xff';
	cr_expect_not(is_sound());
	event.text[1] = '\n';
	cr_expect_not(is_sound());
	event.text[1] = 'h';
	event.text[2] = 'h';
	cr_expect_not(is_sound(), "the last text must end");
	event.text[2] = '\0';
	event.text_size = 0;
	cr_expect_not(is_sound());
}

Test(event, has_the_start_of_its_process_in_the_guid)
{
	/* {313fa531-4300-5f91-ae04-000000000400}: 2020-10-22 08:29:52. */
	static const uint8_t guid[ENDPOINT_GUID_SIZE] = { 0x31, 0x3f, 0xa5,
		0x31, 0x43, 0x00, 0x5f, 0x91, 0xae, 0x04 };
	static const uint8_t none[ENDPOINT_GUID_SIZE] = { 1, 2, 3, 4 };

	cr_expect_eq(endpoint_guid_started_s(guid), 1603355392);
	cr_expect_eq(endpoint_guid_started_s(none), 0);
}

Test(utf8, knows_what_is_none)
{
	static const char *const broken[] = { "\x80", "\xc0\xaf", "\xc3",
		"\xe0\x9f\xbf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8",
		"\xe2\x82" };
	static const char *const whole[] = { "a", "\xc3\xa9", "\xe2\x82\xac",
		"\xef\xbf\xbd", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf" };

	for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
		cr_expect_not(
		    utf8_is_clean(broken[i], strlen(broken[i])), "%zu", i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(whole); i++) {
		cr_expect(utf8_is_clean(whole[i], strlen(whole[i])), "%zu", i);
	}
}

Test(utf8, is_written_for_any_code_point)
{
	static const struct {
		uint32_t code_point;
		const char *text;
	} cases[] = { { 'A', "A" }, { 0xe9, "\xc3\xa9" },
		{ 0x20ac, "\xe2\x82\xac" }, { 0x1f600, "\xf0\x9f\x98\x80" },
		{ 0xd800, "\xef\xbf\xbd" }, { 0x110000, "\xef\xbf\xbd" } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[4];
		size_t size = utf8_encode(cases[i].code_point, text);

		cr_expect_eq(size, strlen(cases[i].text), "%zu", i);
		cr_expect_eq(memcmp(text, cases[i].text, size), 0, "%zu", i);
	}
}
