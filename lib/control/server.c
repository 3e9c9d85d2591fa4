/*
 * The server's end of a control socket. A connection carries one request, so a client and its request are one object:
 *
 *     accepted -> request complete -> handler -> answers … last answer -> all of it written -> closed
 *
 * Nothing a client does may hurt the daemon. It has REQUEST_DEADLINE_MS to send its request; bytes that do not belong
 * here close the connection. Requests are taken up and long answers go on in turns, one piece in a turn of the loop. A
 * handler that streams is told to stop when BACKLOG_MAX bytes wait for the client. One that reads nothing is cut off,
 * soon where much waits for it and late where little does: that is a person who reads the first page in a pager.
 *
 * There are CONTROL_CLIENTS_MAX of them at most, in order of their last sign of life: a byte sent or read. Root always
 * finds a place; where none is free, the client that has stood still the longest makes room.
 */
#include "lib/container.h"
#include "lib/control/frame.h"
#include "lib/control/request.h"

#include <bsd/string.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REQUEST_DEADLINE_MS = 5000 };

/* ---- requests ---- */

static void dispatch(struct control_request *request)
{
    struct wire_reader reader = wire_reader_of(request->input, request->received);
    const struct json_node *rpc;
    char error[512];

    int taken = control_request_take(&reader, &request->arena, &rpc, error, sizeof error);
    request->dispatched = true;
    free(request->input);
    request->input = NULL;
    if (taken < 0)
        control_refuse(request, "%s", error);
    else
        request->server->handler(request, rpc, request->server->user);
}

void request_on_turn(struct turn *turn)
{
    struct control_request *request = CONTAINER_OF(turn, struct control_request, turn);

    void (*ready)(struct control_request *, void *) = request->ready;

    request->server->piece_began_ns = uv_hrtime();
    if (!request->dispatched) {
        dispatch(request);
    } else if (ready && request_backlog(request) == 0) {
        request->ready = NULL;
        ready(request, request->ready_user);
    }
}

static bool is_complete(const struct control_request *request)
{
    struct wire_reader reader = wire_reader_of(request->input, request->received), body;

    return control_frame_take(&reader, CONTROL_REQUEST_MAX, &body) != 0;
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    static char unwanted[256];
    struct control_request *request = handle->data;

    (void)suggested;
    if (request->complete)
        *buffer = uv_buf_init(unwanted, sizeof unwanted);
    else
        *buffer = uv_buf_init((char *)request->input + request->received,
                              (unsigned)(CONTROL_LENGTH_SIZE + CONTROL_REQUEST_MAX - request->received));
}

/* The end of input is the end of the client, half-closed or not; so is a byte after its request. */
static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct control_request *request = stream->data;

    (void)buffer;
    if (count == 0)
        return;
    if (count < 0 || request->complete) {
        request_lose(request);
        return;
    }
    request->received += (size_t)count;
    request->complete = is_complete(request);
    request_show_life(request);
    if (!request->complete)
        return;
    uv_timer_stop(&request->timer);
    turn_await(request->server->turns, &request->turn, request_on_turn);
}

static struct control_request *request_new(struct control_server *server)
{
    struct control_request *request = calloc(1, sizeof *request);

    if (!request || !(request->input = malloc(CONTROL_LENGTH_SIZE + CONTROL_REQUEST_MAX))) {
        free(request);
        return NULL;
    }
    request->server = server;
    uv_timer_init(server->loop, &request->timer);
    uv_pipe_init(server->loop, &request->pipe, 0);
    request->timer.data = request->pipe.data = request;
    request->open_handles = 2;
    TAILQ_INSERT_TAIL(&server->clients, request, entry);
    server->client_count++;
    return request;
}

/* Whether there is a place for the newest client; root is given one. */
static bool has_place(struct control_server *server, bool root)
{
    if (server->client_count <= CONTROL_CLIENTS_MAX)
        return true;
    if (root)
        request_lose(TAILQ_FIRST(&server->clients));
    return root;
}

static void on_connection(int fd, void *user)
{
    struct control_server *server = user;
    struct control_request *request = request_new(server);

    if (!request || uv_pipe_open(&request->pipe, fd) < 0) {
        close(fd);
        if (request)
            request_lose(request);
        return;
    }
    request->dispatched = true; /* for a refusal */
    if (!control_peer_allowed(&server->listener.owner, fd)) {
        control_refuse(request, "permission denied: only root and members of the group " CONTROL_GROUP " may connect");
    } else if (!has_place(server, control_peer_is_root(fd))) {
        control_refuse(request, "busy: %d clients are connected already", CONTROL_CLIENTS_MAX);
    } else {
        request->dispatched = false;
        uv_timer_start(&request->timer, request_on_timer, REQUEST_DEADLINE_MS, 0);
        uv_read_start((uv_stream_t *)&request->pipe, on_allocate, on_read);
    }
}

/* ---- the server ---- */

struct control_server *control_server_open(uv_loop_t *loop, const char *directory, const char *name,
                                           control_handler *handler, void *user, char *error, size_t size)
{
    struct control_server *server = calloc(1, sizeof *server);

    if (!server || !(server->turns = turns_new(loop, 0))) {
        strlcpy(error, "out of memory", size);
        free(server);
        return NULL;
    }
    signal(SIGPIPE, SIG_IGN); /* a client that vanishes is an error of write(), not the end of the daemon */
    server->handler = handler;
    server->user = user;
    server->loop = loop;
    TAILQ_INIT(&server->clients);
    if (!listener_open(&server->listener, loop, directory, name, on_connection, server, error, size)) {
        turns_free(server->turns);
        free(server);
        return NULL;
    }
    return server;
}

void control_server_close(struct control_server *server)
{
    if (!server)
        return;
    listener_close(&server->listener);
    while (!TAILQ_EMPTY(&server->clients))
        request_lose(TAILQ_FIRST(&server->clients));
    turns_free(server->turns);
    free(server);
}
