#include "firmware/confine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/* Where the sanitizer is at work, its calls and memory are not ours to list. */
#if defined(__SANITIZE_ADDRESS__)
static const bool is_sanitized = true;
#else
static const bool is_sanitized = false;
#endif

struct identity {
	uid_t uid;
	gid_t gid;
};

static struct identity unprivileged_identity(void);
static int limit(int resource, rlim_t value);
static int limit_memory(size_t slack);
static int load_filter(scmp_filter_ctx filter);
static scmp_filter_ctx make_filter(
    const struct confine_profile *profile, bool has_folder);
static int add_rules(scmp_filter_ctx filter, const struct confine_rule *rules);
static int add_rule(scmp_filter_ctx filter, const struct confine_rule *rule);
static int add_own_signal(scmp_filter_ctx filter);
static int close_file_system(const char *folder);
static int allow_folder(int rules, const char *folder);
static int give_files(int folder, const struct identity *identity);
static int drop_user(const struct identity *identity);
static int drop_capabilities(void);
static int drop_bounds(const cap_value_t *kept, size_t kept_count);

int
confine(enum role_id role, const char *folder, const char **step)
{
	const struct confine_profile *profile = confine_profile_of(role);
	struct identity identity = unprivileged_identity();
	scmp_filter_ctx filter = NULL;
	int error;

	/* All that allocates or opens comes first. */
	*step = "make the filter of system calls";
	if (!is_sanitized) {
		filter = make_filter(profile, folder != NULL);
		if (filter == NULL) {
			return -ENOTSUP;
		}
	}
	*step = "set limits";
	if ((error = limit(RLIMIT_CORE, 0)) != 0 ||
	    (error = limit(RLIMIT_NOFILE, profile->file_limit)) != 0 ||
	    (error = limit_memory(profile->memory_slack)) != 0) {
		goto out;
	}
	*step = "give up privileges";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		error = -errno;
		goto out;
	}
	*step = "close the file system";
	if ((error = close_file_system(folder)) != 0) {
		goto out;
	}
	*step = "become another user";
	if ((error = drop_bounds(NULL, 0)) != 0 ||
	    (error = drop_user(&identity)) != 0) {
		goto out;
	}
	*step = "give up capabilities";
	if ((error = drop_capabilities()) != 0) {
		goto out;
	}
	/* A change of user makes the kernel forget both. */
	*step = "tie its life to the supervisor's";
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) {
		error = -errno;
		goto out;
	}
	*step = "load the filter of system calls";
	error = load_filter(filter);
out:
	if (filter != NULL) {
		seccomp_release(filter);
	}
	return error;
}

int
confine_rights(void)
{
	struct identity identity = unprivileged_identity();
	int error = limit(RLIMIT_CORE, 0);

	if (error == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		error = -errno;
	}
	if (error == 0 && (error = drop_bounds(NULL, 0)) == 0 &&
	    (error = drop_user(&identity)) == 0) {
		error = drop_capabilities();
	}
	return error;
}

int
confine_supervisor(void)
{
	/* To open interfaces and low ports; to make roles another user's, and
	 * end them all the same; to read the configuration and tend the status
	 * socket. */
	static const cap_value_t kept[] = { CAP_NET_RAW, CAP_NET_ADMIN,
		CAP_NET_BIND_SERVICE, CAP_SETUID, CAP_SETGID, CAP_SETPCAP,
		CAP_KILL, CAP_CHOWN, CAP_FOWNER, CAP_DAC_OVERRIDE };

	return drop_bounds(kept, ARRAY_SIZE(kept));
}

/* Whom to become; who we are where we cannot choose. */
static struct identity
unprivileged_identity(void)
{
	struct identity identity = { NOBODY, NOBODY };
	const struct passwd *entry;

	if (geteuid() != 0) {
		return (struct identity){ geteuid(), getegid() };
	}
	entry = getpwnam("spanwatch");
	if (entry != NULL && entry->pw_uid != 0) {
		identity = (struct identity){ entry->pw_uid, entry->pw_gid };
	}
	return identity;
}

/* Lowers a limit; one that is lower already stays. */
static int
limit(int resource, rlim_t value)
{
	struct rlimit now;

	if (getrlimit((__rlimit_resource_t)resource, &now) < 0) {
		return -errno;
	}
	if (now.rlim_max != RLIM_INFINITY && now.rlim_max < value) {
		value = now.rlim_max;
	}
	now = (struct rlimit){ value, value };
	return setrlimit((__rlimit_resource_t)resource, &now) < 0 ? -errno : 0;
}

/* Private writable memory stays what it is, but for the slack. */
static int
limit_memory(size_t slack)
{
	FILE *file;
	char line[128];
	static const char name[] = "VmData:";
	unsigned long long kib = 0;

	if (is_sanitized || slack == 0) {
		return 0;
	}
	file = fopen("/proc/self/status", "re");
	if (file == NULL) {
		return -errno;
	}
	while (kib == 0 && fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, name, sizeof(name) - 1) == 0) {
			kib = strtoull(line + sizeof(name) - 1, NULL, 10);
		}
	}
	fclose(file);
	if (kib == 0) {
		return -ENODATA;
	}
	return limit(RLIMIT_DATA, (rlim_t)kib * 1024 + slack);
}

static int
load_filter(scmp_filter_ctx filter)
{
	return filter == NULL ? 0 : seccomp_load(filter);
}

/* Returns null if it cannot be made. */
static scmp_filter_ctx
make_filter(const struct confine_profile *profile, bool has_folder)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);

	if (filter == NULL) {
		return NULL;
	}
	if (add_rules(filter, confine_rules_of_all) != 0 ||
	    add_rules(filter,
	        has_folder ? confine_rules_with_files
	                   : confine_rules_without_files) != 0 ||
	    add_rules(filter, profile->rules) != 0 ||
	    add_own_signal(filter) != 0) {
		seccomp_release(filter);
		return NULL;
	}
	return filter;
}

static int
add_rules(scmp_filter_ctx filter, const struct confine_rule *rules)
{
	int error = 0;

	for (; rules->call != NULL && error == 0; rules++) {
		error = add_rule(filter, rules);
	}
	return error;
}

static int
add_rule(scmp_filter_ctx filter, const struct confine_rule *rule)
{
	uint32_t action = rule->error == 0
	    ? SCMP_ACT_ALLOW
	    : SCMP_ACT_ERRNO((uint32_t)rule->error);
	int number = seccomp_syscall_resolve_name(rule->call);
	struct scmp_arg_cmp comparison = { .arg = rule->argument,
		.op = SCMP_CMP_MASKED_EQ,
		.datum_a = rule->mask,
		.datum_b = rule->value };

	/* Negative: this architecture has not got it. */
	if (number < 0) {
		return 0;
	}
	return seccomp_rule_add_array(
	    filter, action, number, rule->mask == 0 ? 0 : 1, &comparison);
}

/* abort() signals its own process, and nobody else's. */
static int
add_own_signal(scmp_filter_ctx filter)
{
	const struct confine_rule rule = { "tgkill", 0, 0, 0xffffffff,
		(uint64_t)getpid() };

	return add_rule(filter, &rule);
}

/* Landlock, with a rule set that has no rules but for the folder: nothing else
 * can be opened, made or removed by name, whoever we are.  What a newer kernel
 * knows beyond the headers is left to seccomp. */
static int
close_file_system(const char *folder)
{
	struct landlock_ruleset_attr attributes = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE |
		    LANDLOCK_ACCESS_FS_WRITE_FILE |
		    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
		    LANDLOCK_ACCESS_FS_REMOVE_DIR |
		    LANDLOCK_ACCESS_FS_REMOVE_FILE |
		    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
		    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
		    LANDLOCK_ACCESS_FS_MAKE_FIFO |
		    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM,
	};
	int fd = (int)syscall(
	    SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
	int error = 0;

	if (fd < 0) {
		/* Not built in, or turned off: the filter stands alone. */
		return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : -errno;
	}
	if (folder != NULL) {
		error = allow_folder(fd, folder);
	}
	if (error == 0 && syscall(SYS_landlock_restrict_self, fd, 0) < 0) {
		error = -errno;
	}
	close(fd);
	return error;
}

static int
allow_folder(int rules, const char *folder)
{
	struct landlock_path_beneath_attr beneath = {
		.allowed_access = LANDLOCK_ACCESS_FS_WRITE_FILE |
		    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
		    LANDLOCK_ACCESS_FS_REMOVE_FILE |
		    LANDLOCK_ACCESS_FS_MAKE_REG,
		.parent_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC),
	};
	int error = 0;

	if (beneath.parent_fd < 0) {
		return -errno;
	}
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
	        &beneath, 0) < 0) {
		error = -errno;
	}
	close(beneath.parent_fd);
	return error;
}

int
confine_prepare_folder(const char *path)
{
	struct identity identity = unprivileged_identity();
	int error = 0;
	int folder;

	if (mkdir(path, 0750) < 0 && errno != EEXIST) {
		return -errno;
	}
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0) {
		return -errno;
	}
	if (geteuid() == 0) {
		error = give_files(folder, &identity);
	}
	close(folder);
	return error;
}

/* The folder itself, and what is in it: a command that root ran may have made
 * files there. */
static int
give_files(int folder, const struct identity *identity)
{
	int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = again < 0 ? NULL : fdopendir(again);
	const struct dirent *entry;
	int error = 0;

	if (entries == NULL) {
		return -errno;
	}
	if (fchown(folder, identity->uid, identity->gid) < 0) {
		error = -errno;
	}
	while (error == 0 && (entry = readdir(entries)) != NULL) {
		if (entry->d_type == DT_REG &&
		    fchownat(folder, entry->d_name, identity->uid,
		        identity->gid, AT_SYMLINK_NOFOLLOW) < 0) {
			error = -errno;
		}
	}
	closedir(entries);
	return error;
}

static int
drop_user(const struct identity *identity)
{
	if (geteuid() != 0) {
		return 0;
	}
	if (setgroups(0, NULL) < 0 ||
	    setresgid(identity->gid, identity->gid, identity->gid) < 0 ||
	    setresuid(identity->uid, identity->uid, identity->uid) < 0) {
		return -errno;
	}
	return 0;
}

static int
drop_capabilities(void)
{
	cap_t none = cap_init();
	int error = 0;

	if (none == NULL) {
		return -errno;
	}
	if (cap_set_proc(none) < 0) {
		error = -errno;
	}
	cap_free(none);
	return error;
}

/* Takes all capabilities but 'kept' from what this process and those that it
 * executes may ever have.  Only the privileged can; others have none to lose,
 * since they cannot gain any. */
static int
drop_bounds(const cap_value_t *kept, size_t kept_count)
{
	for (cap_value_t value = 0; cap_get_bound(value) >= 0; value++) {
		bool keep = false;

		for (size_t i = 0; i < kept_count; i++) {
			keep = keep || kept[i] == value;
		}
		if (!keep && cap_drop_bound(value) < 0 && geteuid() == 0) {
			return -errno;
		}
	}
	return 0;
}
