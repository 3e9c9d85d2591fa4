#include "healthd/net/resolve.h"

#include "lib/clock.h"

#include <ares.h>
#include <bsd/string.h>
#include <bsd/sys/tree.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    /* How long the first answer with addresses waits for the other family's (RFC 8305 section 3). */
    RESOLUTION_DELAY_MS = 50,
    /* Names of the hosts file have TTL 0; and no TTL makes us ask more often than this, or keep longer than that. */
    TTL_MIN_S = 1,
    TTL_MAX_S = 3600,
    /* A lost answer is asked for again after this, while there is something to go on with. */
    RETRY_MS = 5000,
};

/* What is known of a name's addresses of one family. */
struct half {
    struct name *name;
    int family;
    bool looking_up;
    int status; /* of c-ares, of the last lookup */
    uint64_t expires_ms;
    size_t count;
    struct address addresses[RESOLVE_ADDRESSES_MAX];
};

enum { IPV4, IPV6, HALVES };

struct name {
    RB_ENTRY(name) link;
    LIST_ENTRY(name) partial_link;
    struct resolver *resolver;
    char *host;
    unsigned references;
    bool fixed;          /* there is nothing to look up */
    uint64_t partial_ms; /* since when one half is known and the other awaited; 0: not so */
    LIST_HEAD(, resolve_query) waiting;
    struct half halves[HALVES];
    size_t count; /* of both families */
    struct address addresses[RESOLVE_ADDRESSES_MAX];
};

RB_HEAD(name_tree, name);

struct resolver {
    struct name_servers *servers;
    struct name_tree names;
    LIST_HEAD(, name) partial; /* names whose askers wait for the second half */
};

static int compare_names(const struct name *a, const struct name *b)
{
    return strcasecmp(a->host, b->host);
}

RB_GENERATE_INTERNAL(name_tree, name, link, compare_names, __attribute__((unused)) static)

/* ---- names ---- */

/* Both loopback addresses where HOST is localhost or below it; their number, else 0. IPv4 comes first: a datagram goes
 * to the first alone. */
static size_t addresses_of(const char *host, struct address *addresses)
{
    static const char localhost[] = ".localhost";
    size_t length = strlen(host), word = strlen(localhost);

    length -= length && host[length - 1] == '.';
    bool below = length > word && strncasecmp(host + length - word, localhost, word) == 0;
    if (!below && !(length == word - 1 && strncasecmp(host, localhost + 1, length) == 0))
        return 0;
    address_parse(&addresses[0], "127.0.0.1");
    address_parse(&addresses[1], "::1");
    return 2;
}

struct name *name_acquire(struct resolver *resolver, const char *host)
{
    struct name wanted = {.host = (char *)host};
    struct name *name = RB_FIND(name_tree, &resolver->names, &wanted);

    if (name) {
        name->references++;
        return name;
    }
    name = calloc(1, sizeof *name);
    if (!name)
        return NULL;
    name->host = strdup(host);
    if (!name->host) {
        free(name);
        return NULL;
    }
    name->resolver = resolver;
    name->references = 1;
    name->halves[IPV4] = (struct half){.name = name, .family = AF_INET};
    name->halves[IPV6] = (struct half){.name = name, .family = AF_INET6};
    name->count = address_parse(&name->addresses[0], host) ? 1 : addresses_of(host, name->addresses);
    name->fixed = name->count;
    RB_INSERT(name_tree, &resolver->names, name);
    return name;
}

static bool is_looking_up(const struct name *name)
{
    return name->halves[IPV4].looking_up || name->halves[IPV6].looking_up;
}

static void name_free(struct name *name)
{
    free(name->host);
    free(name);
}

static void end_partial(struct name *name)
{
    if (name->partial_ms)
        LIST_REMOVE(name, partial_link);
    name->partial_ms = 0;
}

void name_release(struct name *name)
{
    if (!name || --name->references > 0)
        return;
    RB_REMOVE(name_tree, &name->resolver->names, name);
    end_partial(name);
    /* A lookup under way still points here: its answer frees the name. */
    if (!is_looking_up(name))
        name_free(name);
}

/* ---- answers ---- */

/* Whether RFC 6724 puts IPv4 before ADDRESS, which is of a kind with a lower precedence (its section 2.1): unique
 * local, 6to4, Teredo. */
static bool comes_after_ipv4(const struct address *address)
{
    const uint8_t *octets = address->octets;

    return (octets[0] & 0xfe) == 0xfc || (octets[0] == 0x20 && octets[1] == 0x02) ||
           (octets[0] == 0x20 && octets[1] == 0x01 && octets[2] == 0 && octets[3] == 0);
}

/* Both families' addresses in turn. */
static void merge(struct name *name)
{
    const struct half *first = &name->halves[IPV6], *second = &name->halves[IPV4];

    if (first->count && comes_after_ipv4(&first->addresses[0])) {
        first = &name->halves[IPV4];
        second = &name->halves[IPV6];
    }
    name->count = 0;
    for (size_t i = 0; i < RESOLVE_ADDRESSES_MAX; i++) {
        if (i < first->count && name->count < RESOLVE_ADDRESSES_MAX)
            name->addresses[name->count++] = first->addresses[i];
        if (i < second->count && name->count < RESOLVE_ADDRESSES_MAX)
            name->addresses[name->count++] = second->addresses[i];
    }
}

static bool is_negative(int status)
{
    return status == ARES_ENOTFOUND || status == ARES_ENODATA || status == ARES_EBADNAME || status == ARES_ENONAME;
}

static enum resolve_result result_of(const struct name *name)
{
    if (name->count)
        return RESOLVE_OK;
    return is_negative(name->halves[IPV4].status) && is_negative(name->halves[IPV6].status) ? RESOLVE_NO_SUCH_NAME
                                                                                            : RESOLVE_NO_ANSWER;
}

static void tell_waiting(struct name *name)
{
    struct resolve_query *query;

    end_partial(name);
    while ((query = LIST_FIRST(&name->waiting))) {
        resolve_cancel(query);
        query->done(query, result_of(name));
    }
}

static bool tell_partial(void *user)
{
    struct resolver *resolver = user;
    struct name *name, *next;

    for (name = LIST_FIRST(&resolver->partial); name; name = next) {
        next = LIST_NEXT(name, partial_link);
        if (clock_monotonic_ms() >= name->partial_ms + RESOLUTION_DELAY_MS)
            tell_waiting(name);
    }
    return !LIST_EMPTY(&resolver->partial);
}

/* Tells who waits: when both families have been answered, at once with IPv6 addresses, and soon with others. */
static void tell_when_ready(struct name *name)
{
    if (!is_looking_up(name) || name->halves[IPV6].count) {
        tell_waiting(name);
    } else if (name->count && !name->partial_ms) {
        name->partial_ms = clock_monotonic_ms();
        LIST_INSERT_HEAD(&name->resolver->partial, name, partial_link);
    }
}

static void take_addresses(struct half *half, const struct ares_addrinfo *answer)
{
    int ttl = TTL_MAX_S;

    half->count = 0;
    for (const struct ares_addrinfo_node *node = answer->nodes; node; node = node->ai_next) {
        if (node->ai_ttl < ttl)
            ttl = node->ai_ttl < TTL_MIN_S ? TTL_MIN_S : node->ai_ttl;
        if (half->count < RESOLVE_ADDRESSES_MAX)
            half->addresses[half->count++] = address_from_socket(node->ai_addr, NULL);
    }
    half->expires_ms = clock_monotonic_ms() + (uint64_t)ttl * 1000;
}

/* An answer that there is nothing counts; none at all leaves what is known. */
static void take_answer(struct half *half, int status, const struct ares_addrinfo *answer)
{
    half->status = status == ARES_SUCCESS && !answer->nodes ? ARES_ENODATA : status;
    half->expires_ms = clock_monotonic_ms() + RETRY_MS;
    if (half->status == ARES_SUCCESS)
        take_addresses(half, answer);
    else if (is_negative(half->status))
        half->count = 0;
    merge(half->name);
}

static void look_up(struct half *half);

static void on_answer(void *user, int status, int timeouts, struct ares_addrinfo *answer)
{
    struct half *half = user;
    struct name *name = half->name;

    (void)timeouts;
    half->looking_up = false;
    if (name->references > 0 && status == ARES_EDESTRUCTION)
        return look_up(half); /* the name servers have changed */
    take_answer(half, status, answer);
    if (answer)
        ares_freeaddrinfo(answer);
    if (name->references > 0)
        tell_when_ready(name);
    else if (!is_looking_up(name))
        name_free(name);
}

/* ---- questions ---- */

static void look_up(struct half *half)
{
    half->looking_up = true;
    name_servers_ask(half->name->resolver->servers, half->name->host, half->family, on_answer, half);
}

/* The addresses that the hosts file has for the name, of HALF's family, into HALF. */
static void read_hosts_file(struct half *half)
{
    struct hostent *host = NULL;
    bool ipv4 = half->family == AF_INET;

    half->status = name_servers_hosts_file(half->name->resolver->servers, half->name->host, half->family, &host);
    if (half->status != ARES_SUCCESS)
        return;
    for (char **at = host->h_addr_list; *at && half->count < RESOLVE_ADDRESSES_MAX; at++) {
        struct address *address = &half->addresses[half->count++];
        address->family = ipv4 ? FAMILY_IPV4 : FAMILY_IPV6;
        memcpy(address->octets, *at, family_octets(address->family));
    }
    ares_free_hostent(host);
}

/* Whether the hosts file knows the name, of either family; it then holds all there is. */
static bool look_into_hosts_file(struct name *name)
{
    struct half found[HALVES] = {{.name = name, .family = AF_INET}, {.name = name, .family = AF_INET6}};

    for (int i = 0; i < HALVES; i++) {
        read_hosts_file(&found[i]);
        found[i].looking_up = name->halves[i].looking_up;
        found[i].expires_ms = clock_monotonic_ms() + TTL_MIN_S * 1000;
    }
    if (!found[IPV4].count && !found[IPV6].count)
        return false;
    memcpy(name->halves, found, sizeof found);
    merge(name);
    return true;
}

/* Whether HALF is to be asked for: where nothing is known, always. That there is none of this family holds as long as
 * what there is of the other. */
static bool is_due(const struct half *half)
{
    const struct name *name = half->name;
    const struct half *other = &name->halves[half == &name->halves[IPV4] ? IPV6 : IPV4];
    uint64_t expires_ms = is_negative(half->status) && other->count ? other->expires_ms : half->expires_ms;

    return !half->looking_up && (!name->count || clock_monotonic_ms() >= expires_ms);
}

enum resolve_result resolve_start(struct name *name, struct resolve_query *query, resolve_done *done)
{
    bool ipv4 = is_due(&name->halves[IPV4]), ipv6 = is_due(&name->halves[IPV6]);

    if (name->fixed || (!ipv4 && !ipv6 && name->count))
        return RESOLVE_OK;
    if ((ipv4 || ipv6) && !look_into_hosts_file(name)) {
        if (ipv4)
            look_up(&name->halves[IPV4]);
        if (ipv6)
            look_up(&name->halves[IPV6]);
    }
    if (name->count)
        return RESOLVE_OK;
    if (!is_looking_up(name))
        return result_of(name);
    *query = (struct resolve_query){.done = done, .name = name};
    LIST_INSERT_HEAD(&name->waiting, query, line);
    return RESOLVE_LATER;
}

void resolve_cancel(struct resolve_query *query)
{
    if (query->name)
        LIST_REMOVE(query, line);
    query->name = NULL;
}

const struct address *name_addresses(const struct name *name, size_t *count)
{
    *count = name->count;
    return name->addresses;
}

const char *name_host(const struct name *name)
{
    return name->host;
}

const char *name_error(const struct name *name)
{
    const struct half *ipv4 = &name->halves[IPV4], *ipv6 = &name->halves[IPV6];

    return ares_strerror(is_negative(ipv4->status) ? ipv6->status : ipv4->status);
}

/* ---- the resolver ---- */

/* What is known goes on being used, and is asked for again. */
static void on_servers_changed(void *user)
{
    struct resolver *resolver = user;

    for (struct name *name = RB_MIN(name_tree, &resolver->names); name;
         name = RB_NEXT(name_tree, &resolver->names, name))
        name->halves[IPV4].expires_ms = name->halves[IPV6].expires_ms = 0;
}

struct resolver *resolver_new(uv_loop_t *loop, struct watcher *watcher, const struct name_servers_source *source,
                              char *error, size_t size)
{
    struct resolver *resolver = calloc(1, sizeof *resolver);
    const struct name_servers_client client = {.changed = on_servers_changed, .tick = tell_partial, .user = resolver};

    if (!resolver) {
        strlcpy(error, "out of memory", size);
        return NULL;
    }
    RB_INIT(&resolver->names);
    LIST_INIT(&resolver->partial);
    resolver->servers = name_servers_new(loop, watcher, source, &client, error, size);
    if (resolver->servers)
        return resolver;
    free(resolver);
    return NULL;
}

void resolver_free(struct resolver *resolver)
{
    if (!resolver)
        return;
    name_servers_free(resolver->servers);
    free(resolver);
}
