#include "firmware/confine.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CANNOT = 99, TOO_MUCH = 32 << 20 };

static pid_t tester; /* This process, which a confined one may know. */

/* Runs 'act' in a process confined as 'role'; returns how it ended, as
 * waitpid() has it. */
static int
confined(enum role_id role, int (*act)(void))
{
	const char *step;
	int status = -1;
	pid_t pid;

	tester = getpid();
	pid = fork();
	cr_assert_geq(pid, 0);
	if (pid == 0) {
		signal(SIGSYS, SIG_DFL);
		signal(SIGABRT, SIG_DFL);
		_exit(confine(role, NULL, &step) == 0 ? act() : CANNOT);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	return status;
}

/* Under the sanitizer calls are not filtered, and memory is not limited. */
static void
expect_killed(enum role_id role, int (*act)(void))
{
#if !defined(__SANITIZE_ADDRESS__)
	int status = confined(role, act);

	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS,
	    "status %x", (unsigned)status);
#else
	(void)role;
	(void)act;
#endif
}

static void
expect_fine(enum role_id role, int (*act)(void))
{
	int status = confined(role, act);

	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x",
	    (unsigned)status);
}

static int
open_a_file(void)
{
	int fd = open("/etc/passwd", O_RDONLY);

	return fd < 0 && errno == EACCES ? 0 : 1;
}

static int
look_at_rights(void)
{
	struct rlimit core;

	/* Of what may be asked of the kernel here, by a role. */
	if (geteuid() == 0) {
		return 1;
	}
	return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0 ? 0 : 2;
}

static int
open_a_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? 0 : 1;
}

static int
call_somebody(void)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	return connect(STDERR_FILENO, &nobody, sizeof(nobody)) < 0 ? 0 : 1;
}

static int
start_a_process(void)
{
	return fork() < 0 ? 0 : 1;
}

static int
write_to_standard_output(void)
{
	return write(STDOUT_FILENO, "", 0) == 0 ? 0 : 1;
}

static int
write_to_standard_error(void)
{
	return write(STDERR_FILENO, "", 0) == 0 ? 0 : 1;
}

static int
signal_another(void)
{
	return kill(tester, 0) == 0 ? 0 : 1;
}

static int
give_and_take_memory(void)
{
	for (int i = 0; i < 100; i++) {
		char *bytes = malloc(TOO_MUCH);

		if (bytes == NULL) {
			return 1;
		}
		memset(bytes, 1, TOO_MUCH);
		free(bytes);
	}
	return 0;
}

static volatile int broken = 1;

static int
fail_an_assertion(void)
{
	SW_ASSERT(broken == 0);
	return 0;
}

static int
pass_messages(void)
{
	return 0;
}

Test(confine, lets_a_role_live)
{
	expect_fine(ROLE_SENSOR, pass_messages);
	expect_fine(ROLE_LEDGER, pass_messages);
	expect_fine(ROLE_COLLECTOR, pass_messages);
	expect_fine(ROLE_FORWARDER, pass_messages);
	expect_fine(ROLE_SENSOR, write_to_standard_error);
	expect_fine(ROLE_COLLECTOR, write_to_standard_error);
	expect_fine(ROLE_LEDGER, write_to_standard_output);
	expect_fine(ROLE_LEDGER, give_and_take_memory);
}

Test(confine, lets_nobody_open_a_file)
{
	expect_fine(ROLE_SENSOR, open_a_file);
	expect_fine(ROLE_LEDGER, open_a_file);
	expect_fine(ROLE_COLLECTOR, open_a_file);
	expect_fine(ROLE_FORWARDER, open_a_file);
}

#if defined(__SANITIZE_ADDRESS__)
/* Where calls are not filtered, the rights can be looked at. */
Test(confine, leaves_no_user_and_no_core)
{
	expect_fine(ROLE_SENSOR, look_at_rights);
	expect_fine(ROLE_LEDGER, look_at_rights);
}
#else
Test(confine, ends_who_asks_what_is_not_its_business)
{
	expect_killed(ROLE_SENSOR, look_at_rights);
	expect_killed(ROLE_SENSOR, write_to_standard_output);
	expect_killed(ROLE_COLLECTOR, write_to_standard_output);
	expect_killed(ROLE_FORWARDER, write_to_standard_output);
}

static int
take_memory(void)
{
	char *bytes = malloc(TOO_MUCH);

	if (bytes == NULL) {
		return 0;
	}
	memset(bytes, 1, TOO_MUCH);
	return 1;
}

Test(confine, refuses_more_memory_to_who_parses_what_strangers_send)
{
	expect_fine(ROLE_SENSOR, take_memory);
	expect_fine(ROLE_COLLECTOR, take_memory);
	expect_fine(ROLE_FORWARDER, take_memory);
}
#endif

Test(confine, ends_who_reaches_out)
{
	expect_killed(ROLE_SENSOR, open_a_socket);
	expect_killed(ROLE_LEDGER, open_a_socket);
	expect_killed(ROLE_COLLECTOR, open_a_socket);
	expect_killed(ROLE_COLLECTOR, call_somebody);
	expect_killed(ROLE_FORWARDER, open_a_socket);
	expect_killed(ROLE_FORWARDER, call_somebody);
	expect_killed(ROLE_FORWARDER, start_a_process);
	expect_killed(ROLE_COLLECTOR, start_a_process);
	expect_killed(ROLE_COLLECTOR, signal_another);
	expect_killed(ROLE_SENSOR, start_a_process);
	expect_killed(ROLE_LEDGER, start_a_process);
	expect_killed(ROLE_SENSOR, signal_another);
	expect_killed(ROLE_LEDGER, signal_another);
}

#ifdef CONFIG_FORWARD_KAFKA
static void *
do_nothing(void *context)
{
	return context;
}

static int
start_a_thread(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, do_nothing, NULL) != 0 ||
	    pthread_join(thread, NULL) != 0;
}

static int
listen_for_others(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return listen(fd, 1);
}

Test(confine, lets_the_producer_have_threads_and_call_others_and_no_more)
{
	expect_fine(ROLE_PRODUCER, pass_messages);
	expect_fine(ROLE_PRODUCER, open_a_file);
	expect_fine(ROLE_PRODUCER, start_a_thread);
	expect_killed(ROLE_PRODUCER, start_a_process);
	expect_killed(ROLE_PRODUCER, signal_another);
	expect_killed(ROLE_PRODUCER, listen_for_others);
}
#endif

Test(confine, leaves_a_failed_assertion_its_own_end)
{
	int status = confined(ROLE_SENSOR, fail_an_assertion);

	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
	    "status %x", (unsigned)status);
	status = confined(ROLE_LEDGER, fail_an_assertion);
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
	    "status %x", (unsigned)status);
}

Test(confine, has_rules_that_name_calls)
{
	for (enum role_id id = ROLE_SUPERVISOR + 1; id < ROLE_COUNT; id++) {
		const struct confine_rule *rule = confine_profile_of(id)->rules;

		cr_expect_not_null(rule->call);
		for (; rule->call != NULL; rule++) {
			cr_expect_gt(strlen(rule->call), 0);
		}
	}
}
