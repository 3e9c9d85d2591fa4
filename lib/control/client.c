#include "lib/clock.h"
#include "lib/control/access.h"
#include "lib/control/control.h"
#include "lib/control/frame.h"

#include <bsd/string.h>
#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RECEIVE_SIZE = 64 * 1024 };

struct control_client {
    int fd;
    char path[sizeof(struct sockaddr_un)];
    uint8_t *data; /* what was received and not yet taken */
    size_t size, capacity;
};

int control_client_fd(const struct control_client *client)
{
    return client->fd;
}

bool control_client_has_answer(const struct control_client *client)
{
    struct wire_reader reader = wire_reader_of(client->data, client->size), body;

    return control_frame_take(&reader, CONTROL_ANSWER_MAX, &body) != 0;
}

void control_client_close(struct control_client *client)
{
    if (!client)
        return;
    if (client->fd >= 0)
        close(client->fd);
    free(client->data);
    free(client);
}

static void explain_connect(const char *path, int reason, char *error, size_t size)
{
    const char *remedy = "is it running, and with this directory? (-S DIRECTORY)";

    if (reason == EACCES || reason == EPERM)
        remedy = "only root and members of the group " CONTROL_GROUP " may connect";
    else if (reason == EAGAIN)
        remedy = "the daemon does not answer";
    snprintf(error, size, "cannot reach %s: %s; %s", path, strerror(reason), remedy);
}

/* The timeout bounds connect() too: a daemon that is stopped leaves its backlog full. */
static void set_timeout(int fd, uint64_t timeout_ms)
{
    const struct timeval timeout = {.tv_sec = (time_t)(timeout_ms / 1000),
                                    .tv_usec = (suseconds_t)(timeout_ms % 1000 * 1000)};

    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
}

/* A daemon that refuses us may have closed before it read: its answer is then still there to be read. */
static bool send_request(int fd, const char *json)
{
    size_t length = strlen(json), sent = 0;
    uint8_t *request = malloc(CONTROL_LENGTH_SIZE + length);

    if (!request)
        return false;

    struct wire_writer writer = wire_writer_of(request, CONTROL_LENGTH_SIZE + length);
    wire_write_u32(&writer, (uint32_t)length);
    wire_write_bytes(&writer, json, length);
    while (sent < writer.position) {
        ssize_t count = send(fd, request + sent, writer.position - sent, MSG_NOSIGNAL);
        if (count < 0)
            break;
        sent += (size_t)count;
    }
    free(request);
    return sent == writer.position || errno == EPIPE || errno == ECONNRESET;
}

/* Whether a daemon of ours listens at the other end. Asks the name service, which a command may. */
static bool is_ours(int fd, const char *path, char *error, size_t size)
{
    const struct passwd *user = getpwnam(CONTROL_USER);
    char reason[128];

    if (control_peer_trusted(fd, user ? user->pw_uid : (uid_t)-1, reason, sizeof reason))
        return true;
    snprintf(error, size, "cannot trust %s: %s", path, reason);
    return false;
}

struct control_client *control_client_open(const char *directory, const char *name, const char *rpc_json,
                                           uint64_t timeout_ms, char *error, size_t size)
{
    struct sockaddr_un address;
    struct control_client *client = NULL;

    if (!control_address(directory, name, &address, error, size))
        return NULL;
    client = calloc(1, sizeof *client);
    if (!client)
        goto failed;
    strlcpy(client->path, address.sun_path, sizeof client->path);
    client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->fd < 0)
        goto failed;
    set_timeout(client->fd, timeout_ms);
    if (connect(client->fd, (const struct sockaddr *)&address, sizeof address) < 0)
        goto failed;
    if (!is_ours(client->fd, address.sun_path, error, size)) {
        control_client_close(client);
        return NULL;
    }
    if (!send_request(client->fd, rpc_json))
        goto failed;
    return client;

failed:;
    int reason = errno;
    explain_connect(address.sun_path, reason, error, size);
    control_client_close(client);
    errno = reason;
    return NULL;
}

/* Waits for bytes until DEADLINE_MS (0: for ever) and appends them. */
static enum control_result receive(struct control_client *client, uint64_t deadline_ms, char *error, size_t size)
{
    struct pollfd poll_fd = {.fd = client->fd, .events = POLLIN};
    uint64_t now = clock_monotonic_ms();
    int timeout = deadline_ms == 0 ? -1 : deadline_ms > now ? (int)(deadline_ms - now) : 0;

    int ready = poll(&poll_fd, 1, timeout);
    if (ready < 0)
        return CONTROL_STOPPED;
    if (ready == 0) {
        snprintf(error, size, "no answer on %s; the daemon is stopped or overloaded", client->path);
        return CONTROL_UNREACHABLE;
    }
    if (client->size == client->capacity) {
        size_t capacity = client->capacity ? client->capacity * 2 : RECEIVE_SIZE;
        uint8_t *data = realloc(client->data, capacity);
        if (!data) {
            strlcpy(error, "out of memory", size);
            return CONTROL_UNREACHABLE;
        }
        client->data = data;
        client->capacity = capacity;
    }
    ssize_t count = recv(client->fd, client->data + client->size, client->capacity - client->size, 0);
    if (count <= 0) {
        snprintf(error, size, "the daemon closed %s without an answer", client->path);
        return CONTROL_UNREACHABLE;
    }
    client->size += (size_t)count;
    return CONTROL_MORE;
}

/* Without the newline that the last of several lines may have. */
static void keep_text(const char *text, size_t length, char *error, size_t size)
{
    if (length > 0 && text[length - 1] == '\n')
        length--;
    snprintf(error, size, "%.*s", (int)length, text);
}

static enum control_result take_answer(struct wire_reader body, control_answer *answer, void *user, char *error,
                                       size_t size)
{
    enum control_kind kind = (enum control_kind)wire_read_u8(&body);
    size_t length = wire_remaining(&body);
    const char *text = (const char *)wire_read_bytes(&body, length);

    switch (kind) {
    case CONTROL_KIND_LAST:
        return length == 0 || answer(text, length, user) ? CONTROL_DONE : CONTROL_STOPPED;
    case CONTROL_KIND_MORE:
        return answer(text, length, user) ? CONTROL_MORE : CONTROL_STOPPED;
    case CONTROL_KIND_REFUSAL:
    case CONTROL_KIND_INVALID:
        keep_text(text, length, error, size);
        return kind == CONTROL_KIND_REFUSAL ? CONTROL_REFUSED : CONTROL_INVALID;
    }
    strlcpy(error, "invalid answer from the daemon; is it another version?", size);
    return CONTROL_UNREACHABLE;
}

enum control_result control_client_wait(struct control_client *client, uint64_t timeout_ms, control_answer *answer,
                                        void *user, char *error, size_t size)
{
    uint64_t deadline_ms = timeout_ms ? clock_monotonic_ms() + timeout_ms : 0;

    for (;;) {
        struct wire_reader reader = wire_reader_of(client->data, client->size), body;
        int taken = control_frame_take(&reader, CONTROL_ANSWER_MAX, &body);
        if (taken > 0) {
            enum control_result result = take_answer(body, answer, user, error, size);
            client->size -= reader.position;
            memmove(client->data, client->data + reader.position, client->size);
            return result;
        }
        enum control_result result = taken < 0 ? CONTROL_UNREACHABLE : receive(client, deadline_ms, error, size);
        if (taken < 0)
            strlcpy(error, "invalid answer from the daemon: too long", size);
        if (result != CONTROL_MORE)
            return result;
    }
}

enum control_result control_call(const char *directory, const char *name, const char *rpc_json, uint64_t timeout_ms,
                                 control_answer *answer, void *user, char *error, size_t size)
{
    enum control_result result = CONTROL_MORE;
    struct control_client *client = control_client_open(directory, name, rpc_json, timeout_ms, error, size);

    if (!client)
        return CONTROL_UNREACHABLE;
    while (result == CONTROL_MORE)
        result = control_client_wait(client, timeout_ms, answer, user, error, size);
    control_client_close(client);
    return result;
}
