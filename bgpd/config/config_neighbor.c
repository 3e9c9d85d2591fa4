/* The part of the configuration that is about BGP sessions. */
#include "bgpd/config/config_builder.h"
#include "lib/clock.h"
#include "lib/conf/neighbor.h"
#include "lib/model.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TTL_EBGP = 1, TTL_IBGP = 64, TTL_GTSM = 255, PASSWORD_MAX = 80 };

static uint64_t option_number(const struct lyd_node *neighbor, const char *leaf)
{
    const char *text = conf_neighbor_option(neighbor, leaf);

    return text ? strtoull(text, NULL, 10) : 0;
}

static bool option_is_true(const struct lyd_node *neighbor, const char *leaf)
{
    const char *text = conf_neighbor_option(neighbor, leaf);

    return text && strcmp(text, "true") == 0;
}

static uint64_t option_ms(const struct lyd_node *neighbor, const char *leaf)
{
    const char *text = conf_neighbor_option(neighbor, leaf);
    uint64_t ms = 0;

    if (text)
        duration_parse(text, &ms);
    return ms;
}

/* The position of the option's word in NAMES, or FALLBACK. */
static int option_word(const struct lyd_node *neighbor, const char *leaf, const char *const *names, int count,
                       int fallback)
{
    const char *text = conf_neighbor_option(neighbor, leaf);

    for (int i = 0; text && i < count; i++) {
        if (strcmp(text, names[i]) == 0)
            return i;
    }
    return fallback;
}

/* Reads the first line of FILE. Octets of the answer; -1 with errno. */
static ssize_t read_first_line(int file, char *line, size_t size)
{
    ssize_t length = read(file, line, size - 1);

    if (length < 0)
        return -1;
    line[length] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    return (ssize_t)strlen(line);
}

static void warn_of_readers(struct config_builder *builder, const struct lyd_node *node, int file)
{
    struct stat status;

    if (fstat(file, &status) == 0 && (status.st_mode & (S_IRWXO | S_IWGRP)) != 0)
        conf_warning(builder->conf, node, "password-file %s can be read or written by others: chmod 640 or stricter",
                     lyd_get_value(node));
}

/* NODE is the leaf 'password-file'. False after a warning. */
static bool read_password_file(struct config_builder *builder, const struct lyd_node *node,
                               struct neighbor_config *neighbor)
{
    const char *path = lyd_get_value(node);
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char line[1024] = "";
    ssize_t length = file < 0 ? -1 : read_first_line(file, line, sizeof line);
    bool sound = length > 0 && length <= PASSWORD_MAX;

    if (length < 0)
        conf_warning(builder->conf, node,
                     "cannot read password-file %s: %s; the neighbor is left out: fix it and reload", path,
                     strerror(errno));
    else if (!sound)
        conf_warning(builder->conf, node,
                     "password-file %s: its first line must have 1 to %d octets, it has %zd; the neighbor is left "
                     "out: fix it and reload",
                     path, PASSWORD_MAX, length);
    else
        neighbor->password = arena_copy(&builder->arena, line);
    explicit_bzero(line, sizeof line);
    if (file < 0)
        return false;
    warn_of_readers(builder, node, file);
    close(file);
    return sound;
}

static bool read_password(struct config_builder *builder, const struct lyd_node *node, struct neighbor_config *neighbor)
{
    const struct lyd_node *file = conf_neighbor_node(node, "password-file");

    if (file)
        return read_password_file(builder, file, neighbor);
    neighbor->password = arena_copy(&builder->arena, conf_neighbor_option(node, "password"));
    return true;
}

static void read_hops(const struct lyd_node *node, uint32_t local_as, struct neighbor_config *neighbor)
{
    uint8_t multihop = (uint8_t)option_number(node, "multihop");

    neighbor->ttl_security = (uint8_t)option_number(node, "ttl-security");
    if (neighbor->ttl_security)
        neighbor->ttl = TTL_GTSM;
    else if (multihop)
        neighbor->ttl = multihop;
    else
        neighbor->ttl = neighbor->peer_as == local_as ? TTL_IBGP : TTL_EBGP;
}

static void read_capabilities(const struct lyd_node *node, struct neighbor_config *neighbor)
{
    static const char *const imports[] = {"all", "vips", "none"};
    static const char *const roles[] = {"provider", "rs-server", "rs-client", "customer", "peer"};
    const struct lyd_node *restart = conf_neighbor_node(node, "graceful-restart");

    neighbor->families = (uint8_t)((conf_neighbor_has_family(node, "ipv4-unicast") ? FAMILY_BIT_IPV4 : 0) |
                                   (conf_neighbor_has_family(node, "ipv6-unicast") ? FAMILY_BIT_IPV6 : 0));
    neighbor->extended_next_hop = option_is_true(node, "extended-next-hop");
    neighbor->import = (enum import_policy)option_word(node, "import", imports, 3, IMPORT_ALL);
    neighbor->maximum_prefix = (uint32_t)option_number(node, "maximum-prefix");
    neighbor->role = (enum bgp_role)option_word(node, "role", roles, 5, ROLE_NONE);
    neighbor->graceful_restart = restart != NULL;
    neighbor->restart_time_s = (uint16_t)(model_duration_ms(restart, "restart-time", 0) / 1000);
}

/* What of NEIGHBOR this machine must have: false after a warning, and the neighbor is left out. The others go on. */
static bool read_local(struct config_builder *builder, const struct lyd_node *node, struct neighbor_config *neighbor,
                       struct locked_out *locked_out)
{
    struct bgp_config *config = &builder->config.bgp;
    const struct lyd_node *local = conf_neighbor_node(node, "local-address");
    bool there = config_address(builder, model_child(node, "remote-address"), &neighbor->address);

    if (local)
        there &= config_address(builder, local, &neighbor->local_address);
    if (!there)
        return false;
    if (read_password(builder, node, neighbor))
        return true;
    locked_out[config->locked_out_count++] = (struct locked_out){
        .address = neighbor->address,
        .password_file = arena_copy(&builder->arena, conf_neighbor_option(node, "password-file")),
    };
    return false;
}

static void read_neighbor(struct config_builder *builder, const struct lyd_node *node, struct neighbor_config *neighbor)
{
    const char *shutdown = conf_neighbor_option(node, "shutdown");

    neighbor->group = arena_copy(&builder->arena, model_text(node, "group"));
    neighbor->description = arena_copy(&builder->arena, conf_neighbor_option(node, "description"));
    neighbor->peer_as = (uint32_t)option_number(node, "peer-as");
    neighbor->port = (uint16_t)option_number(node, "port");
    neighbor->passive = option_is_true(node, "passive");
    neighbor->hold_time_s = (uint16_t)(option_ms(node, "hold-time") / 1000);
    neighbor->connect_retry_ms = (uint32_t)option_ms(node, "connect-retry-time");
    neighbor->shutdown = shutdown != NULL;
    neighbor->shutdown_text = arena_copy(&builder->arena, shutdown);
    read_hops(node, builder->config.bgp.local_as, neighbor);
    read_capabilities(node, neighbor);
}

static void read_neighbors(struct config_builder *builder, const struct lyd_node *bgp)
{
    struct bgp_config *config = &builder->config.bgp;
    size_t count = model_count(lyd_child(bgp), "neighbor");
    struct neighbor_config *neighbors = arena_alloc(&builder->arena, count * sizeof *neighbors);
    struct locked_out *locked_out = arena_alloc(&builder->arena, count * sizeof *locked_out);

    if (!neighbors || !locked_out)
        return;
    config->neighbors = neighbors;
    config->locked_out = locked_out;
    MODEL_FOR_EACH(node, lyd_child(bgp), "neighbor")
    {
        struct neighbor_config *neighbor = &neighbors[config->neighbor_count];
        *neighbor = (struct neighbor_config){0};
        if (!read_local(builder, node, neighbor, locked_out))
            continue;
        read_neighbor(builder, node, neighbor);
        config->neighbor_count++;
    }
}

static void read_listen(struct config_builder *builder, const struct lyd_node *listen)
{
    struct bgp_config *config = &builder->config.bgp;
    size_t count = model_count(lyd_child(listen), "address");
    struct address *addresses = arena_alloc(&builder->arena, count * sizeof *addresses);

    if (!addresses)
        return;
    config->listen_enabled = model_boolean(listen, "enabled", true);
    config->listen_port = (uint16_t)model_number(listen, "port", 179);
    config->listen_addresses = addresses;
    MODEL_FOR_EACH(node, lyd_child(listen), "address")
    {
        if (config_address(builder, node, &addresses[config->listen_count]))
            config->listen_count++;
    }
}

void config_read_bgp(struct config_builder *builder)
{
    struct bgp_config *config = &builder->config.bgp;
    const struct lyd_node *bgp = model_sibling(builder->tree, "bgp");
    struct in_addr router_id = {0};

    if (!bgp)
        return;
    inet_pton(AF_INET, model_text(bgp, "router-id"), &router_id);
    config->local_as = (uint32_t)model_number(bgp, "local-as", 0);
    config->router_id = ntohl(router_id.s_addr);
    read_listen(builder, model_child(bgp, "listen"));
    read_neighbors(builder, bgp);
}
