/*
 * Words every room may use.
 *
 * An assertion states what our own code guarantees; it is on in every build,
 * since a sensor that goes on with a broken invariant lies.  What comes from
 * outside (frames, files, settings) is never asserted but handled.
 *
 * Memory: none.  Time: none.  Threads: none anywhere in this house.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define SW_LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define SW_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

#define SW_MUST_CHECK __attribute__((warn_unused_result))
#define SW_PRINTF(format_index, first_index) \
	__attribute__((format(printf, format_index, first_index)))

/* Ends the process, saying what was broken and where.  Never returns. */
_Noreturn void assertion_failed(
    const char *condition, const char *file, int line);

#define SW_ASSERT(condition)  \
	(SW_LIKELY(condition) \
	        ? (void)0     \
	        : assertion_failed(#condition, __FILE__, __LINE__))

/* A branch that cannot be taken unless a caller broke its contract, and that is
 * handled all the same.  Marked so that it is left out of coverage. */
#define NEVER(condition) SW_UNLIKELY(condition)

#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

#endif
