/*
 * dns: one question to one server, over UDP or TCP, and its answer's rcode and address. The query and the records are
 * written and read by c-ares; the socket is ours, so that errors of the network mean here what they mean to every other
 * probe. An answer that UDP cut short is asked for again over TCP, as a resolver does (RFC 7766).
 */
#include "lib/kinds/dns.h"
#include "healthd/net/dial.h"
#include "healthd/probe/kinds.h"
#include "healthd/probes/dns/dns_answer.h"
#include "lib/container.h"
#include "lib/wire.h"

#include <ares.h>
#include <bsd/stdlib.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { CLASS_IN = 1, ANSWER_MAX = 2 + 65535, UDP_PAYLOAD = 1232 };

struct dns {
    struct probe probe; /* first */
    const struct dns_settings *settings;
    struct dial dial;
    uint16_t id;
    uint8_t *answer; /* of ANSWER_MAX, during a run over TCP */
    size_t received;
};

/* Where the connection is to, and the end of it: for the last words of a run. */
static void hang_up(struct dns *dns, char *address, size_t size)
{
    dial_address(&dns->dial, address, size);
    dial_close(&dns->dial);
    free(dns->answer);
    dns->answer = NULL;
}

static void give_up(struct dns *dns, int error)
{
    char address[ENDPOINT_TEXT_SIZE];

    hang_up(dns, address, sizeof address);
    probe_errno(&dns->probe, error, "%s %s", dns->probe.phase, address);
}

static void fail(struct dns *dns, enum reason reason, const char *what)
{
    char address[ENDPOINT_TEXT_SIZE];

    hang_up(dns, address, sizeof address);
    probe_fail(&dns->probe, reason, "%s: %s: %s", address, dns->settings->name, what);
}

static void judge(struct dns *dns, const struct dns_answer *answer, const uint8_t *data, size_t size)
{
    const struct dns_settings *settings = dns->settings;
    const struct address *expected = &settings->expect_address;
    char address[ENDPOINT_TEXT_SIZE], text[128], wanted[ADDRESS_TEXT_SIZE];

    if (answer->rcode != settings->expect_rcode) {
        snprintf(text, sizeof text, "answered %s, not %s", dns_rcode_name(answer->rcode),
                 dns_rcode_name(settings->expect_rcode));
        return fail(dns, REASON_STATUS, text);
    }
    if (expected->family != FAMILY_NONE && !dns_answer_holds(data, size, expected)) {
        snprintf(text, sizeof text, "%u records, none of them %s", answer->record_count,
                 address_format(expected, wanted));
        return fail(dns, REASON_MISMATCH, text);
    }
    hang_up(dns, address, sizeof address);
    probe_ok(&dns->probe, "%s: %s: %s, %u records", address, settings->name, dns_rcode_name(answer->rcode),
             answer->record_count);
}

/* A whole message has come. A late answer to an earlier question, which UDP may bring, is passed over. */
static void take_message(struct dns *dns, const uint8_t *data, size_t size)
{
    struct dns_answer answer;
    const char *wrong = dns_answer_read(&answer, data, size);

    if (wrong)
        return fail(dns, REASON_PROTOCOL, wrong);
    bool stream = dns->dial.type == SOCK_STREAM;
    if (answer.id != dns->id) {
        if (stream)
            fail(dns, REASON_PROTOCOL, "an answer to another question");
        return;
    }
    if (!answer.truncated || stream)
        return judge(dns, &answer, data, size);
    dial_close(&dns->dial);
    dns->dial.type = SOCK_STREAM;
    dial_start(&dns->dial);
}

static void on_datagram(struct watch *watch, uint32_t events)
{
    static uint8_t data[ANSWER_MAX];
    struct dns *dns = CONTAINER_OF(watch, struct dns, dial.watch);
    ssize_t size = recv(dns->dial.fd, data, sizeof data, 0);

    (void)events;
    if (size >= 0)
        take_message(dns, data, (size_t)size);
    else if (errno != EAGAIN && errno != EINTR)
        give_up(dns, errno);
}

/* Over TCP a length of two octets stands before the message (RFC 1035 section 4.2.2). */
static void on_stream(struct watch *watch, uint32_t events)
{
    struct dns *dns = CONTAINER_OF(watch, struct dns, dial.watch);
    ssize_t size = recv(dns->dial.fd, dns->answer + dns->received, ANSWER_MAX - dns->received, 0);

    (void)events;
    if (size < 0) {
        if (errno != EAGAIN && errno != EINTR)
            give_up(dns, errno);
        return;
    }
    if (size == 0)
        return fail(dns, REASON_CLOSED, "closed before the whole answer");
    dns->received += (size_t)size;
    struct wire_reader reader = wire_reader_of(dns->answer, dns->received);
    uint16_t length = wire_read_u16(&reader);
    const uint8_t *message = wire_read_bytes(&reader, length);
    if (message)
        take_message(dns, message, length);
}

/* Sends the question as one write: it is small, and a socket buffer that has just been made holds it. */
static int send_question(struct dns *dns)
{
    unsigned char *query;
    int size;
    uint8_t framed[2 + 512];
    struct wire_writer writer = wire_writer_of(framed, sizeof framed);

    dns->id = (uint16_t)arc4random();
    if (ares_create_query(dns->settings->name, CLASS_IN, dns->settings->type, dns->id, 1, &query, &size, UDP_PAYLOAD) !=
        ARES_SUCCESS)
        return EINVAL;
    if (dns->dial.type == SOCK_STREAM)
        wire_write_u16(&writer, (uint16_t)size);
    wire_write_bytes(&writer, query, (size_t)size);
    ares_free_string(query);
    return send(dns->dial.fd, framed, writer.position, MSG_NOSIGNAL) < 0 ? errno : 0;
}

static void on_connected(struct dial *dial)
{
    struct dns *dns = CONTAINER_OF(dial, struct dns, dial);
    bool stream = dial->type == SOCK_STREAM;

    probe_phase(&dns->probe, "send");
    int error = send_question(dns);
    dns->received = 0;
    if (!error && stream && !dns->answer && !(dns->answer = malloc(ANSWER_MAX)))
        error = ENOMEM;
    probe_phase(&dns->probe, "wait");
    if (!error)
        error =
            watch_start(dns->probe.room->watcher, &dial->watch, dial->fd, EPOLLIN, stream ? on_stream : on_datagram);
    if (error)
        give_up(dns, error);
}

static struct probe *dns_create(const void *memory, struct probe_room *room)
{
    const struct dns_settings *settings = memory;
    struct dns *dns = probe_new(sizeof *dns, &probe_dns, room);

    if (!dns)
        return NULL;
    dns->settings = settings;
    if (!dial_init(&dns->dial, &dns->probe, &settings->server, settings->transport)) {
        free(dns);
        return NULL;
    }
    dns->dial.connected = on_connected;
    return &dns->probe;
}

static void dns_start(struct probe *probe)
{
    struct dns *dns = (struct dns *)probe;

    dns->dial.type = dns->settings->transport;
    dial_start(&dns->dial);
}

static void dns_cancel(struct probe *probe)
{
    struct dns *dns = (struct dns *)probe;
    char address[ENDPOINT_TEXT_SIZE];

    hang_up(dns, address, sizeof address);
}

static void dns_at(const struct probe *probe, char *text, size_t size)
{
    const struct dns *dns = (const struct dns *)probe;
    char address[ENDPOINT_TEXT_SIZE];

    if (strcmp(probe->phase, "wait") != 0)
        return dial_describe(&dns->dial, text, size);
    dial_address(&dns->dial, address, sizeof address);
    snprintf(text, size, "asked %s for %s", address, dns->settings->name);
}

static void dns_destroy(struct probe *probe)
{
    dial_clear(&((struct dns *)probe)->dial);
    free(probe);
}

const struct probe_kind probe_dns = {
    .name = "dns",
    .create = dns_create,
    .start = dns_start,
    .cancel = dns_cancel,
    .at = dns_at,
    .destroy = dns_destroy,
};
