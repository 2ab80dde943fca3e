#include "firmware/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static int make(const char *name, const void *bytes, size_t size);
static bool is_sealed(int fd, size_t size);

/* What is on its way cannot be changed any more. */
static const int wanted_seals =
    F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

int
policy_to_descriptor(const struct policy *policy)
{
	return make("policy", policy, sizeof(*policy));
}

int
policy_from_descriptor(int fd, struct policy *policy)
{
	if (!is_sealed(fd, sizeof(*policy)) ||
	    pread(fd, policy, sizeof(*policy), 0) != (ssize_t)sizeof(*policy)) {
		return -EINVAL;
	}
	return policy_is_sound(policy) ? 0 : -EINVAL;
}

int
config_to_descriptor(const struct config *config)
{
	return make("configuration", config, sizeof(*config));
}

const struct config *
config_map(int fd)
{
	const struct config *config;

	if (!is_sealed(fd, sizeof(*config))) {
		return NULL;
	}
	config = mmap(NULL, sizeof(*config), PROT_READ, MAP_PRIVATE, fd, 0);
	if (config == MAP_FAILED) {
		return NULL;
	}
	if (!config_is_sound(config)) {
		config_unmap(config);
		return NULL;
	}
	return config;
}

void
config_unmap(const struct config *config)
{
	union {
		const struct config *mapped;
		void *address;
	} at = { .mapped = config };

	(void)munmap(at.address, sizeof(*config));
}

static int
make(const char *name, const void *bytes, size_t size)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	ssize_t written;
	int error;

	if (fd < 0) {
		return -errno;
	}
	written = pwrite(fd, bytes, size, 0);
	if (written != (ssize_t)size) {
		error = written < 0 ? -errno : -ENOSPC;
		close(fd);
		return error;
	}
	if (fcntl(fd, F_ADD_SEALS, wanted_seals) < 0) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

/* That it has seals shows that it is memory: reading it cannot wait for
 * anything, nor can it change meanwhile.  It has just 'size' bytes. */
static bool
is_sealed(int fd, size_t size)
{
	int seals = fcntl(fd, F_GET_SEALS);
	uint8_t byte;

	return seals >= 0 && (seals & wanted_seals) == wanted_seals &&
	    pread(fd, &byte, 1, (off_t)size - 1) == 1 &&
	    pread(fd, &byte, 1, (off_t)size) == 0;
}
