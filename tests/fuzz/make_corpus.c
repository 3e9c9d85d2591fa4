/*
 * Writes the seed corpora of the codec's fuzz targets from the annotated vectors of the unit tests:
 *     cmake --build build/dev --target make-corpus && build/dev/bin/make-corpus tests/fuzz/corpus
 * To be run again when the vectors change; what it wrote is in the repository.
 */
#include "tests/unit/bgpd/codec/octets.h"
#include "tests/unit/bgpd/codec/vectors_4271.h"
#include "tests/unit/bgpd/codec/vectors_6793.h"
#include "tests/unit/bgpd/codec/vectors_7606.h"
#include "tests/unit/bgpd/codec/vectors_header.h"
#include "tests/unit/bgpd/codec/vectors_notification.h"
#include "tests/unit/bgpd/codec/vectors_open.h"
#include "tests/unit/bgpd/codec/vectors_refresh.h"

#include <stdio.h>
#include <sys/stat.h>

static const char *corpora;

/* "7606 7.1: ORIGIN: length" becomes "7606-7-1-origin-length". */
static void write_input(const char *corpus, const char *clause, const uint8_t *octets, size_t size)
{
    char path[512];
    int length = snprintf(path, sizeof path, "%s/%s", corpora, corpus);

    mkdir(path, 0777);
    path[length++] = '/';
    for (bool gap = false; *clause && length < (int)sizeof path - 2; clause++) {
        char lower = (char)(*clause >= 'A' && *clause <= 'Z' ? *clause | 0x20 : *clause);
        if ((lower < 'a' || lower > 'z') && (lower < '0' || lower > '9')) {
            gap = path[length - 1] != '/';
            continue;
        }
        if (gap)
            path[length++] = '-';
        gap = false;
        path[length++] = lower;
    }
    path[length] = '\0';
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(octets, 1, size, file) != size || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static void write_hex(const char *corpus, const char *clause, const char *hex)
{
    uint8_t octets[MESSAGE_MAX];

    write_input(corpus, clause, octets, octets_of(octets, sizeof octets, hex));
}

/* The octet before the body chooses the session, as in fuzz_update.c. */
static void write_updates(const struct update_vector *vectors, size_t count)
{
    static const uint8_t choice[SESSIONS] = {[INTERNAL] = 1, [OLD] = 2, [EXTENDED] = 4, [PROVIDER] = 16, [PEER] = 0};

    for (size_t i = 0; i < count; i++) {
        uint8_t octets[1 + MESSAGE_MAX] = {choice[vectors[i].session]};
        write_input("update", vectors[i].clause, octets, 1 + vector_body(&vectors[i], octets + 1));
    }
}

/* The octet before the stream: no extended messages, the first piece is a half. */
static void write_headers(void)
{
    for (size_t i = 0; i < sizeof header_rows / sizeof *header_rows; i++) {
        uint8_t octets[MESSAGE_MAX] = {header_rows[i].limit > MESSAGE_MAX ? 0x81 : 0x80};
        size_t size = 1 + octets_of(octets + 1, sizeof octets - 1, header_rows[i].octets);
        write_input("message", header_rows[i].clause, octets, size);
    }
    write_hex("message", "several",
              "80" MARKER "001d 01 04 ffeb 005a c0000201 00" MARKER "0013 04" MARKER "0017 02 0000 0000" MARKER
              "0017 05 0001 00 01" MARKER "0015 03 06 04");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: make-corpus FOLDER\n");
        return 2;
    }
    corpora = argv[1];
    write_updates(vectors_4271, sizeof vectors_4271 / sizeof *vectors_4271);
    write_updates(vectors_6793, sizeof vectors_6793 / sizeof *vectors_6793);
    write_updates(vectors_7606, sizeof vectors_7606 / sizeof *vectors_7606);
    write_headers();
    for (size_t i = 0; i < sizeof open_rows / sizeof *open_rows; i++)
        write_hex("open", open_rows[i].clause, open_rows[i].body);
    for (size_t i = 0; i < sizeof refresh_rows / sizeof *refresh_rows; i++)
        write_hex("route_refresh", refresh_rows[i].clause, refresh_rows[i].body);
    for (size_t i = 0; i < sizeof notification_rows / sizeof *notification_rows; i++) {
        char name[16];
        snprintf(name, sizeof name, "%.5s-%zu", notification_rows[i].body, i);
        write_hex("notification", name, notification_rows[i].body);
    }
    write_hex(
        "open", "everything",
        "04 5ba0 005a c0000201 41 02 3f 01 04 0001 00 01 01 04 0002 00 01 02 00 05 06 0001 0001 0002 06 00"
        "09 01 03 40 0a c078 0001 01 80 0002 01 00 41 04 fa56ea01 45 04 0001 01 03 46 00 49 04 03 61 62 63 80 00");
    write_hex("rib_in", "one", "00 01 0001 02 00 0001 02 00 0001");
    write_hex("rib_in", "grow-shrink", "01 ff 0000 01 ff 0100 81 ff 0200 03 fe 0000 03 ff 0100 06 00 0000 83 ff 0200");
    write_hex("rib_in", "refresh", "01 ff 0000 04 00 0000 01 40 0010 06 00 0000 05 00 0000 06 00 0000");
    write_hex("rib_in", "clear", "01 ff 0000 81 10 0000 07 00 0000 00 05 0005");
    return 0;
}
