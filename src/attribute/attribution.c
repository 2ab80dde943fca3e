#include "attribute/attribution.h"

#include <stddef.h>

const char *
attribution_confidence_name(enum attribution_confidence confidence)
{
	static const char *const names[] = {
		[ATTRIBUTION_NONE] = NULL,
		[ATTRIBUTION_POSSIBLE] = "possible",
		[ATTRIBUTION_PROBABLE] = "probable",
		[ATTRIBUTION_CONFIRMED] = "confirmed",
	};

	return names[confidence];
}
