/*
 * udp: a datagram, and the answer to it. Silence is a FAIL: over UDP an answer is the only sign of life, but for a port
 * unreachable, which is the kernel's word that nobody is there. Without `send` an empty datagram goes out.
 */
#include "healthd/net/datagram.h"
#include "healthd/probes/kinds.h"
#include "lib/kinds/kind.h"

#include <string.h>

static int ask(struct datagram *datagram)
{
    const struct udp_settings *settings = datagram->probe.settings;
    const char *text = settings->send ? settings->send : "";

    return datagram_send(datagram, text, strlen(text));
}

static void take(struct datagram *datagram, const uint8_t *bytes, size_t size)
{
    const struct udp_settings *settings = datagram->probe.settings;
    const char *expect = settings->expect;

    if (expect && !memmem(bytes, size, expect, strlen(expect)))
        datagram_end(datagram, REASON_MISMATCH, "answered %zu bytes without the expected text", size);
    else
        datagram_end(datagram, REASON_NONE, "answered %zu bytes", size);
}

static bool udp_init(struct probe *probe)
{
    static const struct datagram_user user = {.what = "datagram to", .ask = ask, .take = take};

    return datagram_init(probe, &((const struct udp_settings *)probe->settings)->target, &user);
}

const struct probe_kind probe_udp = {
    .name = "udp",
    .size = sizeof(struct datagram),
    .init = udp_init,
    DATAGRAM_PROBE,
};
