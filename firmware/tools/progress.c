#include "firmware/tools/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "alert/words.h"
#include "firmware/clock.h"

/* Shown from so long after the beginning, and so often. */
#define FIRST_NS (2 * NS_PER_S)
#define EVERY_NS (NS_PER_S / 5)

void
progress_begin(struct progress *progress)
{
	progress->is_terminal = isatty(STDERR_FILENO) == 1;
	progress->shares_terminal = isatty(STDOUT_FILENO) == 1;
	progress->is_shown = false;
	progress->next_ns = clock_monotonic_ns() + FIRST_NS;
}

void
progress_update(struct progress *progress, uint64_t done, uint64_t total,
    uint64_t frames, uint64_t alerts)
{
	char text[128];
	struct strbuf buffer;
	uint64_t now_ns;

	if (!progress->is_terminal) {
		return;
	}
	now_ns = clock_monotonic_ns();
	if (now_ns < progress->next_ns) {
		return;
	}
	progress->next_ns = now_ns + EVERY_NS;
	progress->is_shown = true;
	strbuf_init(&buffer, text, sizeof(text));
	if (total > 0) {
		strbuf_addf(&buffer, "%u %% of ",
		    (unsigned)(done >= total ? 100 : done * 100 / total));
		words_add_count(&buffer, total >> 20);
	} else {
		words_add_count(&buffer, done >> 20);
	}
	strbuf_add(&buffer, " MiB, ");
	words_add_count(&buffer, frames);
	strbuf_add(&buffer, " frames, ");
	words_add_count(&buffer, alerts);
	strbuf_add(&buffer, alerts == 1 ? " alert" : " alerts");
	/* To the line's start, over what was there, and away with its rest. */
	fprintf(stderr, "\r%s\033[K", text);
}

void
progress_erase(struct progress *progress)
{
	if (progress->is_shown) {
		fprintf(stderr, "\r\033[K");
		progress->is_shown = false;
	}
}

void
progress_make_way(struct progress *progress)
{
	if (progress->shares_terminal) {
		progress_erase(progress);
	}
}
