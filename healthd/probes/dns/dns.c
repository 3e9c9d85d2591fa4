/*
 * dns: one question to one server, over UDP or TCP, and its answer's rcode and address. The query and the records are
 * written and read by c-ares; the socket is ours, so that errors of the network mean here what they mean to every other
 * probe. An answer that UDP cut short is asked for again over TCP, as a resolver does (RFC 7766).
 */
#include "healthd/net/datagram.h"
#include "healthd/net/stream.h"
#include "healthd/probes/dns/dns_answer.h"
#include "healthd/probes/kinds.h"
#include "lib/container.h"
#include "lib/kinds/kind.h"
#include "lib/wire.h"

#include <ares.h>
#include <bsd/stdlib.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { CLASS_IN = 1, ANSWER_MAX = 2 + 65535, QUERY_MAX = 2 + 512, UDP_PAYLOAD = 1232 };

struct dns {
    struct datagram datagram; /* first */
    struct stream stream;
    bool over_tcp;
    uint16_t id;
    size_t received; /* into stream.memory, of ANSWER_MAX */
};

static struct dns *dns_of(struct stream *stream)
{
    return CONTAINER_OF(stream, struct dns, stream);
}

/* ---- the verdict ---- */

/* Ends the run, "ADDRESS: NAME: …", with an OK where REASON is REASON_NONE. */
static void end(struct dns *dns, enum reason reason, const char *words)
{
    struct probe *probe = &dns->datagram.probe;
    const char *name = ((const struct dns_settings *)probe->settings)->name;
    char address[ENDPOINT_TEXT_SIZE];

    if (!dns->over_tcp)
        return datagram_end(&dns->datagram, reason, "%s: %s", name, words);
    dial_address(&dns->stream.dial, address, sizeof address);
    stream_close(&dns->stream);
    if (reason == REASON_NONE)
        probe_ok(probe, "%s: %s: %s", address, name, words);
    else
        probe_fail(probe, reason, "%s: %s: %s", address, name, words);
}

static void judge(struct dns *dns, const struct dns_answer *answer, const uint8_t *data, size_t size)
{
    const struct dns_settings *settings = dns->datagram.probe.settings;
    const struct address *expected = &settings->expect_address;
    char words[128], wanted[ADDRESS_TEXT_SIZE];

    if (answer->rcode != settings->expect_rcode) {
        snprintf(words, sizeof words, "answered %s, not %s", dns_rcode_name(answer->rcode),
                 dns_rcode_name(settings->expect_rcode));
        return end(dns, REASON_STATUS, words);
    }
    if (expected->family != FAMILY_NONE && !dns_answer_holds(data, size, expected)) {
        snprintf(words, sizeof words, "%u records, none of them %s", answer->record_count,
                 address_format(expected, wanted));
        return end(dns, REASON_MISMATCH, words);
    }
    snprintf(words, sizeof words, "%s, %u records", dns_rcode_name(answer->rcode), answer->record_count);
    end(dns, REASON_NONE, words);
}

/* ---- UDP and TCP ---- */

/* Writes the query; 0, or a negative errno. */
static int write_query(struct dns *dns, struct wire_writer *writer)
{
    const struct dns_settings *settings = dns->datagram.probe.settings;
    unsigned char *query;
    int size;

    dns->id = (uint16_t)arc4random();
    if (ares_create_query(settings->name, CLASS_IN, settings->type, dns->id, 1, &query, &size, UDP_PAYLOAD) !=
        ARES_SUCCESS)
        return -EINVAL;
    if (dns->over_tcp)
        wire_write_u16(writer, (uint16_t)size);
    wire_write_bytes(writer, query, (size_t)size);
    ares_free_string(query);
    return 0;
}

static int ask(struct datagram *datagram)
{
    uint8_t query[QUERY_MAX];
    struct wire_writer writer = wire_writer_of(query, sizeof query);
    int error = write_query((struct dns *)datagram, &writer);

    return error ? error : datagram_send(datagram, query, writer.position);
}

/* A late answer to an earlier question, which UDP may bring, is ignored. */
static void take_datagram(struct datagram *datagram, const uint8_t *bytes, size_t size)
{
    struct dns *dns = (struct dns *)datagram;
    struct dns_answer answer;
    const char *wrong = dns_answer_read(&answer, bytes, size);

    if (wrong)
        return end(dns, REASON_PROTOCOL, wrong);
    if (answer.id != dns->id)
        return;
    if (!answer.truncated)
        return judge(dns, &answer, bytes, size);
    dial_close(&datagram->dial);
    dns->over_tcp = true;
    stream_start(&dns->stream);
}

static bool on_opened(struct stream *stream)
{
    struct dns *dns = dns_of(stream);
    uint8_t query[QUERY_MAX];
    struct wire_writer writer = wire_writer_of(query, sizeof query);
    int error = write_query(dns, &writer);

    dns->received = 0;
    stream->memory = malloc(ANSWER_MAX);
    if (error || !stream->memory)
        return stream_fail_errno(stream, error ? error : -ENOMEM);
    probe_phase(stream->probe, "wait");
    stream_send(stream, query, writer.position);
    return true;
}

static void take_message(struct dns *dns, const uint8_t *message, size_t size)
{
    struct dns_answer answer;
    const char *wrong = dns_answer_read(&answer, message, size);

    if (!wrong && answer.id != dns->id)
        wrong = "response to another query";
    if (wrong)
        end(dns, REASON_PROTOCOL, wrong);
    else
        judge(dns, &answer, message, size);
}

/* Over TCP a length of two octets stands before the message (RFC 1035 section 4.2.2). What follows it is ignored. */
static bool on_take(struct stream *stream, const uint8_t *bytes, size_t size)
{
    struct dns *dns = dns_of(stream);
    size_t room = ANSWER_MAX - dns->received, count = size < room ? size : room;

    memcpy((uint8_t *)stream->memory + dns->received, bytes, count);
    dns->received += count;
    struct wire_reader reader = wire_reader_of(stream->memory, dns->received);
    uint16_t length = wire_read_u16(&reader);
    const uint8_t *message = wire_read_bytes(&reader, length);
    if (message)
        take_message(dns, message, length);
    else if (size == 0)
        end(dns, REASON_CLOSED, "closed before the whole response");
    return !message && size > 0;
}

/* ---- the probe ---- */

static bool dns_init(struct probe *probe)
{
    static const struct datagram_user over_udp = {.what = "query to", .ask = ask, .take = take_datagram};
    static const struct stream_user over_tcp = {.opened = on_opened, .take = on_take};
    const struct dns_settings *settings = probe->settings;
    const struct stream_target target = {.endpoint = &settings->server};
    bool stream = stream_init(&((struct dns *)probe)->stream, probe, &target, &over_tcp);

    return datagram_init(probe, &settings->server, &over_udp) && stream;
}

static void dns_start(struct probe *probe)
{
    struct dns *dns = (struct dns *)probe;

    dns->over_tcp = ((const struct dns_settings *)probe->settings)->transport == SOCK_STREAM;
    if (dns->over_tcp)
        stream_start(&dns->stream);
    else
        datagram_start(probe);
}

static void dns_cancel(struct probe *probe)
{
    datagram_cancel(probe);
    stream_close(&((struct dns *)probe)->stream);
}

static void dns_at(const struct probe *probe, char *text, size_t size)
{
    const struct dns *dns = (const struct dns *)probe;

    if (dns->over_tcp)
        stream_describe(&dns->stream, text, size);
    else
        datagram_at(probe, text, size);
}

static void dns_clear(struct probe *probe)
{
    stream_clear(&((struct dns *)probe)->stream);
    datagram_clear(probe);
}

const struct probe_kind probe_dns = {
    .name = "dns",
    .size = sizeof(struct dns),
    .init = dns_init,
    .start = dns_start,
    .cancel = dns_cancel,
    .at = dns_at,
    .clear = dns_clear,
};
