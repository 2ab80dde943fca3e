/*
 * The configuration reader on whatever bytes there are.  Its file comes from
 * the operator, and one day from the web UI: it must not crash, leak or loop.
 */
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
check_error(void *context, const struct config_error *error)
{
	char text[CONFIG_SENTENCE_SIZE + 32];
	uint32_t *count = context;

	(void)config_error_format(error, text, sizeof(text));
	SW_ASSERT(strlen(error->sentence) > 0);
	*count += error->is_warning ? 0 : 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct config config;
	uint32_t error_count = 0;
	int error = config_read_text("fuzz", (const char *)bytes, size, &config,
	    check_error, &error_count);

	SW_ASSERT((error != 0) == (error_count > 0));
	SW_ASSERT(error != 0 || policy_is_sound(&config.policy));
	return 0;
}
