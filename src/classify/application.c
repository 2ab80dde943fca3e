#include "classify/application.h"

static const char *const names[APPLICATION_COUNT] = {
	NULL,
#define APPLICATION(name, text) text,
#include "classify/applications.def"
#undef APPLICATION
};

const char *
application_name(enum application application)
{
	return application < APPLICATION_COUNT ? names[application] : NULL;
}
