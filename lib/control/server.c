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
#include "lib/control/acceptor.h"
#include "lib/control/access.h"
#include "lib/control/control.h"
#include "lib/control/frame.h"
#include "lib/control/turns.h"
#include "lib/model.h"
#include "lib/text.h"

#include <bsd/string.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    REQUEST_DEADLINE_MS = 5000,
    STALL_MS = 10 * 1000,           /* more than BACKLOG_MAX waits */
    STALL_PAGER_MS = 5 * 60 * 1000, /* less does */
    BACKLOG_MAX = 1024 * 1024,
    LISTEN_BACKLOG = 32,
};

struct control_server {
    uv_loop_t *loop;
    struct acceptor *acceptor;
    const struct ly_ctx *context;
    struct control_owner owner;
    struct sockaddr_un address;
    struct stat file; /* the socket that we made, so that we remove no other */
    control_handler *handler;
    void *user;
    struct turns turns;
    size_t client_count;
    TAILQ_HEAD(client_list, control_request) clients; /* who has stood still the longest is first */
};

struct control_request {
    TAILQ_ENTRY(control_request) entry;
    struct turn turn;
    struct control_server *server;
    uv_pipe_t pipe;
    uv_timer_t timer;
    unsigned open_handles;
    bool lost;       /* the connection is closed, or being closed */
    bool ended;      /* the handler has no more to say, or was never called */
    bool complete;   /* all of the request is here */
    bool dispatched; /* the handler was called */
    size_t waiting;  /* bytes not yet written when the timer was set */
    size_t received;
    uint8_t *input; /* CONTROL_LENGTH_SIZE + CONTROL_REQUEST_MAX, until the handler is called */
    struct lyd_node *rpc;
    void (*gone)(struct control_request *request, void *user);
    void *gone_user;
    void (*ready)(struct control_request *request, void *user);
    void *ready_user;
};

/* One answer on its way out. */
struct answer {
    uv_write_t write;
    uint8_t header[CONTROL_LENGTH_SIZE + 1];
    char *body;
};

/* ---- the end of a connection ---- */

static void request_free_if_over(struct control_request *request)
{
    if (!request->ended)
        return;
    lyd_free_all(request->rpc);
    request->rpc = NULL;
    if (request->open_handles > 0)
        return;
    free(request->input);
    free(request);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct control_request *request = handle->data;

    request->open_handles--;
    request_free_if_over(request);
}

/* The client has sent or read something. */
static void show_life(struct control_request *request)
{
    struct client_list *clients = &request->server->clients;

    TAILQ_REMOVE(clients, request, entry);
    TAILQ_INSERT_TAIL(clients, request, entry);
}

/* Closes the connection; a request under way learns that its client has gone. */
static void request_lose(struct control_request *request)
{
    if (request->lost)
        return;
    request->lost = true;
    TAILQ_REMOVE(&request->server->clients, request, entry);
    request->server->client_count--;
    turns_leave(&request->server->turns, &request->turn);
    uv_close((uv_handle_t *)&request->timer, on_handle_closed);
    uv_close((uv_handle_t *)&request->pipe, on_handle_closed);
    if (request->dispatched && !request->ended && !request->gone)
        return; /* whoever keeps the request will still end it */
    if (request->dispatched && !request->ended)
        request->gone(request, request->gone_user);
    request->ended = true;
}

/* ---- answers ---- */

static size_t backlog(const struct control_request *request)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&request->pipe);
}

static void on_timer(uv_timer_t *timer);

/* The client must take something of what waits for it before the timer fires. */
static void await_progress(struct control_request *request)
{
    request->waiting = backlog(request);
    uv_timer_start(&request->timer, on_timer, request->waiting > BACKLOG_MAX ? STALL_MS : STALL_PAGER_MS, 0);
}

static void on_timer(uv_timer_t *timer)
{
    struct control_request *request = timer->data;

    if (!request->dispatched || backlog(request) == 0 || backlog(request) >= request->waiting) {
        request_lose(request);
        return;
    }
    show_life(request);
    await_progress(request);
}

static void on_written(uv_write_t *write, int status)
{
    struct answer *answer = write->data;
    struct control_request *request = write->handle->data;

    free(answer->body);
    free(answer);
    if (request->lost)
        return;
    if (status < 0) {
        request_lose(request);
        return;
    }
    show_life(request);
    if (backlog(request) > 0) {
        await_progress(request);
        return;
    }
    uv_timer_stop(&request->timer);
    if (request->ended)
        request_lose(request);
    else if (request->ready)
        turns_join(&request->server->turns, &request->turn);
}

/* Sends BODY, whose ownership passes here. A failure is noticed by the timer: the caller is inside of its own work, and
 * must not be told of the client's end in the middle of it. */
static void request_send(struct control_request *request, enum control_kind kind, char *body, size_t size)
{
    struct answer *answer = request->lost ? NULL : calloc(1, sizeof *answer);

    if (!answer) {
        free(body);
        if (!request->lost)
            uv_timer_start(&request->timer, on_timer, 0, 0);
        return;
    }
    struct wire_writer header = wire_writer_of(answer->header, sizeof answer->header);
    wire_write_u32(&header, (uint32_t)size + 1);
    wire_write_u8(&header, (uint8_t)kind);
    answer->body = body;
    answer->write.data = answer;
    const uv_buf_t buffers[] = {uv_buf_init((char *)answer->header, sizeof answer->header),
                                uv_buf_init(body, (unsigned)size)};
    if (uv_write(&answer->write, (uv_stream_t *)&request->pipe, buffers, 2, on_written) < 0) {
        free(body);
        free(answer);
        uv_timer_start(&request->timer, on_timer, 0, 0);
        return;
    }
    if (!uv_is_active((uv_handle_t *)&request->timer))
        await_progress(request);
}

/* The document as text, which it is freed for. NULL where there is none or memory is out. */
static char *document_print(struct lyd_node *document)
{
    char *text = NULL;

    if (document)
        lyd_print_mem(&text, document, LYD_JSON, LYD_PRINT_WITHSIBLINGS | LYD_PRINT_SHRINK);
    lyd_free_all(document);
    return text;
}

static void send_document(struct control_request *request, enum control_kind kind, struct lyd_node *document)
{
    char *text = document_print(document);
    size_t size = text ? strlen(text) : 0;

    if (size >= CONTROL_ANSWER_MAX) {
        free(text);
        text = strdup("the answer is too long; ask for less of it");
        size = text ? strlen(text) : 0;
        kind = CONTROL_KIND_REFUSAL;
    }
    request_send(request, kind, text, size);
}

void control_reply(struct control_request *request, struct lyd_node *document)
{
    request->ended = true;
    send_document(request, CONTROL_KIND_LAST, document);
    request_free_if_over(request);
}

bool control_reply_more(struct control_request *request, struct lyd_node *document)
{
    if (!request->lost && backlog(request) > BACKLOG_MAX) {
        lyd_free_all(document);
        return false;
    }
    send_document(request, CONTROL_KIND_MORE, document);
    return true;
}

static void send_text(struct control_request *request, enum control_kind kind, char *text)
{
    request->ended = true;
    request_send(request, kind, text, text ? strlen(text) : 0);
    request_free_if_over(request);
}

void control_refuse(struct control_request *request, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    if (text)
        text_clean(text);
    send_text(request, CONTROL_KIND_REFUSAL, text);
}

void control_reply_json(struct control_request *request, const char *json)
{
    char *text = strdup(json);

    if (text)
        send_text(request, CONTROL_KIND_LAST, text);
    else
        control_refuse(request, "out of memory");
}

static void clean_lines(char *text)
{
    for (char *end; text; text = end ? end + 1 : NULL) {
        if ((end = strchr(text, '\n')))
            *end = '\0';
        text_clean(text);
        if (end)
            *end = '\n';
    }
}

void control_reply_invalid(struct control_request *request, const char *lines)
{
    char *text = strdup(lines ? lines : "out of memory");

    clean_lines(text);
    send_text(request, CONTROL_KIND_INVALID, text);
}

void control_on_gone(struct control_request *request, void (*gone)(struct control_request *request, void *user),
                     void *user)
{
    request->gone = gone;
    request->gone_user = user;
}

void control_on_ready(struct control_request *request, void (*ready)(struct control_request *request, void *user),
                      void *user)
{
    request->ready = ready;
    request->ready_user = user;
    if (!request->lost && backlog(request) == 0)
        turns_join(&request->server->turns, &request->turn);
}

bool control_piece_is_full(const struct control_request *request)
{
    return turns_is_over(&request->server->turns);
}

/* ---- requests ---- */

static void dispatch(struct control_request *request)
{
    struct wire_reader reader = wire_reader_of(request->input, request->received);
    char error[512];

    int taken = control_request_take(request->server->context, &reader, &request->rpc, error, sizeof error);
    request->dispatched = true;
    free(request->input);
    request->input = NULL;
    if (taken < 0)
        control_refuse(request, "%s", error);
    else
        request->server->handler(request, request->rpc, request->server->user);
}

/* A piece of work for this client: to take its request up, or to go on with its answer. */
static void on_turn(struct turn *turn)
{
    struct control_request *request = (struct control_request *)((char *)turn - offsetof(struct control_request, turn));
    void (*ready)(struct control_request *, void *) = request->ready;

    if (!request->dispatched) {
        dispatch(request);
    } else if (ready && backlog(request) == 0) {
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
    show_life(request);
    if (!request->complete)
        return;
    uv_timer_stop(&request->timer);
    turns_join(&request->server->turns, &request->turn);
}

static struct control_request *request_new(struct control_server *server)
{
    struct control_request *request = calloc(1, sizeof *request);

    if (!request || !(request->input = malloc(CONTROL_LENGTH_SIZE + CONTROL_REQUEST_MAX))) {
        free(request);
        return NULL;
    }
    request->server = server;
    request->turn.run = on_turn;
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
    if (!control_peer_allowed(&server->owner, fd)) {
        control_refuse(request, "permission denied: only root and members of the group " CONTROL_GROUP " may ask");
    } else if (!has_place(server, control_peer_is_root(fd))) {
        control_refuse(request, "busy: %d clients are connected already", CONTROL_CLIENTS_MAX);
    } else {
        request->dispatched = false;
        uv_timer_start(&request->timer, on_timer, REQUEST_DEADLINE_MS, 0);
        uv_read_start((uv_stream_t *)&request->pipe, on_allocate, on_read);
    }
}

/* ---- the server ---- */

static void on_server_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void server_close_handles(struct control_server *server)
{
    acceptor_close(server->acceptor);
    turns_close(&server->turns, on_server_closed);
}

static bool server_listen(struct control_server *server, int fd, char *error, size_t size)
{
    server->acceptor = acceptor_open(server->loop, fd, LISTEN_BACKLOG, on_connection, server);
    if (server->acceptor && lstat(server->address.sun_path, &server->file) == 0)
        return true;
    snprintf(error, size, "cannot listen on %s: %s", server->address.sun_path, strerror(errno));
    return false;
}

struct control_server *control_server_open(uv_loop_t *loop, const struct ly_ctx *context, const char *directory,
                                           const char *name, control_handler *handler, void *user, char *error,
                                           size_t size)
{
    struct control_server *server = calloc(1, sizeof *server);

    if (!server) {
        strlcpy(error, "out of memory", size);
        return NULL;
    }
    signal(SIGPIPE, SIG_IGN); /* a client that vanishes is an error of write(), not the end of the daemon */
    server->context = context;
    server->owner = control_owner_here();
    server->handler = handler;
    server->user = user;
    TAILQ_INIT(&server->clients);
    int fd = -1;
    if (control_address(directory, name, &server->address, error, size))
        fd = control_bind(&server->address, &server->owner, error, size);
    if (fd < 0) {
        free(server);
        return NULL;
    }
    server->loop = loop;
    turns_open(&server->turns, loop);
    server->turns.idle.data = server;
    if (!server_listen(server, fd, error, size)) {
        server_close_handles(server);
        return NULL;
    }
    return server;
}

void control_server_close(struct control_server *server)
{
    struct stat now;

    if (!server)
        return;
    if (lstat(server->address.sun_path, &now) == 0 && now.st_ino == server->file.st_ino &&
        now.st_dev == server->file.st_dev)
        unlink(server->address.sun_path);
    while (!TAILQ_EMPTY(&server->clients))
        request_lose(TAILQ_FIRST(&server->clients));
    server_close_handles(server);
}
