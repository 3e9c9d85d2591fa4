/*
 * c-ares on our loop, asking the name servers of resolv.conf: the sockets, the times, and another channel when the file
 * has changed.
 */
#ifndef VIPGATE_HEALTHD_NET_NAME_SERVERS_H
#define VIPGATE_HEALTHD_NET_NAME_SERVERS_H

#include <ares.h>
#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct name_servers;
struct watcher;

/* Which to ask: those of the file at PATH, at PORT. */
struct name_servers_source {
    const char *path;
    uint16_t port;
};

/* Who asks them. */
struct name_servers_client {
    /* The name servers are others now. The lookups under way end with ARES_EDESTRUCTION after this. */
    void (*changed)(void *user);
    /* Comes every few ten milliseconds while a lookup is under way, and on as long as it answers true. */
    bool (*tick)(void *user);
    void *user;
};

/* SOURCE is NULL for /etc/resolv.conf and port 53; its path outlives the name servers. NULL with the reason in ERROR.
 */
struct name_servers *name_servers_new(uv_loop_t *loop, struct watcher *watcher,
                                      const struct name_servers_source *source,
                                      const struct name_servers_client *client, char *error, size_t size);

/* Ends the lookups under way with ARES_EDESTRUCTION. NULL is nothing. */
void name_servers_free(struct name_servers *servers);

/* Looks up the addresses of HOST of one FAMILY; DONE may be called before this returns. */
void name_servers_ask(struct name_servers *servers, const char *host, int family, ares_addrinfo_callback done,
                      void *user);

/* The addresses that the hosts file has: a status of c-ares. Undo with ares_free_hostent. */
int name_servers_hosts_file(struct name_servers *servers, const char *host, int family, struct hostent **found);

#endif
