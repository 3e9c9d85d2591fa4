#include "bgpd/announce/loopback.h"

#include "bgpd/announce/address_table.h"
#include "bgpd/announce/interface_table.h"
#include "lib/log.h"

#include <bsd/string.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BUFFER_SIZE = 32 * 1024, /* what the kernel fills at most in one answer of a dump */
    EVENT_BUFFER_SIZE = 4 * 1024 * 1024,
    ADDED_BY_VIPGATE = 186, /* RTPROT_BGP, as the origin of an address */
    DUMP_TRIES = 5,
};

#ifndef IFA_PROTO
#define IFA_PROTO 11
#endif

struct loopback {
    uv_poll_t poll;
    struct mnl_socket *requests, *events;
    unsigned sequence;
    struct address_table addresses;
    struct interface_table interfaces;
    uint64_t generation;
    loopback_change *change;
    void *user;
    char buffer[BUFFER_SIZE];
};

/* ---- reading ---- */

static bool read_address(const struct nlmsghdr *message, struct interface_address *address)
{
    const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
    const struct nlattr *attribute, *local = NULL, *peer = NULL;

    *address = (struct interface_address){.interface = header->ifa_index};
    mnl_attr_for_each(attribute, message, sizeof *header)
    {
        if (mnl_attr_get_type(attribute) == IFA_LOCAL)
            local = attribute;
        else if (mnl_attr_get_type(attribute) == IFA_ADDRESS)
            peer = attribute;
        else if (mnl_attr_get_type(attribute) == IFA_PROTO)
            address->ours = mnl_attr_get_u8(attribute) == ADDED_BY_VIPGATE;
    }
    local = local ? local : peer;
    address->prefix.family = header->ifa_family == AF_INET    ? FAMILY_IPV4
                             : header->ifa_family == AF_INET6 ? FAMILY_IPV6
                                                              : FAMILY_NONE;
    address->prefix.length = header->ifa_prefixlen;
    if (!local || mnl_attr_get_payload_len(local) != family_octets(address->prefix.family))
        return false;
    memcpy(address->prefix.octets, mnl_attr_get_payload(local), mnl_attr_get_payload_len(local));
    return true;
}

static bool read_interface(const struct nlmsghdr *message, struct interface *interface)
{
    const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
    const struct nlattr *attribute;

    *interface = (struct interface){.index = (unsigned)header->ifi_index, .is_up = header->ifi_flags & IFF_UP};
    mnl_attr_for_each(attribute, message, sizeof *header)
    {
        if (mnl_attr_get_type(attribute) == IFLA_IFNAME)
            strlcpy(interface->name, mnl_attr_get_str(attribute), sizeof interface->name);
    }
    /* Other families tell of an interface's part in them, such as a bridge's ports. */
    return header->ifi_family == AF_UNSPEC && interface->name[0];
}

static int take_message(const struct nlmsghdr *message, void *user)
{
    struct loopback *loopback = user;
    struct interface_address address;
    struct interface interface;
    bool ok = true;

    if (message->nlmsg_type == RTM_NEWADDR && read_address(message, &address))
        ok = address_table_add(&loopback->addresses, &address);
    else if (message->nlmsg_type == RTM_DELADDR && read_address(message, &address))
        address_table_remove(&loopback->addresses, &address.prefix, address.interface);
    else if (message->nlmsg_type == RTM_NEWLINK && read_interface(message, &interface))
        ok = interface_table_put(&loopback->interfaces, &interface);
    else if (message->nlmsg_type == RTM_DELLINK && read_interface(message, &interface))
        interface_table_remove(&loopback->interfaces, interface.index);
    loopback->generation++;
    return ok ? MNL_CB_OK : MNL_CB_ERROR;
}

/* Sends a request. What an answer that was given up left in the socket would be taken for the next one's. */
static bool send_request(struct loopback *loopback, const struct nlmsghdr *message)
{
    char stale[1];

    while (recv(mnl_socket_get_fd(loopback->requests), stale, sizeof stale, MSG_TRUNC) > 0)
        ;
    return mnl_socket_sendto(loopback->requests, message, message->nlmsg_len) >= 0;
}

/* One whole dump of TYPE, RTM_GETADDR or RTM_GETLINK; false with errno. EINTR: something changed meanwhile. */
static bool dump_type(struct loopback *loopback, uint16_t type)
{
    struct nlmsghdr *message = mnl_nlmsg_put_header(loopback->buffer);
    struct rtgenmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    unsigned port = mnl_socket_get_portid(loopback->requests), sequence = ++loopback->sequence;
    int result = MNL_CB_OK;

    message->nlmsg_type = type;
    message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    message->nlmsg_seq = sequence;
    header->rtgen_family = AF_UNSPEC;
    if (!send_request(loopback, message))
        return false;
    while (result > MNL_CB_STOP) {
        ssize_t size = mnl_socket_recvfrom(loopback->requests, loopback->buffer, sizeof loopback->buffer);
        if (size < 0)
            return false;
        result = mnl_cb_run(loopback->buffer, (size_t)size, sequence, port, take_message, loopback);
    }
    return result == MNL_CB_STOP;
}

static bool dump(struct loopback *loopback)
{
    bool ok = false;

    for (int i = 0; !ok && i < DUMP_TRIES; i++) {
        address_table_clear(&loopback->addresses);
        interface_table_clear(&loopback->interfaces);
        ok = dump_type(loopback, RTM_GETLINK) && dump_type(loopback, RTM_GETADDR);
    }
    loopback->generation++;
    return ok;
}

/* Takes all that happened. What we did ourselves is among it, in order, so that only the end of it counts. */
static void on_events(uv_poll_t *poll, int status, int events)
{
    struct loopback *loopback = poll->data;
    ssize_t size;

    (void)events;
    while (status == 0 && (size = mnl_socket_recvfrom(loopback->events, loopback->buffer, sizeof loopback->buffer)) > 0)
        mnl_cb_run(loopback->buffer, (size_t)size, 0, 0, take_message, loopback);
    /* Some were lost when there were too many (ENOBUFS). */
    if ((status != 0 || errno != EAGAIN) && !dump(loopback))
        log_error(NULL, "rtnetlink: cannot read this machine's addresses: %s", strerror(errno));
    loopback->change(loopback->user);
}

/* ---- opening and closing ---- */

static struct mnl_socket *open_socket(unsigned groups)
{
    struct mnl_socket *netlink = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (netlink && mnl_socket_bind(netlink, groups, MNL_SOCKET_AUTOPID) < 0) {
        mnl_socket_close(netlink);
        netlink = NULL;
    }
    return netlink;
}

static void loopback_free(struct loopback *loopback)
{
    if (loopback->requests)
        mnl_socket_close(loopback->requests);
    if (loopback->events)
        mnl_socket_close(loopback->events);
    address_table_clear(&loopback->addresses);
    interface_table_clear(&loopback->interfaces);
    free(loopback);
}

static void on_closed(uv_handle_t *handle)
{
    loopback_free(handle->data);
}

/* Adding a thousand addresses of our own makes a thousand events before the loop turns. Without the right to so much
 * memory some are lost, which costs a dump. */
static void enlarge(const struct mnl_socket *events)
{
    int size = EVENT_BUFFER_SIZE;

    setsockopt(mnl_socket_get_fd(events), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
}

struct loopback *loopback_open(uv_loop_t *loop, loopback_change *change, void *user, char *error, size_t size)
{
    struct loopback *loopback = calloc(1, sizeof *loopback);

    if (!loopback) {
        snprintf(error, size, "out of memory");
        return NULL;
    }
    loopback->change = change;
    loopback->user = user;
    loopback->requests = open_socket(0);
    loopback->events = open_socket(RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_LINK);
    if (!loopback->requests || !loopback->events || !dump(loopback) ||
        uv_poll_init(loop, &loopback->poll, mnl_socket_get_fd(loopback->events)) < 0) {
        snprintf(error, size, "rtnetlink: cannot read this machine's addresses: %s", strerror(errno));
        loopback_free(loopback);
        return NULL;
    }
    enlarge(loopback->events);
    loopback->poll.data = loopback;
    uv_poll_start(&loopback->poll, UV_READABLE, on_events);
    return loopback;
}

void loopback_close(struct loopback *loopback)
{
    if (loopback)
        uv_close((uv_handle_t *)&loopback->poll, on_closed);
}

/* ---- adding and removing ---- */

/* Sends the request and takes the kernel's answer to it. 0, or a negative errno. */
static int request(struct loopback *loopback, struct nlmsghdr *message)
{
    unsigned port = mnl_socket_get_portid(loopback->requests);
    char answer[1024];

    message->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
    message->nlmsg_seq = ++loopback->sequence;
    if (!send_request(loopback, message))
        return -errno;
    ssize_t size = mnl_socket_recvfrom(loopback->requests, answer, sizeof answer);
    if (size < 0 || mnl_cb_run(answer, (size_t)size, message->nlmsg_seq, port, NULL, NULL) < 0)
        return -errno;
    return 0;
}

static struct nlmsghdr *put_address(struct loopback *loopback, const struct placement *placement, unsigned interface)
{
    const struct prefix *prefix = &placement->prefix;
    struct nlmsghdr *message = mnl_nlmsg_put_header(loopback->buffer);
    struct ifaddrmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    size_t size = family_octets(prefix->family);

    header->ifa_family = prefix->family == FAMILY_IPV4 ? AF_INET : AF_INET6;
    header->ifa_prefixlen = prefix->length;
    header->ifa_index = interface;
    mnl_attr_put(message, IFA_LOCAL, size, prefix->octets);
    mnl_attr_put(message, IFA_ADDRESS, size, prefix->octets);
    return message;
}

/* 0 where there is no interface of this name. */
static unsigned index_of(const struct loopback *loopback, const char *name)
{
    const struct interface *interface = interface_table_find(&loopback->interfaces, name);

    return interface ? interface->index : 0;
}

int loopback_add(struct loopback *loopback, const struct placement *placement)
{
    unsigned interface = index_of(loopback, placement->interface);
    struct interface_address address = {.prefix = placement->prefix, .interface = interface, .ours = true};

    if (interface == 0)
        return -ENODEV;
    struct nlmsghdr *message = put_address(loopback, placement, interface);
    message->nlmsg_type = RTM_NEWADDR;
    message->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
    mnl_attr_put_u8(message, IFA_PROTO, ADDED_BY_VIPGATE);
    if (placement->prefix.family == FAMILY_IPV6)
        mnl_attr_put_u32(message, IFA_FLAGS, IFA_F_NODAD); /* anycast: that others have it is meant so */
    else if (placement->label[0])
        mnl_attr_put_strz(message, IFA_LABEL, placement->label);

    int result = request(loopback, message);
    loopback->generation++;
    if (result == -EEXIST &&
        (loopback_has(loopback, placement, NULL) || (dump(loopback) && loopback_has(loopback, placement, NULL))))
        return 0;
    if (result == 0 && !address_table_add(&loopback->addresses, &address))
        return -ENOMEM;
    return result;
}

int loopback_remove(struct loopback *loopback, const struct placement *placement)
{
    unsigned interface = index_of(loopback, placement->interface);

    if (interface == 0)
        return 0;
    struct nlmsghdr *message = put_address(loopback, placement, interface);
    message->nlmsg_type = RTM_DELADDR;
    int result = request(loopback, message);
    loopback->generation++;
    if (result == 0 || result == -EADDRNOTAVAIL) {
        address_table_remove(&loopback->addresses, &placement->prefix, interface);
        return 0;
    }
    return result;
}

/* ---- asking ---- */

bool loopback_has(const struct loopback *loopback, const struct placement *placement, bool *ours)
{
    const struct interface_address *address =
        address_table_find(&loopback->addresses, &placement->prefix, index_of(loopback, placement->interface));

    if (ours)
        *ours = address && address->ours;
    return address != NULL;
}

bool loopback_has_anywhere(const struct loopback *loopback, const struct prefix *prefix)
{
    return address_table_has(&loopback->addresses, prefix);
}

bool loopback_is_down(const struct loopback *loopback, const char *name)
{
    const struct interface *interface = interface_table_find(&loopback->interfaces, name);

    return interface && !interface->is_up;
}

uint64_t loopback_generation(const struct loopback *loopback)
{
    return loopback->generation;
}
