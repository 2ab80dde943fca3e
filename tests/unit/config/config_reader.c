#include "unit/config/config_reader.h"

#include <string.h>

struct config config;
char errors[1 << 16];
char warnings[1 << 16];

static void
keep_error(void *context, const struct config_error *error)
{
	char text[1024];

	(void)context;
	strcat(error->is_warning ? warnings : errors,
	    config_error_format(error, text, sizeof(text)));
	strcat(error->is_warning ? warnings : errors, "\n");
}

int
read_bytes(const char *text, size_t size)
{
	errors[0] = '\0';
	warnings[0] = '\0';
	memset(&config, 0xee, sizeof(config));
	return config_read_text("c", text, size, &config, keep_error, NULL);
}

int
read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

int
read_file(const char *path)
{
	errors[0] = '\0';
	warnings[0] = '\0';
	return config_read(path, &config, keep_error, NULL);
}
