#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void
assertion_failed(const char *condition, const char *file, int line)
{
	(void)fprintf(stderr, "spanwatch: assertion failed: %s (%s:%d)\n",
	    condition, file, line);
	abort();
}
