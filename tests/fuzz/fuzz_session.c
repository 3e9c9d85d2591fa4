/*
 * A whole session from its octets: through framing, FSM, codecs and both RIBs, over loopback. The first octet chooses
 * what kind of session it is; the rest is what the neighbor sends. Where the session ends, the rest goes to a new one.
 *
 *     bit 0  raw: the octets as they are; else messages [type, length of two octets, body], to which a header is made
 *     bit 1  the session is established first
 *     bit 2  iBGP                      bit 3  both families, extended next hop, a role, graceful restart
 *     bit 4  import vips               bit 5  in pieces of seven octets
 *     bit 6  a maximum of two prefixes
 */
#include "bgpd/session/peer_private.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RAW = 1, ESTABLISHED = 2, IBGP = 4, RICH = 8, VIPS = 16, PIECES = 32, MAXIMUM = 64, SESSIONS_MAX = 4 };

static uv_loop_t loop;
static struct peer_context context;
static struct bgp_config bgp = {.local_as = 65010, .router_id = 0xc0000201u};
static struct neighbor_config neighbor;
static int listener, remote = -1; /* the neighbor's end of the connection */

static void no_log(enum log_level level, const char *line, void *user)
{
    (void)level;
    (void)line;
    (void)user;
}

static void set_up_once(void)
{
    if (context.loop)
        return;
    struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    static struct prefix vip;
    log_set_sink(no_log, NULL);
    if (uv_loop_init(&loop) < 0 || !prefix_parse(&vip, "203.0.113.9/32"))
        abort();
    context.loop = &loop;
    context.config = &bgp;
    context.released = true;
    context.journal = journal_new("bgpd");
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&loopback, sizeof loopback) < 0 || listen(listener, 1) < 0)
        abort();
    if (!context.journal)
        abort();
    vip_filter_set(&context.vips, &vip, 1);
}

static void configure(uint8_t kind)
{
    neighbor = (struct neighbor_config){.peer_as = kind & IBGP ? 65010 : 65515,
                                        .port = 179,
                                        .passive = true,
                                        .hold_time_s = 90,
                                        .connect_retry_ms = 5000,
                                        .ttl = 1,
                                        .families = kind & RICH ? FAMILY_BIT_IPV4 | FAMILY_BIT_IPV6 : FAMILY_BIT_IPV4,
                                        .extended_next_hop = kind & RICH,
                                        .graceful_restart = kind & RICH,
                                        .restart_time_s = 120,
                                        .import = kind & VIPS ? IMPORT_VIPS : IMPORT_ALL,
                                        .maximum_prefix = kind & MAXIMUM ? 2 : 0,
                                        .role = kind & RICH && !(kind & IBGP) ? ROLE_CUSTOMER : ROLE_NONE};
    address_parse(&neighbor.address, "192.0.2.4");
}

/* Something to be asked for with a route refresh. */
static void desire(struct peer *peer, const char *text)
{
    struct prefix prefix;
    struct path_attributes attributes = {.prepend = 2};
    prefix_parse(&prefix, text);
    address_parse(&attributes.next_hop, strchr(text, ':') ? "2001:db8::1" : "192.0.2.1");
    const struct path_attributes *interned = path_attributes_intern(&attributes);
    rib_out_set(peer->rib_out, &prefix, interned);
    path_attributes_unref(interned);
}

/* Lets the daemon's end take what was sent, and takes what it says. */
static void run(void)
{
    static uint8_t ignored[64 * 1024];
    uv_run(&loop, UV_RUN_NOWAIT);
    while (recv(remote, ignored, sizeof ignored, MSG_DONTWAIT) > 0)
        continue;
}

static void inject(struct peer *peer, const uint8_t *data, size_t size, uint8_t kind)
{
    size_t piece = kind & PIECES ? 7 : TRANSPORT_READ_MAX;
    for (size_t at = 0; at < size && peer->connections[THEIRS].transport; at += piece) {
        send(remote, data + at, size - at < piece ? size - at : piece, MSG_NOSIGNAL);
        run();
    }
}

static void establish(struct peer *peer)
{
    uint8_t data[2 * MESSAGE_MAX];
    struct wire_writer writer = wire_writer_of(data, sizeof data);
    struct open_message open = peer_local_open(peer);
    open.as = open.capabilities.as = neighbor.peer_as;
    open.router_id = 0xc0000204u;
    if (open.capabilities.role != ROLE_NONE)
        open.capabilities.role = ROLE_PROVIDER;
    open_encode(&writer, &open);
    keepalive_encode(&writer);
    inject(peer, data, writer.position, 0);
    if (!peer->session)
        abort();
}

/* With a reset: nothing of it is to wait in the kernel for the next input. */
static void end_session(void)
{
    if (remote >= 0)
        socket_reset(remote);
    remote = -1;
}

static void begin_session(struct peer *peer, uint8_t kind)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    end_session();
    remote = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    getsockname(listener, (struct sockaddr *)&address, &length);
    if (connect(remote, (struct sockaddr *)&address, length) < 0)
        abort();
    connection_accept(&peer->connections[THEIRS], accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC),
                      peer->config);
    if (!peer->connections[THEIRS].transport)
        abort();
    if (kind & ESTABLISHED)
        establish(peer);
}

static void inject_messages(struct peer *peer, const uint8_t *data, size_t size, uint8_t kind)
{
    static uint8_t message[MESSAGE_MAX_EXTENDED];
    struct wire_reader input = wire_reader_of(data, size);
    for (unsigned sessions = 1; wire_remaining(&input) > 0 && sessions <= SESSIONS_MAX;) {
        struct wire_writer writer = wire_writer_of(message, sizeof message);
        size_t begin = message_begin(&writer, wire_read_u8(&input));
        size_t length = wire_read_u16(&input);
        if (length > wire_remaining(&input))
            length = wire_remaining(&input);
        if (length > wire_space(&writer))
            length = wire_space(&writer);
        wire_write_bytes(&writer, wire_read_bytes(&input, length), length);
        message_end(&writer, begin);
        inject(peer, message, writer.position, kind);
        if (!peer->connections[THEIRS].transport) {
            begin_session(peer, kind);
            sessions++;
        }
    }
}

/* What holds whatever a neighbor says. */
static void check(const struct peer *peer)
{
    struct peer_status status;
    peer_status(peer, &status);
    if (status.prefixes_kept + status.prefixes_looped > status.prefixes_received)
        abort();
    if ((status.state == SESSION_ESTABLISHED) != peer_is_established(peer))
        abort();
    if (neighbor.maximum_prefix && status.prefixes_received > neighbor.maximum_prefix)
        abort();
    if (peer->session && rib_out_pending(peer->rib_out))
        abort(); /* there is always room, so everything has been sent */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    set_up_once();
    configure(data[0]);
    struct peer *peer = peer_new(&context, &neighbor);
    if (!peer)
        abort();
    desire(peer, "203.0.113.9/32");
    desire(peer, "2001:db8:9::1/128");
    peer_start(peer);
    begin_session(peer, data[0]);
    if (data[0] & RAW)
        inject(peer, data + 1, size - 1, data[0]);
    else
        inject_messages(peer, data + 1, size - 1, data[0]);
    check(peer);
    peer_remove(peer, CEASE_PEER_DECONFIGURED);
    end_session();
    for (unsigned i = 0; i < 3; i++) /* to the reset, then to the end of its handles */
        uv_run(&loop, UV_RUN_NOWAIT);
    return 0;
}
