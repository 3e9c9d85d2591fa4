#include "bgpd/announce/dump.h"

#include "bgpd/announce/rtnetlink.h"

#include <errno.h>
#include <poll.h>

enum {
    PARTS_A_TURN = 8, /* of an answer; some hundred addresses each */
    WAIT_MS = 1000,
};

static enum dump_progress ask(struct dump *dump)
{
    dump->answer.error = rtnetlink_ask(dump->socket, dump->answer.question, dump->sequence);
    return dump->answer.error < 0 ? DUMP_FAILED : DUMP_MORE;
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
    inventory_dump_begin(&dump->answer, ++dump->sequence);
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
    if (progress != DUMP_LINKS)
        return progress;
    inventory_dump_go_on(&dump->answer, ++dump->sequence);
    return ask(dump);
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
