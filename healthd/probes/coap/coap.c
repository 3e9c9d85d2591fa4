/*
 * coap: the probe of a CoAP server (RFC 7252) in its own words. `ping` is an empty confirmable message, which a
 * server answers with a Reset (section 4.3); some acknowledge it as if it were a request, and are as much alive. `get`
 * asks for a resource and compares the response's code. A response may come in the acknowledgement or, later, in a
 * message of its own (section 5.2), which is then acknowledged.
 *
 * A datagram that answers another message, an earlier probe's for instance, is ignored.
 */
#include "healthd/net/datagram.h"
#include "healthd/probes/coap/coap_message.h"
#include "healthd/probes/kinds.h"
#include "lib/kinds/kind.h"

#include <bsd/stdlib.h>
#include <string.h>

enum { REQUEST_MAX = 1280, TOKEN_LENGTH = 4 };

struct coap {
    struct datagram datagram; /* first */
    struct coap_message request;
};

static void write_request(struct coap *coap, struct wire_writer *writer)
{
    const struct coap_settings *settings = coap->datagram.probe.settings;
    unsigned previous = 0;

    coap->request = (struct coap_message){.type = COAP_CONFIRMABLE, .id = (uint16_t)arc4random()};
    if (!settings->ping) {
        coap->request.code = COAP_GET;
        coap->request.token_length = TOKEN_LENGTH;
        arc4random_buf(coap->request.token, TOKEN_LENGTH);
    }
    coap_write_header(writer, &coap->request);
    for (size_t i = 0; i < settings->option_count && !settings->ping; i++) {
        const struct coap_option *option = &settings->options[i];
        coap_write_option(writer, &previous, option->number, option->value, option->length);
    }
}

static int ask(struct datagram *datagram)
{
    uint8_t data[REQUEST_MAX];
    struct wire_writer writer = wire_writer_of(data, sizeof data);

    write_request((struct coap *)datagram, &writer);
    return datagram_send(datagram, data, writer.position);
}

static void acknowledge(struct datagram *datagram, const struct coap_message *answer)
{
    const struct coap_message acknowledgement = {.type = COAP_ACKNOWLEDGEMENT, .id = answer->id};
    uint8_t data[4];
    struct wire_writer writer = wire_writer_of(data, sizeof data);

    coap_write_header(&writer, &acknowledgement);
    datagram_send(datagram, data, writer.position); /* lost or not, the answer is here */
}

static void judge_response(struct datagram *datagram, const struct coap_message *answer)
{
    unsigned expected = ((const struct coap_settings *)datagram->probe.settings)->expect_code, code = answer->code;

    if (answer->type == COAP_CONFIRMABLE)
        acknowledge(datagram, answer);
    if (code == expected)
        datagram_end(datagram, REASON_NONE, "answered %u.%02u", code >> 5, code & 31);
    else
        datagram_end(datagram, REASON_STATUS, "code %u.%02u, not %u.%02u", code >> 5, code & 31, expected >> 5,
                     expected & 31);
}

/* Answers to a ping carry its id; a response carries the request's token (RFC 7252 section 5.3.2). */
static void judge(struct coap *coap, const struct coap_message *answer)
{
    const struct coap_message *request = &coap->request;
    bool same_id = answer->id == request->id;
    bool response = answer->code >> 5 >= 2 && answer->token_length == request->token_length &&
                    memcmp(answer->token, request->token, request->token_length) == 0;

    if (request->code == COAP_EMPTY) {
        if (same_id && (answer->type == COAP_RESET || answer->type == COAP_ACKNOWLEDGEMENT))
            datagram_end(&coap->datagram, REASON_NONE, "answered the ping");
    } else if (answer->type == COAP_RESET && same_id) {
        datagram_end(&coap->datagram, REASON_PROTOCOL, "reset: the request was not understood");
    } else if (response && (answer->type != COAP_ACKNOWLEDGEMENT || same_id)) {
        judge_response(&coap->datagram, answer);
    }
}

static void take(struct datagram *datagram, const uint8_t *bytes, size_t size)
{
    struct coap_message answer;
    const char *wrong = coap_read(&answer, bytes, size);

    if (wrong)
        datagram_end(datagram, REASON_PROTOCOL, "invalid message: %s", wrong);
    else
        judge((struct coap *)datagram, &answer);
}

static bool coap_init(struct probe *probe)
{
    static const struct datagram_user ping = {.what = "ping to", .ask = ask, .take = take};
    static const struct datagram_user get = {.what = "GET to", .ask = ask, .take = take};
    const struct coap_settings *settings = probe->settings;

    return datagram_init(probe, &settings->target, settings->ping ? &ping : &get);
}

const struct probe_kind probe_coap = {
    .name = "coap",
    .size = sizeof(struct coap),
    .init = coap_init,
    DATAGRAM_PROBE,
};
