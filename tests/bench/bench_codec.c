/*
 * What receiving a full table costs in the codec and the Adj-RIB-In, without sockets: a million prefixes, four an
 * UPDATE, distinct paths. Not a test. With the release preset: cmake --build build --target bench-codec, then
 * build/bin/bench-codec.
 */
#include "bgpd/codec/attribute.h"
#include "bgpd/codec/update.h"
#include "bgpd/rib/rib_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { UPDATES = 250000, PREFIXES_AN_UPDATE = 4, MESSAGE_ROOM = 128 };

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void write_update(struct wire_writer *writer, uint32_t number)
{
    size_t begin = message_begin(writer, MESSAGE_UPDATE);

    wire_write_u16(writer, 0);
    wire_write_u16(writer, 4 + 3 + 2 + 5 * 4 + 7 + 7);
    wire_write_u32(writer, 0x40010100); /* ORIGIN IGP */
    wire_write_u16(writer, 0x4002);     /* AS_PATH of five, the last two distinct */
    wire_write_u8(writer, 2 + 5 * 4);
    wire_write_u16(writer, 0x0205);
    wire_write_u32(writer, 65515);
    wire_write_u32(writer, 3356);
    wire_write_u32(writer, 1299);
    wire_write_u32(writer, 100000 + number / 1000);
    wire_write_u32(writer, 200000 + number % 1000);
    wire_write_u16(writer, 0x4003); /* NEXT_HOP */
    wire_write_u8(writer, 4);
    wire_write_u32(writer, 0xc6336404);
    wire_write_u16(writer, 0xc008); /* COMMUNITIES */
    wire_write_u8(writer, 4);
    wire_write_u32(writer, 0xfdf20001);
    for (uint32_t i = 0; i < PREFIXES_AN_UPDATE; i++) {
        uint32_t prefix = 0x01000000 + ((number * PREFIXES_AN_UPDATE + i) << 8);
        wire_write_u8(writer, 24);
        wire_write_u16(writer, (uint16_t)(prefix >> 16));
        wire_write_u8(writer, (uint8_t)(prefix >> 8));
    }
    message_end(writer, begin);
}

static void receive(struct rib_in *rib, struct wire_reader *stream, const struct update_session *session)
{
    static uint8_t scratch[UPDATE_SCRATCH_SIZE];
    struct message message;
    struct bgp_error error;
    struct update_view view;

    while (message_next(stream, MESSAGE_MAX, &message, &error) == MESSAGE_COMPLETE) {
        struct prefix prefixes[PREFIXES_AN_UPDATE];
        update_decode(message.body, session, scratch, &view);
        uint32_t attributes = rib_in_attributes(rib, view.attributes, view.attributes_size);
        for (size_t count; (count = nlri_take(&view.announced[0], prefixes, PREFIXES_AN_UPDATE)) > 0;)
            rib_in_set(rib, prefixes, count, ROUTE_KEPT, attributes);
        rib_in_attributes_done(rib, attributes);
    }
}

static void withdraw_all(struct rib_in *rib)
{
    enum { TOGETHER = 64 };
    struct prefix prefixes[TOGETHER];

    for (uint32_t i = 0; i < UPDATES * PREFIXES_AN_UPDATE; i += TOGETHER) {
        for (uint32_t j = 0; j < TOGETHER; j++) {
            uint32_t octets = 0x01000000 + ((i + j) << 8);
            prefixes[j] = (struct prefix){.family = FAMILY_IPV4, .length = 24};
            for (int k = 0; k < 4; k++)
                prefixes[j].octets[k] = (uint8_t)(octets >> (24 - 8 * k));
        }
        rib_in_withdraw(rib, prefixes, TOGETHER);
    }
}

int main(void)
{
    const struct update_session session = {
        .local_as = 65010, .ebgp = true, .four_octet_as = true, .families = FAMILY_BIT_IPV4, .role = ROLE_NONE};
    uint8_t *octets = malloc((size_t)UPDATES * MESSAGE_ROOM);
    struct rib_in *rib = rib_in_new();
    if (!octets || !rib)
        return 1;
    struct wire_writer writer = wire_writer_of(octets, (size_t)UPDATES * MESSAGE_ROOM);
    for (uint32_t i = 0; i < UPDATES; i++)
        write_update(&writer, i);

    for (int round = 0; round < 3; round++) {
        struct wire_reader stream = wire_reader_of(octets, writer.position);
        double begin = seconds();
        receive(rib, &stream, &session);
        double received = seconds();
        uint64_t cursor = 0;
        struct rib_in_route route;
        size_t walked = 0;
        while (rib_in_walk(rib, &cursor, &route))
            walked++;
        printf("%zu routes kept: %.3f s, %.1f MB; %zu walked: %.3f s\n", rib_in_count(rib, FAMILY_NONE),
               received - begin, (double)rib_in_memory(rib) / 1e6, walked, seconds() - received);
        if (round == 1) {
            begin = seconds();
            withdraw_all(rib);
            printf("%zu left after withdrawing: %.3f s\n", rib_in_count(rib, FAMILY_NONE), seconds() - begin);
        }
    }
    rib_in_free(rib);
    free(octets);
    return 0;
}
