#include "bgpd/announce/inventory.h"

#include <bsd/string.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

void inventory_clear(struct inventory *inventory)
{
    address_table_clear(&inventory->addresses);
    interface_table_clear(&inventory->interfaces);
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

/* ---- what becomes of it ---- */

static enum inventory_change put_address(struct address_table *table, const struct interface_address *address)
{
    const struct interface_address *known = address_table_find(table, &address->prefix, address->interface);

    if (known && known->ours == address->ours)
        return INVENTORY_SAME;
    return address_table_add(table, address) ? INVENTORY_CHANGED : INVENTORY_NO_MEMORY;
}

static enum inventory_change drop_address(struct address_table *table, const struct interface_address *address)
{
    if (!address_table_find(table, &address->prefix, address->interface))
        return INVENTORY_SAME;
    address_table_remove(table, &address->prefix, address->interface);
    return INVENTORY_CHANGED;
}

static enum inventory_change take_address(struct inventory *inventory, const struct nlmsghdr *message,
                                          struct inventory_news *news)
{
    struct interface_address address;

    if (!read_address(message, &address))
        return INVENTORY_SAME;
    *news = (struct inventory_news){.address = address.prefix};
    return message->nlmsg_type == RTM_NEWADDR ? put_address(&inventory->addresses, &address)
                                              : drop_address(&inventory->addresses, &address);
}

static enum inventory_change put_interface(struct inventory *inventory, const struct interface *interface,
                                           struct inventory_news *news)
{
    const struct interface *known = interface_table_at(&inventory->interfaces, interface->index);
    bool renamed = known && strcmp(known->name, interface->name) != 0;

    /* Most news about an interface concerns nobody here. */
    if (known && !renamed && known->is_up == interface->is_up)
        return INVENTORY_SAME;
    if (renamed)
        strlcpy(news->former_name, known->name, sizeof news->former_name);
    inventory->renames += renamed;
    return interface_table_put(&inventory->interfaces, interface) ? INVENTORY_CHANGED : INVENTORY_NO_MEMORY;
}

static enum inventory_change drop_interface(struct interface_table *table, const struct interface *interface)
{
    if (!interface_table_at(table, interface->index))
        return INVENTORY_SAME;
    interface_table_remove(table, interface->index);
    return INVENTORY_CHANGED;
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
                                              : drop_interface(&inventory->interfaces, &interface);
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

void inventory_dump_begin(struct inventory_dump *dump, unsigned sequence)
{
    inventory_clear(&dump->inventory);
    dump->question = RTM_GETLINK;
    dump->sequence = sequence;
    dump->interrupted = false;
}

void inventory_dump_go_on(struct inventory_dump *dump, unsigned sequence)
{
    dump->question = RTM_GETADDR;
    dump->sequence = sequence;
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
    if (dump->question == RTM_GETLINK)
        return DUMP_LINKS;
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
