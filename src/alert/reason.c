#include "alert/summary.h"

#include <string.h>

#include "alert/words.h"

static const char *add_figure(const struct finding *finding,
    const struct finding_reason *reason, const char *at, struct strbuf *buffer);
static void add_per_cent(struct strbuf *buffer, uint64_t per_mille);
static void add_slice(
    struct strbuf *buffer, const char *from, const char *until);

/* A sentence is plain text with figures in braces; detect/reasons.def says in
 * its head how they are written. */
void
reason_add(const struct finding *finding, const struct finding_reason *reason,
    struct strbuf *buffer)
{
	static const char *const sentences[FINDING_REASON_COUNT] = {
#define REASON(name, sentence) sentence,
#include "detect/reasons.def"
#undef REASON
	};
	const char *at = sentences[reason->code];

	while (*at != '\0') {
		const char *brace = strchrnul(at, '{');

		add_slice(buffer, at, brace);
		at = *brace == '\0'
		    ? brace
		    : add_figure(finding, reason, brace, buffer);
	}
}

/* Writes the figure whose brace opens at 'at'; returns what follows it. */
static const char *
add_figure(const struct finding *finding, const struct finding_reason *reason,
    const char *at, struct strbuf *buffer)
{
	const char *end = strchr(at, '}');
	const char *bar;
	uint32_t which = (uint32_t)(at[1] - '0');
	uint64_t figure;

	SW_ASSERT(end != NULL && which < FINDING_FIGURES);
	figure =
	    reason->figure[which] < 0 ? 0 : (uint64_t)reason->figure[which];
	switch (at[2]) {
	case 'a':
		words_add_duration(buffer, figure);
		break;
	case 'p':
		add_per_cent(buffer, figure);
		break;
	case 'e':
		summary_add_count(finding, figure, buffer);
		break;
	case ':':
		bar = strchr(at, '|');
		SW_ASSERT(bar != NULL && bar < end);
		if (figure == 1) {
			add_slice(buffer, at + 3, bar);
		} else {
			add_slice(buffer, bar + 1, end);
		}
		break;
	default:
		words_add_count(buffer, figure);
		break;
	}
	return end + 1;
}

static void
add_per_cent(struct strbuf *buffer, uint64_t per_mille)
{
	words_add_count(buffer, per_mille / 10);
	if (per_mille % 10 != 0) {
		strbuf_addf(buffer, ".%u", (unsigned)(per_mille % 10));
	}
	strbuf_add(buffer, " %");
}

static void
add_slice(struct strbuf *buffer, const char *from, const char *until)
{
	strbuf_addf(buffer, "%.*s", (int)(until - from), from);
}
