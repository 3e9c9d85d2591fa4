/*
 * coap: the probe of a CoAP server (RFC 7252) in its own words. `ping` is an empty confirmable message, which a
 * server answers with a Reset (section 4.3); some acknowledge it as if it were a request, and are as much alive. `get`
 * asks for a resource and compares the response's code. A response may come in the acknowledgement or, later, in a
 * message of its own (section 5.2), which is then acknowledged.
 *
 * A datagram that answers another message, an earlier probe's for instance, is passed over.
 */
#include "lib/kinds/coap.h"
#include "healthd/net/dial.h"
#include "healthd/probe/kinds.h"
#include "healthd/probes/coap/coap_message.h"
#include "lib/container.h"

#include <bsd/stdlib.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { REQUEST_MAX = 1280, DATAGRAM_MAX = 65536, TOKEN_LENGTH = 4 };

struct coap {
    struct probe probe; /* first */
    const struct coap_settings *settings;
    struct dial dial;
    struct coap_message request;
};

static size_t write_request(struct coap *coap, uint8_t *data)
{
    const struct coap_settings *settings = coap->settings;
    struct wire_writer writer = wire_writer_of(data, REQUEST_MAX);
    unsigned previous = 0;

    coap->request = (struct coap_message){.type = COAP_CONFIRMABLE, .id = (uint16_t)arc4random()};
    if (!settings->ping) {
        coap->request.code = COAP_GET;
        coap->request.token_length = TOKEN_LENGTH;
        arc4random_buf(coap->request.token, TOKEN_LENGTH);
    }
    coap_write_header(&writer, &coap->request);
    for (size_t i = 0; i < settings->option_count && !settings->ping; i++) {
        const struct coap_option *option = &settings->options[i];
        coap_write_option(&writer, &previous, option->number, option->value, option->length);
    }
    return writer.position;
}

static void give_up(struct coap *coap, int error)
{
    char address[ENDPOINT_TEXT_SIZE];

    dial_address(&coap->dial, address, sizeof address);
    dial_close(&coap->dial);
    probe_errno(&coap->probe, error, "%s %s", coap->probe.phase, address);
}

static void fail(struct coap *coap, enum reason reason, const char *what)
{
    char address[ENDPOINT_TEXT_SIZE];

    dial_address(&coap->dial, address, sizeof address);
    dial_close(&coap->dial);
    probe_fail(&coap->probe, reason, "%s answered with %s", address, what);
}

static void succeed(struct coap *coap, const char *what)
{
    char address[ENDPOINT_TEXT_SIZE];

    dial_address(&coap->dial, address, sizeof address);
    dial_close(&coap->dial);
    probe_ok(&coap->probe, "%s answered %s", address, what);
}

static void judge_response(struct coap *coap, const struct coap_message *answer)
{
    uint8_t expected = coap->settings->expect_code;
    char text[64];

    if (answer->type == COAP_CONFIRMABLE) {
        const struct coap_message thanks = {.type = COAP_ACKNOWLEDGEMENT, .id = answer->id};
        uint8_t data[4];
        struct wire_writer writer = wire_writer_of(data, sizeof data);
        coap_write_header(&writer, &thanks);
        ssize_t sent = send(coap->dial.fd, data, sizeof data, 0);
        (void)sent; /* lost or not, the answer is here */
    }
    if (answer->code == expected) {
        snprintf(text, sizeof text, "%u.%02u", answer->code >> 5, answer->code & 31);
        return succeed(coap, text);
    }
    snprintf(text, sizeof text, "code %u.%02u, not %u.%02u", answer->code >> 5, answer->code & 31, expected >> 5,
             expected & 31);
    fail(coap, REASON_STATUS, text);
}

/* Answers to a ping carry its id; a response carries the request's token (RFC 7252 section 5.3.2). */
static void judge(struct coap *coap, const struct coap_message *answer)
{
    const struct coap_message *request = &coap->request;
    bool same_id = answer->id == request->id;
    bool response = answer->code >> 5 >= 2 && answer->token_length == request->token_length &&
                    memcmp(answer->token, request->token, request->token_length) == 0;

    if (coap->settings->ping) {
        if (same_id && (answer->type == COAP_RESET || answer->type == COAP_ACKNOWLEDGEMENT))
            succeed(coap, "the ping");
        return;
    }
    if (answer->type == COAP_RESET && same_id)
        return fail(coap, REASON_PROTOCOL, "a reset: it does not know this request");
    if (response && (answer->type != COAP_ACKNOWLEDGEMENT || same_id))
        judge_response(coap, answer);
}

static void on_answer(struct watch *watch, uint32_t events)
{
    static uint8_t data[DATAGRAM_MAX];
    struct coap *coap = CONTAINER_OF(watch, struct coap, dial.watch);
    struct coap_message answer;
    ssize_t length = recv(coap->dial.fd, data, sizeof data, 0);

    (void)events;
    if (length < 0) {
        if (errno != EAGAIN && errno != EINTR)
            give_up(coap, errno);
        return;
    }
    const char *wrong = coap_read(&answer, data, (size_t)length);
    if (wrong)
        fail(coap, REASON_PROTOCOL, wrong);
    else
        judge(coap, &answer);
}

static void on_connected(struct dial *dial)
{
    struct coap *coap = CONTAINER_OF(dial, struct coap, dial);
    uint8_t data[REQUEST_MAX];
    size_t length = write_request(coap, data);

    probe_phase(&coap->probe, "send");
    if (send(dial->fd, data, length, 0) < 0)
        return give_up(coap, errno);
    probe_phase(&coap->probe, "wait");
    int error = watch_start(coap->probe.room->watcher, &dial->watch, dial->fd, EPOLLIN, on_answer);
    if (error)
        give_up(coap, error);
}

static struct probe *coap_create(const void *memory, struct probe_room *room)
{
    const struct coap_settings *settings = memory;
    struct coap *coap = probe_new(sizeof *coap, &probe_coap, room);

    if (!coap)
        return NULL;
    coap->settings = settings;
    if (!dial_init(&coap->dial, &coap->probe, &settings->target, SOCK_DGRAM)) {
        free(coap);
        return NULL;
    }
    coap->dial.connected = on_connected;
    return &coap->probe;
}

static void coap_start(struct probe *probe)
{
    dial_start(&((struct coap *)probe)->dial);
}

static void coap_cancel(struct probe *probe)
{
    dial_close(&((struct coap *)probe)->dial);
}

static void coap_at(const struct probe *probe, char *text, size_t size)
{
    const struct coap *coap = (const struct coap *)probe;
    char address[ENDPOINT_TEXT_SIZE];

    if (strcmp(probe->phase, PROBE_PHASE_RESOLVE) == 0)
        return dial_describe(&coap->dial, text, size);
    dial_address(&coap->dial, address, sizeof address);
    snprintf(text, size, "%s to %s", coap->settings->ping ? "ping" : "GET", address);
}

static void coap_destroy(struct probe *probe)
{
    dial_clear(&((struct coap *)probe)->dial);
    free(probe);
}

const struct probe_kind probe_coap = {
    .name = "coap",
    .create = coap_create,
    .start = coap_start,
    .cancel = coap_cancel,
    .at = coap_at,
    .destroy = coap_destroy,
};
