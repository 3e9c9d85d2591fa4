/*
 * A probe kind as the configuration sees it: the container of the schema and the settings made from it. They are read
 * here and nowhere else, by `vipgate config check` as by the daemons, so that what one accepts the others accept. How a
 * probe of the kind runs is in healthd/probes.
 */
#ifndef VIPGATE_LIB_KINDS_KIND_H
#define VIPGATE_LIB_KINDS_KIND_H

#include "lib/arena.h"
#include "lib/expression.h"
#include "lib/kinds/endpoint.h"
#include "lib/prefix.h"

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a kind puts what is wrong in its settings: the node, and one line with the remedy. */
typedef void kind_complaint(const struct lyd_node *node, const char *message, void *user);

/* What the settings of one check are read with. */
struct kind_room {
    struct arena *arena; /* holds all that the settings point to */
    kind_complaint *complaint;
    void *user;
};

void kind_complain(const struct kind_room *room, const struct lyd_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct kind {
    const char *name; /* the container of the schema */
    size_t settings_size;

    /* Fills in the zeroed SETTINGS from the kind's container NODE; false after at least one complaint. No I/O: that a
     * file is missing is a probe's outcome, not an error of the configuration. Nothing points into NODE afterwards. A
     * copy in the arena is NULL where memory ran out: it is not to be read here. */
    bool (*configure)(void *settings, const struct lyd_node *node, const struct kind_room *room);
};

/* All kinds: NAME is the container of the schema; struct NAME_settings is below, probe_NAME in healthd. */
#define KINDS(KIND)                                                                                                    \
    KIND(coap)                                                                                                         \
    KIND(dns)                                                                                                          \
    KIND(exec)                                                                                                         \
    KIND(file)                                                                                                         \
    KIND(grpc)                                                                                                         \
    KIND(haproxy)                                                                                                      \
    KIND(http)                                                                                                         \
    KIND(icmp)                                                                                                         \
    KIND(process)                                                                                                      \
    KIND(tcp)                                                                                                          \
    KIND(udp)                                                                                                          \
    KIND(websocket)

/* The kind of that name; NULL where there is none. */
const struct kind *kind_find(const char *name);

/* The container of CHECK, a list entry, that its choice of probe kinds has; NULL where there is none. */
const struct lyd_node *kind_node(const struct lyd_node *check);

/* The settings in KIND's container NODE; NULL after at least one complaint, also where memory ran out. They live as
 * long as the arena. */
void *kind_configure(const struct kind *kind, const struct lyd_node *node, const struct kind_room *room);

/* ---- the settings of each kind ---- */

/* What all of them begin with. */
struct kind_settings {
    const char *target; /* whom the probe asks, as an operator would call it: "192.0.2.1:80", "http://…" */
};

/* The TLS leaves that several kinds share (grouping tls-options of the schema). */
struct tls_settings {
    const char *ca_file;            /* NULL: the system's */
    const char *name;               /* for SNI and verification: server-name, else the host */
    const char *client_certificate; /* PEM with certificate and key; NULL: none */
    bool verify;
    bool certificate_expiry;   /* certificate_days is to be looked at */
    uint16_t certificate_days; /* FAIL when fewer are left */
};

enum coap_option_number { COAP_URI_HOST = 3, COAP_URI_PATH = 11, COAP_URI_QUERY = 15 };

/* VALUE may hold any octet. */
struct coap_option {
    enum coap_option_number number;
    const char *value;
    size_t length; /* at most 255 */
};

struct coap_settings {
    struct kind_settings base; /* first */
    struct endpoint target;
    size_t option_count;
    struct coap_option *options; /* what the URI asks for (RFC 7252 section 6.4), in ascending order */
    bool ping;
    uint8_t expect_code;
};

/* Of those that expect-address asks for (RFC 1035, RFC 3596). */
enum { DNS_TYPE_A = 1, DNS_TYPE_AAAA = 28 };

struct dns_settings {
    struct kind_settings base; /* first */
    struct endpoint server;
    const char *name;
    int type; /* the number of RFC 1035 section 3.2.2 */
    int expect_rcode;
    struct address expect_address; /* FAMILY_NONE: any */
    int transport;                 /* SOCK_DGRAM or SOCK_STREAM */
};

/* "NXDOMAIN"; "unknown rcode" for one that the schema has no word for. */
const char *dns_rcode_name(int rcode);

struct exec_settings {
    struct kind_settings base; /* first */
    char **command;            /* the words of it, NULL-terminated; the first is an absolute path */
    const char *user;          /* NULL: as we are */
};

struct file_settings {
    struct kind_settings base; /* first */
    bool expect_present;
};

struct grpc_settings {
    struct kind_settings base; /* first */
    struct endpoint target;
    const char *authority; /* HOST:PORT, with server-name in place of the host where there is one */
    const char *service;
    bool tls_used;
    struct tls_settings tls;
};

struct haproxy_settings {
    struct kind_settings base; /* first */
    size_t socket_count;
    char **sockets; /* each short enough for a socket address */
    const char *backend;
    const char *server; /* NULL: all */
    unsigned minimum;
    bool minimum_is_percent;
};

struct status_range {
    uint16_t low, high;
};

/* A header field. */
struct http_field {
    const char *name, *value;
};

enum http_version { HTTP_1_1, HTTP_2 };

struct http_settings {
    struct kind_settings base; /* first */
    enum http_version version;
    const char *method, *path, *host; /* host: for Host or :authority */
    size_t field_count;
    struct http_field *fields; /* as written; Host may be among them */
    const char *request;       /* for HTTP/1.1: all of it */
    size_t status_count;
    struct status_range *statuses;
    const char *expect_body;       /* NULL: any */
    const struct expression *body; /* expect_body, compiled */
    struct endpoint target;        /* whom to connect to: connect-to, else the URL's host and port */
    const char *unix_socket;       /* in place of target; NULL: none */
    bool tls_used;                 /* https */
    bool proxy_protocol;
    struct tls_settings tls;
};

/* Whether STATUS is one that was asked for. */
bool http_settings_expect_status(const struct http_settings *settings, long status);

struct icmp_settings {
    struct kind_settings base; /* first */
    struct endpoint target;    /* port 0 */
};

struct process_settings {
    struct kind_settings base; /* first */
};

struct tcp_settings {
    struct kind_settings base; /* first */
    struct endpoint target;
    const char *send;   /* NULL: nothing */
    const char *expect; /* NULL: nothing */
    bool hold_open;
};

struct udp_settings {
    struct kind_settings base; /* first */
    struct endpoint target;
    const char *send;   /* NULL: an empty datagram */
    const char *expect; /* NULL: any answer */
};

struct websocket_settings {
    struct kind_settings base; /* first */
    const char *host;          /* for the Host header */
    const char *path;          /* with the query; at least "/" */
    const char *subprotocol;   /* NULL: none */
    struct endpoint target;
    bool tls_used; /* wss */
    bool ping;
    struct tls_settings tls;
};

#endif
