#include "attribute/room.h"

#include <ctype.h>

enum { NAME_SIZE = 96 };

/* Letters and digits of 'text' alone, in lower case; of a file without its
 * extension. */
static void
bare(char *to, const char *text, bool is_file)
{
	size_t length = 0;

	for (const char *at = text; *at != '\0' && length + 1 < NAME_SIZE;
	     at++) {
		if (is_file && strcasecmp(at, ".exe") == 0) {
			break;
		}
		if (isalnum((unsigned char)*at)) {
			to[length++] = (char)tolower((unsigned char)*at);
		}
	}
	to[length] = '\0';
}

static bool
begins(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* Whether a name is a scanner's, and how that one is used. */
static bool
is_tool_name(const char *name, enum tool_usage *usage)
{
#define TOOL(tool, how)              \
	if (begins(name, tool)) {    \
		*usage = TOOL_##how; \
		return true;         \
	}
#define PART(part)                        \
	if (strstr(name, part) != NULL) { \
		*usage = TOOL_WINDOW;     \
		return true;              \
	}
#define WORD(text)
#define CARRIER(text)
#include "attribute/tools.def"
#undef TOOL
#undef PART
#undef WORD
#undef CARRIER
	return false;
}

bool
tool_has_word(const char *lower)
{
#define TOOL(name, usage)
#define PART(name)
#define WORD(text) || strstr(lower, text) != NULL
#define CARRIER(text)
	return false
#include "attribute/tools.def"
#undef TOOL
#undef PART
#undef WORD
#undef CARRIER
	    ;
}

static bool
is_carrier_name(const char *name)
{
#define TOOL(name, usage)
#define PART(name)
#define WORD(text)
#define CARRIER(text) || strcmp(name, text) == 0
	return false
#include "attribute/tools.def"
#undef TOOL
#undef PART
#undef WORD
#undef CARRIER
	    ;
}

bool
process_is_carrier(
    const struct attribute *attribute, const struct process *process)
{
	enum { PID_OF_SYSTEM = 4 };
	char image[ATTRIBUTION_IMAGE_SIZE];
	char name[NAME_SIZE];

	texts_copy(&attribute->texts, process->image, image, sizeof(image));
	bare(name, process_base_name(image), true);
	return is_carrier_name(name) ||
	    ((process->flags & PROCESS_HAS_PID) != 0 &&
	        process->pid == PID_OF_SYSTEM && name[0] == '\0');
}

/* Whether its file's name, the name it was built with, or its product's is a
 * scanner's. */
bool
tool_is(struct attribute *attribute, const struct process *process,
    enum tool_usage *usage)
{
	const uint32_t texts[] = { process->image, process->original_name,
		process->product };
	char name[NAME_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		texts_copy(&attribute->texts, texts[i], attribute->text,
		    sizeof(attribute->text));
		bare(name, process_base_name(attribute->text), i < 2);
		if (name[0] != '\0' && is_tool_name(name, usage)) {
			return true;
		}
	}
	return false;
}
