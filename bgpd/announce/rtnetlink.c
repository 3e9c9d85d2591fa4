#include "bgpd/announce/rtnetlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum {
    MESSAGE_SIZE = 256,
    PARTS_A_TURN = 8, /* of an answer; some hundred addresses each */
    WAIT_MS = 1000,
};

struct mnl_socket *rtnetlink_open(unsigned groups, char *error, size_t size)
{
    struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (socket && mnl_socket_bind(socket, groups, MNL_SOCKET_AUTOPID) == 0)
        return socket;
    snprintf(error, size, "rtnetlink: no socket: %s", strerror(errno));
    if (socket)
        mnl_socket_close(socket);
    return NULL;
}

/* ---- a whole inventory ---- */

static enum dump_progress ask(struct dump *dump)
{
    char buffer[MESSAGE_SIZE];
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct rtgenmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);

    message->nlmsg_type = dump->answer.question;
    message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    message->nlmsg_seq = dump->answer.sequence;
    header->rtgen_family = AF_UNSPEC;
    if (mnl_socket_sendto(dump->socket, message, message->nlmsg_len) >= 0)
        return DUMP_MORE;
    dump->answer.error = -errno;
    return DUMP_FAILED;
}

/* The kernel answers no question before the answer to the last one was read; what an attempt that failed has left of it
 * is thrown away, if need be in several attempts. */
enum dump_progress dump_begin(struct dump *dump)
{
    char rest[1];

    for (int i = 0; i < PARTS_A_TURN; i++) {
        if (recv(mnl_socket_get_fd(dump->socket), rest, sizeof rest, MSG_TRUNC) < 0)
            break;
    }
    inventory_dump_begin(&dump->answer);
    return ask(dump);
}

/* Takes the next part; MORE too where it is not there yet. */
static enum dump_progress take_part(struct dump *dump)
{
    char buffer[RTNETLINK_PART_SIZE];
    ssize_t size = mnl_socket_recvfrom(dump->socket, buffer, sizeof buffer);

    if (size < 0) {
        dump->answer.error = -errno;
        return errno == EAGAIN ? DUMP_MORE : DUMP_FAILED;
    }
    enum dump_progress progress = inventory_dump_take(&dump->answer, buffer, (size_t)size);
    return progress == DUMP_LINKS ? ask(dump) : progress;
}

enum dump_progress dump_read(struct dump *dump)
{
    enum dump_progress progress = DUMP_MORE;

    for (int i = 0; progress == DUMP_MORE && i < PARTS_A_TURN; i++)
        progress = take_part(dump);
    return progress;
}

enum dump_progress dump_wait(struct dump *dump)
{
    struct pollfd readable = {.fd = mnl_socket_get_fd(dump->socket), .events = POLLIN};
    enum dump_progress progress = dump_begin(dump);

    while (progress == DUMP_MORE) {
        if (poll(&readable, 1, WAIT_MS) == 0) {
            dump->answer.error = -ETIMEDOUT;
            return DUMP_FAILED;
        }
        progress = take_part(dump);
    }
    return progress;
}

/* ---- one address ---- */

/* Sends a request and takes the kernel's answer, which lies there when it was sent. What an answer that was given up
 * has left would be taken for this one's. */
static int request(struct mnl_socket *socket, struct nlmsghdr *message, unsigned sequence)
{
    char answer[1024];

    while (recv(mnl_socket_get_fd(socket), answer, 1, MSG_TRUNC) > 0)
        continue;
    message->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
    message->nlmsg_seq = sequence;
    if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
        return -errno;
    ssize_t size = mnl_socket_recvfrom(socket, answer, sizeof answer);
    if (size < 0 || mnl_cb_run(answer, (size_t)size, sequence, mnl_socket_get_portid(socket), NULL, NULL) < 0)
        return -errno;
    return 0;
}

static struct nlmsghdr *put_address(char *buffer, uint16_t type, const struct prefix *prefix, unsigned interface)
{
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct ifaddrmsg *header = mnl_nlmsg_put_extra_header(message, sizeof *header);
    size_t size = family_octets(prefix->family);

    message->nlmsg_type = type;
    header->ifa_family = prefix->family == FAMILY_IPV4 ? AF_INET : AF_INET6;
    header->ifa_prefixlen = prefix->length;
    header->ifa_index = interface;
    mnl_attr_put(message, IFA_LOCAL, size, prefix->octets);
    mnl_attr_put(message, IFA_ADDRESS, size, prefix->octets);
    return message;
}

int rtnetlink_add(struct mnl_socket *socket, unsigned sequence, const struct prefix *prefix, unsigned interface,
                  const char *label)
{
    char buffer[MESSAGE_SIZE];
    struct nlmsghdr *message = put_address(buffer, RTM_NEWADDR, prefix, interface);

    message->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
    mnl_attr_put_u8(message, IFA_PROTO, ADDED_BY_VIPGATE);
    if (prefix->family == FAMILY_IPV6)
        mnl_attr_put_u32(message, IFA_FLAGS, IFA_F_NODAD); /* anycast: that others have it is meant so */
    else if (label[0])
        mnl_attr_put_strz(message, IFA_LABEL, label);
    return request(socket, message, sequence);
}

int rtnetlink_remove(struct mnl_socket *socket, unsigned sequence, const struct prefix *prefix, unsigned interface)
{
    char buffer[MESSAGE_SIZE];

    return request(socket, put_address(buffer, RTM_DELADDR, prefix, interface), sequence);
}
