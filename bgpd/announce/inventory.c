#include "bgpd/announce/inventory.h"

#include <bsd/string.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

/* ---- addresses ---- */

static int compare_octets(const struct prefix *a, const struct prefix *b)
{
    return a->family != b->family ? a->family - b->family : memcmp(a->octets, b->octets, sizeof a->octets);
}

static int compare(const struct interface_address *a, const struct interface_address *b)
{
    int order = compare_octets(&a->prefix, &b->prefix);

    if (order == 0)
        order = a->prefix.length - b->prefix.length;
    return order ? order : (a->interface > b->interface) - (a->interface < b->interface);
}

RB_GENERATE_INTERNAL(address_tree, interface_address, entry, compare, __attribute__((unused)) static)

const struct interface_address *inventory_find(const struct inventory *inventory, const struct prefix *prefix,
                                               unsigned interface)
{
    struct interface_address wanted = {.prefix = *prefix, .interface = interface};

    return RB_FIND(address_tree, (struct address_tree *)&inventory->addresses, &wanted);
}

enum inventory_change inventory_add(struct inventory *inventory, const struct interface_address *address)
{
    struct interface_address *known =
        (struct interface_address *)inventory_find(inventory, &address->prefix, address->interface);

    if (known && known->ours == address->ours)
        return INVENTORY_SAME;
    if (!known) {
        known = malloc(sizeof *known);
        if (!known)
            return INVENTORY_NO_MEMORY;
        *known = *address;
        RB_INSERT(address_tree, &inventory->addresses, known);
    }
    known->ours = address->ours;
    return INVENTORY_CHANGED;
}

enum inventory_change inventory_remove(struct inventory *inventory, const struct prefix *prefix, unsigned interface)
{
    struct interface_address *known = (struct interface_address *)inventory_find(inventory, prefix, interface);

    if (!known)
        return INVENTORY_SAME;
    RB_REMOVE(address_tree, &inventory->addresses, known);
    free(known);
    return INVENTORY_CHANGED;
}

bool inventory_has(const struct inventory *inventory, const struct prefix *prefix)
{
    struct interface_address first = {.prefix = *prefix};

    first.prefix.length = 0;
    const struct interface_address *found =
        RB_NFIND(address_tree, (struct address_tree *)&inventory->addresses, &first);
    return found && compare_octets(&found->prefix, prefix) == 0;
}

const struct interface_address *inventory_next(const struct inventory *inventory,
                                               const struct interface_address *previous)
{
    if (previous)
        return RB_NEXT(address_tree, &inventory->addresses, (struct interface_address *)previous);
    return RB_MIN(address_tree, (struct address_tree *)&inventory->addresses);
}

/* ---- interfaces ---- */

const struct interface *inventory_interface(const struct inventory *inventory, unsigned index)
{
    const struct interface *interface;

    SLIST_FOREACH(interface, &inventory->interfaces, next)
    {
        if (interface->index == index)
            return interface;
    }
    return NULL;
}

const struct interface *inventory_interface_named(const struct inventory *inventory, const char *name)
{
    const struct interface *interface;

    SLIST_FOREACH(interface, &inventory->interfaces, next)
    {
        if (strcmp(interface->name, name) == 0)
            return interface;
    }
    return NULL;
}

static enum inventory_change put_interface(struct inventory *inventory, const struct interface *interface,
                                           struct inventory_news *news)
{
    struct interface *known = (struct interface *)inventory_interface(inventory, interface->index);
    bool renamed = known && strcmp(known->name, interface->name) != 0;

    /* Most news about an interface concerns nobody here. */
    if (known && !renamed && known->is_up == interface->is_up)
        return INVENTORY_SAME;
    if (renamed)
        strlcpy(news->former_name, known->name, sizeof news->former_name);
    inventory->renames += renamed;
    if (!known) {
        known = calloc(1, sizeof *known);
        if (!known)
            return INVENTORY_NO_MEMORY;
        SLIST_INSERT_HEAD(&inventory->interfaces, known, next);
    }
    known->index = interface->index;
    known->is_up = interface->is_up;
    memcpy(known->name, interface->name, sizeof known->name);
    return INVENTORY_CHANGED;
}

static enum inventory_change drop_interface(struct inventory *inventory, unsigned index)
{
    struct interface *known = (struct interface *)inventory_interface(inventory, index);

    if (!known)
        return INVENTORY_SAME;
    SLIST_REMOVE(&inventory->interfaces, known, interface, next);
    free(known);
    return INVENTORY_CHANGED;
}

void inventory_clear(struct inventory *inventory)
{
    struct interface_address *address;
    struct interface *interface;

    while ((address = RB_ROOT(&inventory->addresses))) {
        RB_REMOVE(address_tree, &inventory->addresses, address);
        free(address);
    }
    while ((interface = SLIST_FIRST(&inventory->interfaces))) {
        SLIST_REMOVE_HEAD(&inventory->interfaces, next);
        free(interface);
    }
    inventory->renames = 0;
}

/* ---- what a message says ---- */

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

static enum inventory_change take_address(struct inventory *inventory, const struct nlmsghdr *message,
                                          struct inventory_news *news)
{
    struct interface_address address;

    if (!read_address(message, &address))
        return INVENTORY_SAME;
    *news = (struct inventory_news){.address = address.prefix};
    return message->nlmsg_type == RTM_NEWADDR ? inventory_add(inventory, &address)
                                              : inventory_remove(inventory, &address.prefix, address.interface);
}

static enum inventory_change take_interface(struct inventory *inventory, const struct nlmsghdr *message,
                                            struct inventory_news *news)
{
    struct interface interface;

    if (!read_interface(message, &interface))
        return INVENTORY_SAME;
    *news = (struct inventory_news){0};
    strlcpy(news->interface, interface.name, sizeof news->interface);
    return message->nlmsg_type == RTM_NEWLINK ? put_interface(inventory, &interface, news)
                                              : drop_interface(inventory, interface.index);
}

enum inventory_change inventory_take(struct inventory *inventory, const struct nlmsghdr *message,
                                     struct inventory_news *news)
{
    struct inventory_news unread;

    switch (message->nlmsg_type) {
    case RTM_NEWADDR:
    case RTM_DELADDR:
        return take_address(inventory, message, news ? news : &unread);
    case RTM_NEWLINK:
    case RTM_DELLINK:
        return take_interface(inventory, message, news ? news : &unread);
    default:
        return INVENTORY_SAME;
    }
}

/* ---- a whole one ---- */

void inventory_dump_begin(struct inventory_dump *dump)
{
    inventory_clear(&dump->inventory);
    dump->question = RTM_GETLINK;
    dump->sequence++;
    dump->interrupted = false;
}

static enum dump_progress fail(struct inventory_dump *dump, int error)
{
    dump->error = error;
    return DUMP_FAILED;
}

/* NLMSG_DONE and NLMSG_ERROR: their payload begins with a negative errno or 0. */
static enum dump_progress end(struct inventory_dump *dump, const struct nlmsghdr *message)
{
    int error = 0;

    if (mnl_nlmsg_get_payload_len(message) >= sizeof error)
        memcpy(&error, mnl_nlmsg_get_payload(message), sizeof error);
    if (error < 0)
        return fail(dump, error);
    if (dump->question == RTM_GETLINK) {
        dump->question = RTM_GETADDR;
        dump->sequence++;
        return DUMP_LINKS;
    }
    return dump->interrupted ? DUMP_INTERRUPTED : DUMP_DONE;
}

enum dump_progress inventory_dump_take(struct inventory_dump *dump, const void *datagram, size_t size)
{
    int left = (int)size;

    for (const struct nlmsghdr *message = datagram; mnl_nlmsg_ok(message, left);
         message = mnl_nlmsg_next(message, &left)) {
        if (message->nlmsg_seq != dump->sequence)
            continue; /* an answer that was given up */
        dump->interrupted |= (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR)
            return end(dump, message);
        if (inventory_take(&dump->inventory, message, NULL) == INVENTORY_NO_MEMORY)
            return fail(dump, -ENOMEM);
    }
    return DUMP_MORE;
}
