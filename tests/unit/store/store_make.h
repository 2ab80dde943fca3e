/*
 * A store in a folder of its own, and alerts to put there.
 *
 * Memory: the heap, for the life of the test.
 */
#ifndef TESTS_UNIT_STORE_STORE_MAKE_H
#define TESTS_UNIT_STORE_STORE_MAKE_H

#include <criterion/criterion.h>

#include "store/store.h"
#include "store/store_read.h"

enum { DAY_S = 24 * 3600 };

#define MAKE_NOW_NS (1764000000ull * NS_PER_S)

/* The folder of this test; emptied and made anew by make_folder(). */
extern char made_folder[];

void make_folder(void);
void remove_folder(void);

/* Settings for that folder: a year of everything, 64 MiB. */
struct store_settings make_settings(void);

/* Opens a store there, which must go well. */
void make_store(struct store *store);

/* A made-up alert's revision; 'number' chooses its identifier and time. */
struct store_revision make_revision(uint32_t number, uint32_t revision);

/* "FOLDER/NAME" in a static text. */
const char *made_path(const char *name);

/* Puts one revision in a batch of its own. */
void put_revision(struct store *store, uint32_t number, uint32_t revision);

/* Runs SQL on the database by a connection without our guards. */
void run_sql(const char *sql);

#endif
