/*
 * A client of a control server and its request, which are one object, as the files of this room share it: server.c
 * takes requests in, answer.c sends answers out and ends the connection. Others know it by control.h.
 */
#ifndef VIPGATE_LIB_CONTROL_REQUEST_H
#define VIPGATE_LIB_CONTROL_REQUEST_H

#include "lib/control/control.h"
#include "lib/control/listener.h"
#include "lib/turns.h"

#include <sys/queue.h>

struct control_server {
    uv_loop_t *loop;
    struct listener listener;
    control_handler *handler;
    void *user;
    struct turns *turns;     /* one piece of work in a turn of the loop, whoever it is for */
    uint64_t piece_began_ns; /* the one being made */
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
    uint8_t *input;     /* CONTROL_LENGTH_SIZE + CONTROL_REQUEST_MAX, until the handler is called */
    struct arena arena; /* of the RPC */
    void (*gone)(struct control_request *request, void *user);
    void *gone_user;
    void (*ready)(struct control_request *request, void *user);
    void *ready_user;
};

/* The client has sent or read something. */
void request_show_life(struct control_request *request);

/* Closes the connection; a request under way learns that its client has gone. */
void request_lose(struct control_request *request);

/* A piece of work for this client: to take its request up, or to go on with its answer. */
void request_on_turn(struct turn *turn);

/* How many bytes wait for the client. */
size_t request_backlog(const struct control_request *request);

/* Time is up for the client to send its request, or to take something of what waits for it. */
void request_on_timer(uv_timer_t *timer);

#endif
