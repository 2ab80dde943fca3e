#include "ipc/stats.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_TRIES = 64 };

/* Nobody can make the page larger or smaller, nor take that back. */
static const int size_seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

static size_t word_count(size_t size);
static size_t page_bytes(size_t size);
static int map(struct stats_page *page, int fd, size_t size, int protection);

int
stats_page_make(size_t size)
{
	int fd = memfd_create("stats", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int error;

	if (fd < 0) {
		return -errno;
	}
	/* Readers of another user must not be able to open it for writing. */
	if (fchmod(fd, S_IRUSR | S_IWUSR) < 0 ||
	    ftruncate(fd, (off_t)page_bytes(size)) < 0 ||
	    fcntl(fd, F_ADD_SEALS, size_seals) < 0) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

int
stats_page_share(int fd)
{
	char path[32];
	int shared;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	shared = open(path, O_RDONLY | O_CLOEXEC);
	return shared < 0 ? -errno : shared;
}

int
stats_page_open_writer(struct stats_page *page, int fd, size_t size)
{
	int error = map(page, fd, size, PROT_READ | PROT_WRITE);
	uint64_t sequence;

	if (error != 0) {
		return error;
	}
	/* The process before may have died in the midst of writing. */
	sequence = atomic_load(&page->shared->sequence) | 1;
	atomic_store(&page->shared->sequence, sequence);
	atomic_store(&page->shared->heartbeat_ns, 0);
	for (size_t i = 0; i < word_count(size); i++) {
		atomic_store_explicit(
		    &page->shared->words[i], 0, memory_order_relaxed);
	}
	atomic_store(&page->shared->sequence, sequence + 1);
	return 0;
}

int
stats_page_open_reader(struct stats_page *page, int fd, size_t size)
{
	return map(page, fd, size, PROT_READ);
}

void
stats_page_close(struct stats_page *page)
{
	if (page->shared != NULL) {
		munmap(page->shared, page_bytes(page->size));
		page->shared = NULL;
	}
}

void
stats_page_publish(
    struct stats_page *page, const void *values, uint64_t heartbeat_ns)
{
	struct stats_shared *shared = page->shared;
	const uint8_t *from = values;
	uint64_t sequence =
	    atomic_load_explicit(&shared->sequence, memory_order_relaxed);

	SW_ASSERT((sequence & 1) == 0);
	atomic_store_explicit(
	    &shared->sequence, sequence + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	for (size_t at = 0; at < page->size; at += sizeof(uint64_t)) {
		size_t left = page->size - at;
		uint64_t word = 0;

		memcpy(&word, from + at,
		    left < sizeof(word) ? left : sizeof(word));
		atomic_store_explicit(&shared->words[at / sizeof(word)], word,
		    memory_order_relaxed);
	}
	atomic_store_explicit(
	    &shared->heartbeat_ns, heartbeat_ns, memory_order_relaxed);
	atomic_store_explicit(
	    &shared->sequence, sequence + 2, memory_order_release);
}

bool
stats_page_read(
    const struct stats_page *page, void *values, uint64_t *heartbeat_ns)
{
	struct stats_shared *shared = page->shared;
	uint8_t *to = values;

	for (int tries = 0; tries < READ_TRIES; tries++) {
		uint64_t before = atomic_load_explicit(
		    &shared->sequence, memory_order_acquire);
		uint64_t heartbeat = atomic_load_explicit(
		    &shared->heartbeat_ns, memory_order_relaxed);

		if ((before & 1) != 0) {
			continue;
		}
		for (size_t at = 0; at < page->size; at += sizeof(uint64_t)) {
			uint64_t word = atomic_load_explicit(
			    &shared->words[at / sizeof(word)],
			    memory_order_relaxed);
			size_t left = page->size - at;

			memcpy(to + at, &word,
			    left < sizeof(word) ? left : sizeof(word));
		}
		atomic_thread_fence(memory_order_acquire);
		if (atomic_load_explicit(
		        &shared->sequence, memory_order_relaxed) == before) {
			*heartbeat_ns = heartbeat;
			return heartbeat != 0;
		}
	}
	return false;
}

static size_t
word_count(size_t size)
{
	return (size + sizeof(uint64_t) - 1) / sizeof(uint64_t);
}

uint64_t
stats_page_heartbeat_ns(const struct stats_page *page)
{
	return atomic_load_explicit(
	    &page->shared->heartbeat_ns, memory_order_relaxed);
}

static size_t
page_bytes(size_t size)
{
	return sizeof(struct stats_shared) +
	    word_count(size) * sizeof(uint64_t);
}

/* Maps 'fd' if it is a page for a struct of 'size' bytes. */
static int
map(struct stats_page *page, int fd, size_t size, int protection)
{
	struct stat status;
	int seals = fcntl(fd, F_GET_SEALS);
	void *bytes;

	if (fstat(fd, &status) < 0) {
		return -errno;
	}
	if (seals < 0 || (seals & size_seals) != size_seals ||
	    status.st_size != (off_t)page_bytes(size)) {
		return -EINVAL;
	}
	bytes = mmap(NULL, page_bytes(size), protection, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED) {
		return -errno;
	}
	page->shared = bytes;
	page->size = size;
	return 0;
}
