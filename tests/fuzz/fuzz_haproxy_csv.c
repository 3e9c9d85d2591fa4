/* HAProxy's answer: whatever it is, it is read the same in one piece and in pieces. */
#include "healthd/probes/haproxy/haproxy_csv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_in_pieces(struct haproxy_csv *csv, const char *text, size_t size, size_t piece)
{
    haproxy_csv_begin(csv, "http_back", NULL);
    for (size_t at = 0; at < size; at += piece) {
        if (!haproxy_csv_feed(csv, text + at, size - at < piece ? size - at : piece))
            break;
    }
    haproxy_csv_end(csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct haproxy_csv whole, pieces;

    if (size == 0)
        return 0;
    read_in_pieces(&whole, (const char *)data + 1, size - 1, size);
    read_in_pieces(&pieces, (const char *)data + 1, size - 1, 1u + data[0] % 16);
    if (memcmp(&whole, &pieces, sizeof whole) != 0)
        abort();
    if (haproxy_csv_servers(&whole) > size || strlen(whole.said) >= sizeof whole.said)
        abort();
    return 0;
}
