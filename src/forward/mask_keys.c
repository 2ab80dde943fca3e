#include "forward/mask_line.h"

#include <ctype.h>
#include <string.h>

static const struct {
	const char *text;
	size_t least;
} prefixes[] = {
#define NAME(ending)
#define NO_VALUE(name)
#define SWITCH(program, text, how)
#define PORTS(program)
#define BARE(name)
#define PREFIX(text, least) { text, least },
#include "forward/mask.def"
#undef PREFIX
#undef BARE
#undef PORTS
#undef SWITCH
#undef NO_VALUE
#undef NAME
};

static size_t key_length(const char *text);

void
mask_keys(const struct mask_line *line)
{
	for (size_t i = 0; i < line->length; i++) {
		size_t length;

		if (i > 0 && isalnum((unsigned char)line->text[i - 1])) {
			continue;
		}
		length = key_length(line->text + i);
		mask_mark(line, (struct mask_span){ i, i + length });
		i += length;
	}
}

static size_t
key_length(const char *text)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789_-";
	size_t length = strspn(text, letters);

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		size_t prefix = strlen(prefixes[i].text);

		if (strncmp(text, prefixes[i].text, prefix) == 0 &&
		    length >= prefix + prefixes[i].least) {
			return length;
		}
	}
	/* JWT (RFC 7519): three parts in base64url, of which two are objects,
	 * which makes them begin so. */
	if (length > 10 && strncmp(text, "eyJ", 3) == 0 &&
	    strncmp(text + length, ".eyJ", 4) == 0) {
		length += 1 + strspn(text + length + 1, letters);
		if (text[length] == '.') {
			length += 1 + strspn(text + length + 1, letters);
		}
		return length;
	}
	return 0;
}

void
mask_urls(const struct mask_line *line)
{
	const char *at = line->text;

	while ((at = strstr(at, "://")) != NULL) {
		struct mask_span login;
		size_t last = 0;

		at += strlen("://");
		login.from = (size_t)(at - line->text);
		login.to = login.from + strcspn(at, "/?# \t\r\n\"'`<>");
		for (size_t i = login.from; i < login.to; i++) {
			last = line->text[i] == '@' ? i : last;
		}
		if (last == 0) {
			continue;
		}
		login.to = last;
		login.from = mask_find(line, login, ':');
		login.from += login.from < login.to;
		mask_mark(line, login);
	}
}

void
mask_pem(const struct mask_line *line)
{
	static const char label[] = "PRIVATE KEY-----";
	const char *at = line->text;

	while ((at = strstr(at, label)) != NULL) {
		struct mask_span key;
		const char *end;

		at += strlen(label);
		end = strstr(at, "-----END");
		key.from = (size_t)(at - line->text);
		key.to =
		    end == NULL ? line->length : (size_t)(end - line->text);
		mask_mark(line, key);
		at = line->text + key.to;
		if (end != NULL) {
			at = strstr(at, label);
			if (at == NULL) {
				return;
			}
			at += strlen(label);
		}
	}
}
