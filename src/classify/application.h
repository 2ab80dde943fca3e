/*
 * Application: what a service can be heard to speak.
 *
 * Memory: none.
 */
#ifndef CLASSIFY_APPLICATION_H
#define CLASSIFY_APPLICATION_H

#include "base/base.h"

enum application {
	APPLICATION_NONE, /* No opinion. */
#define APPLICATION(name, text) APPLICATION_##name,
#include "classify/applications.def"
#undef APPLICATION
	APPLICATION_COUNT
};

/* Its name for people; null for APPLICATION_NONE. */
const char *application_name(enum application application);

#endif
