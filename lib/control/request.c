#include "lib/control/request.h"

#include <stdlib.h>

void request_free_if_over(struct control_request *request)
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
    request_free_if_over(request);
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
    turns_leave(&request->server->turns, &request->turn);
    uv_close((uv_handle_t *)&request->timer, on_handle_closed);
    uv_close((uv_handle_t *)&request->pipe, on_handle_closed);
    if (request->dispatched && !request->ended && !request->gone)
        return; /* whoever keeps the request will still end it */
    if (request->dispatched && !request->ended)
        request->gone(request, request->gone_user);
    request->ended = true;
}
