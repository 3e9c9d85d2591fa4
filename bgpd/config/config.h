/*
 * bgpd's configuration as a value: plain structs made from the validated tree, owned by one arena-like object that is
 * never changed after it was built. A reload builds a new one, compares, applies, and frees the old one.
 */
#ifndef VIPGATE_BGPD_CONFIG_CONFIG_H
#define VIPGATE_BGPD_CONFIG_CONFIG_H

#include "bgpd/codec/capability.h"
#include "bgpd/codec/path_attributes.h"
#include "bgpd/config/vip_index.h"
#include "lib/conf/conf.h"
#include "lib/damping.h"
#include "lib/prefix.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum import_policy { IMPORT_ALL, IMPORT_VIPS, IMPORT_NONE };

/* One neighbor with everything resolved: group, platform and defaults are already in it. */
struct neighbor_config {
    struct address address;
    const char *group;       /* NULL: none */
    const char *description; /* NULL: none */
    uint32_t peer_as;
    struct address local_address; /* FAMILY_NONE: the kernel chooses */
    uint16_t port;
    bool passive;
    uint16_t hold_time_s;
    uint32_t connect_retry_ms;
    uint8_t ttl;          /* TTL to send: 255 with ttl-security */
    uint8_t ttl_security; /* GTSM (RFC 5082): hops allowed; 0: off */
    const char *password; /* TCP MD5; NULL: none. Never logged, never shown */
    uint8_t families;     /* FAMILY_BIT_… */
    bool extended_next_hop;
    enum import_policy import;
    uint32_t maximum_prefix; /* 0: no limit */
    enum bgp_role role;
    bool graceful_restart;
    uint16_t restart_time_s;
    bool shutdown;
    const char *shutdown_text; /* RFC 9003 */
};

/* A neighbor that is left out because its password cannot be read. */
struct locked_out {
    struct address address;
    const char *password_file;
};

struct bgp_config {
    uint32_t local_as;
    uint32_t router_id; /* host byte order */
    bool listen_enabled;
    uint16_t listen_port;
    const struct address *listen_addresses;
    size_t listen_count;
    const struct neighbor_config *neighbors;
    size_t neighbor_count;
    const struct locked_out *locked_out;
    size_t locked_out_count;
};

struct profile_config {
    const char *name; /* "default" where the vip names none */
    /* Interned by bgpd_config_intern, which holds a reference; before that the configuration's own. */
    const struct path_attributes *attributes;
};

enum gate_require { REQUIRE_ALL, REQUIRE_ANY, REQUIRE_COUNT };
enum health_loss { HEALTH_LOSS_WITHDRAW, HEALTH_LOSS_DEGRADE, HEALTH_LOSS_HOLD };

/* A check as far as a gate needs to know it. */
struct gate_check {
    const char *name;
    uint64_t first_verdict_ms; /* the longest that a working health daemon takes to come to a first verdict */
};

struct gate_config {
    const struct gate_check *checks;
    size_t check_count; /* 0: no gate, announced always */
    enum gate_require require;
    unsigned require_count;
    int degraded_below;   /* percent; -1: never degraded */
    int degraded_recover; /* percent; equals degraded_below where not written */
};

struct vip_config {
    struct prefix prefix;
    const struct profile_config *profile;
    const struct profile_config *degraded_profile; /* NULL: degraded is as down */
    struct gate_config gate;
    const struct address *neighbors;
    size_t neighbor_count; /* 0: all */
    bool manage_address;
    bool keep_address;
    const char *interface;
    const char *label; /* NULL: none */
    uint64_t hold_down_ms;
    enum health_loss on_health_loss;
    struct damping_config damping;
};

struct bgpd_config {
    uint64_t lease_ms;
    struct bgp_config bgp; /* local_as 0: no bgp statement */
    const struct vip_config *vips;
    size_t vip_count;
    struct vip_index vip_index;
};

/* Builds the configuration from CONF, in any thread, which was found sound. What only the system knows (a password file
 * that can't be read, an interface of a link-local neighbor that is not there) is added to CONF's errors; NULL then.
 * Nothing in the result points into CONF's tree. */
struct bgpd_config *bgpd_config_new(struct conf *conf);

/* Interns the attributes of all profiles, in the thread of the loop, whose table they are in: what follows compares
 * them by their address. False when out of memory; the configuration is then only to be freed. */
bool bgpd_config_intern(struct bgpd_config *config);

void bgpd_config_free(struct bgpd_config *config);

/* Whether nothing of a VIP changes from A to B, both of them interned. */
bool vip_config_equal(const struct vip_config *a, const struct vip_config *b);

/* Whether it is for the same neighbors in A and B. */
bool vip_config_same_neighbors(const struct vip_config *a, const struct vip_config *b);

#endif
