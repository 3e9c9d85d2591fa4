/* The answers to a request, on their way out to a client that may not read them, and the end of its connection. */
#include "lib/control/frame.h"
#include "lib/control/request.h"
#include "lib/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STALL_MS = 10 * 1000,           /* more than BACKLOG_MAX waits */
    STALL_PAGER_MS = 5 * 60 * 1000, /* less does */
    BACKLOG_MAX = 1024 * 1024,
    PIECE_NS = 400 * 1000, /* writing a piece out and freeing it take about as long again */
};

/* One answer on its way out. */
struct answer {
    uv_write_t write;
    uint8_t header[CONTROL_LENGTH_SIZE + 1];
    char *body;
};

/* ---- the end ---- */

static void free_if_over(struct control_request *request)
{
    if (!request->ended)
        return;
    arena_free(&request->arena);
    if (request->open_handles > 0)
        return;
    free(request->input);
    free(request);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct control_request *request = handle->data;

    request->open_handles--;
    free_if_over(request);
}

void request_show_life(struct control_request *request)
{
    struct client_list *clients = &request->server->clients;

    TAILQ_REMOVE(clients, request, entry);
    TAILQ_INSERT_TAIL(clients, request, entry);
}

void request_lose(struct control_request *request)
{
    if (request->lost)
        return;
    request->lost = true;
    TAILQ_REMOVE(&request->server->clients, request, entry);
    request->server->client_count--;
    turn_cancel(request->server->turns, &request->turn);
    uv_close((uv_handle_t *)&request->timer, on_handle_closed);
    uv_close((uv_handle_t *)&request->pipe, on_handle_closed);
    if (request->dispatched && !request->ended && !request->gone)
        return; /* whoever keeps the request will still end it */
    if (request->dispatched && !request->ended)
        request->gone(request, request->gone_user);
    request->ended = true;
}

/* ---- on the way ---- */

size_t request_backlog(const struct control_request *request)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&request->pipe);
}

/* The client must take something of what waits for it before the timer fires. */
static void await_progress(struct control_request *request)
{
    request->waiting = request_backlog(request);
    uv_timer_start(&request->timer, request_on_timer, request->waiting > BACKLOG_MAX ? STALL_MS : STALL_PAGER_MS, 0);
}

void request_on_timer(uv_timer_t *timer)
{
    struct control_request *request = timer->data;

    if (!request->dispatched || request_backlog(request) == 0 || request_backlog(request) >= request->waiting) {
        request_lose(request);
        return;
    }
    request_show_life(request);
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
    request_show_life(request);
    if (request_backlog(request) > 0) {
        await_progress(request);
        return;
    }
    uv_timer_stop(&request->timer);
    if (request->ended)
        request_lose(request);
    else if (request->ready)
        turn_await(request->server->turns, &request->turn, request_on_turn);
}

/* Sends BODY, whose ownership passes here. A failure is noticed by the timer: the caller is inside of its own work, and
 * must not be told of the client's end in the middle of it. */
static void request_send(struct control_request *request, enum control_kind kind, char *body, size_t size)
{
    struct answer *answer = request->lost ? NULL : calloc(1, sizeof *answer);

    if (!answer) {
        free(body);
        if (!request->lost)
            uv_timer_start(&request->timer, request_on_timer, 0, 0);
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
        uv_timer_start(&request->timer, request_on_timer, 0, 0);
        return;
    }
    if (!uv_is_active((uv_handle_t *)&request->timer))
        await_progress(request);
}

struct json control_state(void)
{
    struct json json = {0};

    json_begin(&json, NULL);
    json_begin(&json, "vipgate:state");
    return json;
}

static void send_document(struct control_request *request, enum control_kind kind, struct json *document)
{
    json_finish(document);
    if (document->failed || document->length >= CONTROL_ANSWER_MAX) {
        free(document->text);
        if (!request->lost)
            uv_timer_start(&request->timer, request_on_timer, 0, 0);
        return;
    }
    request_send(request, kind, document->text, document->length);
}

void control_reply(struct control_request *request, struct json *document)
{
    request->ended = true;
    if (document)
        send_document(request, CONTROL_KIND_LAST, document);
    else
        request_send(request, CONTROL_KIND_LAST, NULL, 0);
    free_if_over(request);
}

bool control_reply_more(struct control_request *request, struct json *document)
{
    if (!request->lost && request_backlog(request) > BACKLOG_MAX) {
        free(document->text);
        return false;
    }
    send_document(request, CONTROL_KIND_MORE, document);
    return true;
}

static void send_text(struct control_request *request, enum control_kind kind, char *text)
{
    request->ended = true;
    request_send(request, kind, text, text ? strlen(text) : 0);
    free_if_over(request);
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
    if (!request->lost && request_backlog(request) == 0)
        turn_await(request->server->turns, &request->turn, request_on_turn);
}

bool control_piece_is_full(const struct control_request *request)
{
    return uv_hrtime() - request->server->piece_began_ns >= PIECE_NS;
}
