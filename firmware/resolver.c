#include "firmware/resolver.h"

#ifdef CONFIG_FORWARD_KAFKA

#	include <errno.h>
#	include <poll.h>
#	include <signal.h>
#	include <stdio.h>
#	include <stdlib.h>
#	include <string.h>
#	include <sys/prctl.h>
#	include <sys/socket.h>
#	include <unistd.h>

#	include "firmware/confine.h"

enum { ANSWER_FD = 3, PORT_SIZE = 16 };

struct question {
	uint32_t number;
	int32_t socket_type;
	char node[RESOLVER_NAME_SIZE];
	char service[PORT_SIZE];
};

struct answer {
	uint32_t number;
	int32_t result; /* As getaddrinfo() has it. */
	uint32_t count;
	uint32_t sizes[RESOLVER_ADDRESSES];
	struct sockaddr_in6 addresses[RESOLVER_ADDRESSES]; /* Or IPv4. */
};

/* One address of a result: freed with the list. */
struct found {
	struct addrinfo info;
	struct sockaddr_in6 address;
};

_Noreturn static void serve(int fd);
static void look_up(const struct question *question, struct answer *answer);
static int ask(struct resolver *resolver, struct question *question,
    struct answer *answer);
static int make_list(const struct answer *answer, const struct addrinfo *hints,
    struct addrinfo **result);
static bool is_sound(const struct answer *answer, uint32_t which);
static void free_list(struct addrinfo *list);

int
resolver_start(struct resolver *resolver)
{
	int fds[2];
	pid_t pid;

	resolver->fd = -1;
	resolver->last = 0;
	pthread_mutex_init(&resolver->mutex, NULL);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0) {
		return -errno;
	}
	pid = fork();
	if (pid == 0) {
		serve(fds[1]);
	}
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return -EAGAIN;
	}
	resolver->fd = fds[0];
	return 0;
}

int
resolver_ask(const char *node, const char *service,
    const struct addrinfo *hints, struct addrinfo **result, void *context)
{
	struct resolver *resolver = context;
	struct question question = { 0 };
	struct answer answer;
	int error;

	if (node == NULL && service == NULL) {
		free_list(*result);
		*result = NULL;
		return 0;
	}
	if (node == NULL || strlen(node) >= sizeof(question.node) ||
	    (service != NULL && strlen(service) >= sizeof(question.service))) {
		return EAI_NONAME;
	}
	(void)snprintf(question.node, sizeof(question.node), "%s", node);
	(void)snprintf(question.service, sizeof(question.service), "%s",
	    service == NULL ? "" : service);
	question.socket_type = hints == NULL ? 0 : hints->ai_socktype;
	pthread_mutex_lock(&resolver->mutex);
	error = ask(resolver, &question, &answer);
	pthread_mutex_unlock(&resolver->mutex);
	return error != 0 ? error : make_list(&answer, hints, result);
}

/* Not closed: threads may be at it yet. */
void
resolver_stop(struct resolver *resolver)
{
	if (resolver->fd >= 0) {
		(void)shutdown(resolver->fd, SHUT_RDWR);
	}
}

/* Keeps nothing of the role's but the socket and where it logs. */
static void
serve(int fd)
{
	static struct question question;
	static struct answer answer;
	struct {
		uint8_t all[sizeof(struct question) + 1];
	} incoming;
	ssize_t size;

	if (dup2(fd, ANSWER_FD) != ANSWER_FD ||
	    close_range(ANSWER_FD + 1, ~0u, 0) < 0 || confine_rights() != 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) {
		_exit(1);
	}
	while ((size = recv(ANSWER_FD, &incoming, sizeof(incoming), 0)) > 0) {
		if (size != sizeof(question)) {
			break;
		}
		memcpy(&question, &incoming, sizeof(question));
		question.node[sizeof(question.node) - 1] = '\0';
		question.service[sizeof(question.service) - 1] = '\0';
		look_up(&question, &answer);
		if (send(ANSWER_FD, &answer, sizeof(answer), MSG_NOSIGNAL) !=
		    sizeof(answer)) {
			break;
		}
	}
	_exit(0);
}

static void
look_up(const struct question *question, struct answer *answer)
{
	const struct addrinfo hints = { .ai_flags = AI_ADDRCONFIG,
		.ai_socktype = question->socket_type };
	struct addrinfo *list = NULL;

	memset(answer, 0, sizeof(*answer));
	answer->number = question->number;
	answer->result =
	    getaddrinfo(question->node, question->service, &hints, &list);
	if (answer->result != 0) {
		return;
	}
	for (const struct addrinfo *at = list;
	     at != NULL && answer->count < RESOLVER_ADDRESSES;
	     at = at->ai_next) {
		if (at->ai_addrlen <= sizeof(answer->addresses[0])) {
			memcpy(&answer->addresses[answer->count], at->ai_addr,
			    at->ai_addrlen);
			answer->sizes[answer->count++] = at->ai_addrlen;
		}
	}
	freeaddrinfo(list);
}

/* Late answers to earlier questions are passed over. */
static int
ask(struct resolver *resolver, struct question *question, struct answer *answer)
{
	struct pollfd wait = { .fd = resolver->fd, .events = POLLIN };

	question->number = ++resolver->last;
	if (send(resolver->fd, question, sizeof(*question), MSG_NOSIGNAL) !=
	    sizeof(*question)) {
		return EAI_FAIL;
	}
	do {
		if (poll(&wait, 1, RESOLVER_PATIENCE_MS) <= 0) {
			return EAI_AGAIN;
		}
		if (recv(resolver->fd, answer, sizeof(*answer), 0) !=
		    sizeof(*answer)) {
			return EAI_FAIL;
		}
	} while (answer->number != question->number);
	return answer->result;
}

static int
make_list(const struct answer *answer, const struct addrinfo *hints,
    struct addrinfo **result)
{
	struct addrinfo *list = NULL;
	struct addrinfo **end = &list;

	for (uint32_t i = 0; i < answer->count && i < RESOLVER_ADDRESSES; i++) {
		struct found *found;

		if (!is_sound(answer, i)) {
			continue;
		}
		found = calloc(1, sizeof(*found));
		if (found == NULL) {
			free_list(list);
			return EAI_MEMORY;
		}
		found->address = answer->addresses[i];
		found->info.ai_family = found->address.sin6_family;
		found->info.ai_socktype =
		    hints == NULL ? SOCK_STREAM : hints->ai_socktype;
		found->info.ai_protocol =
		    hints == NULL ? 0 : hints->ai_protocol;
		found->info.ai_addrlen = answer->sizes[i];
		found->info.ai_addr = (void *)&found->address;
		*end = &found->info;
		end = &found->info.ai_next;
	}
	*result = list;
	return list == NULL ? EAI_NONAME : 0;
}

static bool
is_sound(const struct answer *answer, uint32_t which)
{
	sa_family_t family = answer->addresses[which].sin6_family;
	uint32_t size = answer->sizes[which];

	return (family == AF_INET && size == sizeof(struct sockaddr_in)) ||
	    (family == AF_INET6 && size == sizeof(struct sockaddr_in6));
}

static void
free_list(struct addrinfo *list)
{
	while (list != NULL) {
		struct addrinfo *next = list->ai_next;

		free(list); /* The first member of struct found. */
		list = next;
	}
}

#endif
