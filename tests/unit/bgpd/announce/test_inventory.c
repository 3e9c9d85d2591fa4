/* What rtnetlink tells, as news and as answers to questions. */
#include "bgpd/announce/inventory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { LO = 1, QUESTION = 7, ADDRESSES = 8 };

/* Messages one after the other, as they come in a datagram. */
static struct datagram {
    size_t size;
    char octets[8192];
} datagram;

static struct nlmsghdr *put_header(uint16_t type, unsigned sequence, uint16_t flags)
{
    struct nlmsghdr *message = mnl_nlmsg_put_header(datagram.octets + datagram.size);

    message->nlmsg_type = type;
    message->nlmsg_seq = sequence;
    message->nlmsg_flags = flags;
    return message;
}

static const struct nlmsghdr *end_message(struct nlmsghdr *message)
{
    datagram.size += MNL_ALIGN(message->nlmsg_len);
    return message;
}

static const struct nlmsghdr *put_link(uint16_t type, unsigned index, const char *name, bool up)
{
    struct nlmsghdr *message = put_header(type, QUESTION, NLM_F_MULTI);
    struct ifinfomsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);

    header->ifi_index = (int)index;
    header->ifi_flags = up ? IFF_UP : 0;
    mnl_attr_put_strz(message, IFLA_IFNAME, name);
    return end_message(message);
}

static const struct nlmsghdr *put_address(uint16_t type, const char *text, bool ours, uint16_t flags)
{
    struct nlmsghdr *message = put_header(type, ADDRESSES, (uint16_t)(NLM_F_MULTI | flags));
    struct ifaddrmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    bool ipv6 = strchr(text, ':') != NULL;
    uint8_t octets[16];

    assert_int_equal(inet_pton(ipv6 ? AF_INET6 : AF_INET, text, octets), 1);
    header->ifa_family = ipv6 ? AF_INET6 : AF_INET;
    header->ifa_prefixlen = ipv6 ? 128 : 32;
    header->ifa_index = LO;
    mnl_attr_put(message, ipv6 ? IFA_ADDRESS : IFA_LOCAL, ipv6 ? 16 : 4, octets);
    if (ours)
        mnl_attr_put_u8(message, IFA_PROTO, ADDED_BY_VIPGATE);
    return end_message(message);
}

static void put_end(uint16_t type, unsigned sequence, int error, uint16_t flags)
{
    struct nlmsghdr *message = put_header(type, sequence, flags);

    *(int *)mnl_nlmsg_put_extra_header(message, sizeof error) = error;
    end_message(message);
}

static int setup(void **state)
{
    (void)state;
    memset(&datagram, 0, sizeof datagram);
    return 0;
}

static const struct interface_address *find(const struct inventory *inventory, const char *text)
{
    struct prefix prefix;

    assert_true(prefix_parse(&prefix, text));
    return inventory_find(inventory, &prefix, LO);
}

static void test_news(void **state)
{
    struct inventory inventory = {0};
    struct inventory_news news;

    (void)state;
    assert_int_equal(inventory_take(&inventory, put_link(RTM_NEWLINK, LO, "lo", true), &news), INVENTORY_CHANGED);
    assert_int_equal(inventory_take(&inventory, put_link(RTM_NEWLINK, LO, "lo", true), &news), INVENTORY_SAME);
    assert_int_equal(inventory_take(&inventory, put_link(RTM_NEWLINK, LO, "lo", false), &news), INVENTORY_CHANGED);
    assert_int_equal(inventory.renames, 0);
    assert_int_equal(inventory_take(&inventory, put_link(RTM_NEWLINK, LO, "here", false), &news), INVENTORY_CHANGED);
    assert_int_equal(inventory.renames, 1);
    assert_int_equal(inventory_take(&inventory, put_link(RTM_DELLINK, 9, "eth9", false), &news), INVENTORY_SAME);
    assert_int_equal(inventory_take(&inventory, put_address(RTM_NEWADDR, "2001:db8::9", false, 0), &news),
                     INVENTORY_CHANGED);
    assert_false(find(&inventory, "2001:db8::9/128")->ours);
    assert_int_equal(inventory_take(&inventory, put_address(RTM_NEWADDR, "2001:db8::9", true, 0), &news),
                     INVENTORY_CHANGED);
    assert_int_equal(inventory_take(&inventory, put_address(RTM_NEWADDR, "2001:db8::9", true, 0), &news),
                     INVENTORY_SAME);
    assert_true(find(&inventory, "2001:db8::9/128")->ours);
    assert_int_equal(inventory_take(&inventory, put_address(RTM_DELADDR, "2001:db8::9", true, 0), &news),
                     INVENTORY_CHANGED);
    assert_int_equal(inventory_take(&inventory, put_address(RTM_DELADDR, "2001:db8::9", true, 0), &news),
                     INVENTORY_SAME);
    assert_int_equal(inventory_take(&inventory, put_header(RTM_NEWROUTE, 0, 0), &news), INVENTORY_SAME);
    inventory_clear(&inventory);
}

/* Reads "192.0.2.1/24" with its host bits. */
static struct interface_address address_of(const char *text, uint8_t length, unsigned interface)
{
    struct interface_address address = {.interface = interface};

    assert_true(prefix_parse(&address.prefix, text));
    address.prefix.length = length;
    return address;
}

static size_t count_addresses(const struct inventory *inventory)
{
    size_t count = 0;

    for (const struct interface_address *one = NULL; (one = inventory_next(inventory, one));)
        count++;
    return count;
}

static void test_found_where_it_is(void **state)
{
    (void)state;
    struct inventory inventory = {0};
    struct interface_address vip = address_of("203.0.113.9", 32, 1), same = address_of("203.0.113.9", 24, 2);

    assert_null(inventory_find(&inventory, &vip.prefix, 1));
    assert_false(inventory_has(&inventory, &vip.prefix));
    assert_int_equal(inventory_add(&inventory, &same), INVENTORY_CHANGED);
    assert_null(inventory_find(&inventory, &vip.prefix, 1));
    assert_null(inventory_find(&inventory, &vip.prefix, 2));
    assert_true(inventory_has(&inventory, &vip.prefix));
    vip.ours = true;
    assert_int_equal(inventory_add(&inventory, &vip), INVENTORY_CHANGED);
    assert_true(inventory_find(&inventory, &vip.prefix, 1)->ours);
    assert_false(inventory_find(&inventory, &same.prefix, 2)->ours);
    assert_int_equal(inventory_remove(&inventory, &vip.prefix, 2), INVENTORY_SAME);
    assert_int_equal(count_addresses(&inventory), 2);
    inventory_remove(&inventory, &vip.prefix, 1);
    assert_null(inventory_find(&inventory, &vip.prefix, 1));
    assert_true(inventory_has(&inventory, &vip.prefix));
    inventory_clear(&inventory);
}

static void test_many_in_any_order(void **state)
{
    (void)state;
    struct inventory inventory = {0};
    struct interface_address entry = address_of("198.51.100.0", 32, 1);

    /* 37 and 256 have no common factor: each last octet comes once. */
    for (unsigned i = 0; i < 256; i++) {
        entry.prefix.octets[3] = (uint8_t)(i * 37);
        assert_int_equal(inventory_add(&inventory, &entry), INVENTORY_CHANGED);
    }
    assert_int_equal(count_addresses(&inventory), 256);
    for (unsigned i = 0; i < 256; i += 2) {
        entry.prefix.octets[3] = (uint8_t)i;
        inventory_remove(&inventory, &entry.prefix, 1);
    }
    assert_int_equal(count_addresses(&inventory), 128);
    for (unsigned i = 0; i < 256; i++) {
        entry.prefix.octets[3] = (uint8_t)i;
        assert_int_equal(inventory_find(&inventory, &entry.prefix, 1) != NULL, i % 2);
        assert_int_equal(inventory_has(&inventory, &entry.prefix), i % 2);
    }
    inventory_clear(&inventory);
}

static void test_interfaces(void **state)
{
    struct inventory inventory = {0};
    struct inventory_news news;
    char name[IFNAMSIZ];

    (void)state;
    for (unsigned i = 1; i <= 40; i++) {
        snprintf(name, sizeof name, "veth%u", i);
        inventory_take(&inventory, put_link(RTM_NEWLINK, i, name, true), NULL);
    }
    for (unsigned i = 1; i <= 40; i += 2)
        inventory_take(&inventory, put_link(RTM_DELLINK, i, "any", true), NULL);
    for (unsigned i = 1; i <= 40; i++)
        assert_int_equal(inventory_interface(&inventory, i) != NULL, i % 2 == 0);
    assert_null(inventory_interface_named(&inventory, "veth39"));
    assert_int_equal(inventory_interface_named(&inventory, "veth40")->index, 40);
    /* Renamed and down: the same interface. */
    inventory_take(&inventory, put_link(RTM_NEWLINK, 40, "wan", false), &news);
    assert_string_equal(news.interface, "wan");
    assert_string_equal(news.former_name, "veth40");
    assert_null(inventory_interface_named(&inventory, "veth40"));
    assert_false(inventory_interface_named(&inventory, "wan")->is_up);
    inventory_clear(&inventory);
}

static enum dump_progress take(struct inventory_dump *dump)
{
    enum dump_progress progress = inventory_dump_take(dump, datagram.octets, datagram.size);

    memset(&datagram, 0, sizeof datagram);
    return progress;
}

/* A dump that has come as far as the addresses. */
static struct inventory_dump begun_dump(void)
{
    struct inventory_dump dump = {.sequence = QUESTION - 1};

    inventory_dump_begin(&dump);
    put_link(RTM_NEWLINK, LO, "lo", true);
    assert_int_equal(take(&dump), DUMP_MORE);
    put_end(NLMSG_DONE, QUESTION, 0, 0);
    assert_int_equal(take(&dump), DUMP_LINKS);
    return dump;
}

static void test_a_whole_one(void **state)
{
    struct inventory_dump dump = begun_dump();

    (void)state;
    put_end(NLMSG_DONE, ADDRESSES - 5, 0, 0); /* of a question that was given up */
    put_address(RTM_NEWADDR, "192.0.2.1", false, 0);
    put_address(RTM_NEWADDR, "203.0.113.9", true, 0);
    put_end(NLMSG_DONE, ADDRESSES, 0, 0);
    assert_int_equal(take(&dump), DUMP_DONE);
    assert_non_null(inventory_interface_named(&dump.inventory, "lo"));
    assert_false(find(&dump.inventory, "192.0.2.1/32")->ours);
    assert_true(find(&dump.inventory, "203.0.113.9/32")->ours);
    inventory_clear(&dump.inventory);
}

/* It is read to its end all the same: the kernel answers nothing else before. */
static void test_an_interrupted_one(void **state)
{
    struct inventory_dump dump = begun_dump();

    (void)state;
    put_address(RTM_NEWADDR, "192.0.2.1", false, NLM_F_DUMP_INTR);
    assert_int_equal(take(&dump), DUMP_MORE);
    put_address(RTM_NEWADDR, "192.0.2.2", false, 0);
    put_end(NLMSG_DONE, ADDRESSES, 0, 0);
    assert_int_equal(take(&dump), DUMP_INTERRUPTED);
    /* The next one is another. */
    inventory_dump_begin(&dump);
    put_end(NLMSG_DONE, ADDRESSES + 1, 0, 0);
    assert_int_equal(take(&dump), DUMP_LINKS);
    put_end(NLMSG_DONE, ADDRESSES + 2, 0, 0);
    assert_int_equal(take(&dump), DUMP_DONE);
    assert_null(inventory_next(&dump.inventory, NULL));
    inventory_clear(&dump.inventory);
}

static void test_interrupted_at_its_end(void **state)
{
    struct inventory_dump dump = begun_dump();

    (void)state;
    put_end(NLMSG_DONE, ADDRESSES, 0, NLM_F_DUMP_INTR);
    assert_int_equal(take(&dump), DUMP_INTERRUPTED);
    inventory_clear(&dump.inventory);
}

static void test_one_that_fails(void **state)
{
    struct inventory_dump dump = begun_dump();

    (void)state;
    put_address(RTM_NEWADDR, "192.0.2.1", false, 0);
    put_end(NLMSG_ERROR, ADDRESSES, -EBUSY, 0);
    assert_int_equal(take(&dump), DUMP_FAILED);
    assert_int_equal(dump.error, -EBUSY);
    inventory_clear(&dump.inventory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_news, setup),
        cmocka_unit_test(test_found_where_it_is),
        cmocka_unit_test(test_many_in_any_order),
        cmocka_unit_test_setup(test_interfaces, setup),
        cmocka_unit_test_setup(test_a_whole_one, setup),
        cmocka_unit_test_setup(test_an_interrupted_one, setup),
        cmocka_unit_test_setup(test_interrupted_at_its_end, setup),
        cmocka_unit_test_setup(test_one_that_fails, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
