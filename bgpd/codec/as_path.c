#include "bgpd/codec/as_path.h"

struct segment {
    uint8_t type;
    uint8_t count;
    struct wire_reader ases;
};

static bool segment_next(struct wire_reader *path, size_t as_size, struct segment *segment)
{
    if (wire_remaining(path) == 0)
        return false;
    segment->type = wire_read_u8(path);
    segment->count = wire_read_u8(path);
    segment->ases = wire_read_sub(path, segment->count * as_size);
    return true;
}

static uint32_t as_next(struct wire_reader *ases, size_t as_size)
{
    return as_size == AS_SIZE ? wire_read_u32(ases) : wire_read_u16(ases);
}

static const char *check_segment(struct segment *segment, size_t as_size, bool confederation)
{
    if (segment->ases.failed)
        return "segment runs past the end";
    if (segment->type < SEGMENT_SET || segment->type > SEGMENT_CONFED_SET)
        return "unknown segment type";
    if (segment->type >= SEGMENT_CONFED_SEQUENCE && !confederation)
        return "confederation segment from outside of one";
    if (segment->count == 0)
        return "empty segment";
    while (wire_remaining(&segment->ases) > 0) {
        if (as_next(&segment->ases, as_size) == 0)
            return "AS 0 (RFC 7607)";
    }
    return NULL;
}

const char *as_path_check(struct wire_reader path, size_t as_size, bool confederation)
{
    struct segment segment;

    while (segment_next(&path, as_size, &segment)) {
        const char *wrong = check_segment(&segment, as_size, confederation);
        if (wrong)
            return wrong;
    }
    return NULL;
}

bool as_path_contains(struct wire_reader path, size_t as_size, uint32_t as)
{
    struct segment segment;

    while (segment_next(&path, as_size, &segment)) {
        while (wire_remaining(&segment.ases) > 0) {
            if (as_next(&segment.ases, as_size) == as)
                return true;
        }
    }
    return false;
}

static size_t segment_length(const struct segment *segment)
{
    switch (segment->type) {
    case SEGMENT_SEQUENCE:
        return segment->count;
    case SEGMENT_SET:
        return 1;
    default:
        return 0;
    }
}

/* Its ASes as RFC 4271 section 9.1.2.2 counts them: a set is one, a confederation's segments are none. */
static size_t path_length(struct wire_reader path, size_t as_size)
{
    struct segment segment;
    size_t length = 0;

    while (segment_next(&path, as_size, &segment))
        length += segment_length(&segment);
    return length;
}

/* The first COUNT of the segment's ASes. */
static void write_segment(struct wire_writer *writer, struct segment segment, uint8_t count, size_t as_size)
{
    wire_write_u8(writer, segment.type);
    wire_write_u8(writer, count);
    for (unsigned i = 0; i < count; i++)
        wire_write_u32(writer, as_next(&segment.ases, as_size));
}

void as_path_write(struct wire_writer *writer, struct wire_reader path, size_t as_size)
{
    struct segment segment;

    if (as_size == AS_SIZE) {
        size_t size = wire_remaining(&path);
        wire_write_bytes(writer, wire_read_bytes(&path, size), size);
        return;
    }
    while (segment_next(&path, as_size, &segment))
        write_segment(writer, segment, segment.count, as_size);
}

void as_path_write_merged(struct wire_writer *writer, struct wire_reader path, struct wire_reader as4_path)
{
    struct segment segment;
    size_t length = path_length(path, AS_SIZE_OLD), as4_length = path_length(as4_path, AS_SIZE);

    if (length < as4_length) {
        as_path_write(writer, path, AS_SIZE_OLD);
        return;
    }
    /* A confederation's segment has no length: it comes along as long as it leads or follows what is taken. */
    for (size_t missing = length - as4_length; segment_next(&path, AS_SIZE_OLD, &segment);) {
        size_t segment_ases = segment_length(&segment);
        if (segment_ases > missing) {
            if (missing > 0)
                write_segment(writer, segment, (uint8_t)missing, AS_SIZE_OLD);
            break;
        }
        write_segment(writer, segment, segment.count, AS_SIZE_OLD);
        missing -= segment_ases;
    }
    while (segment_next(&as4_path, AS_SIZE, &segment)) {
        if (segment.type < SEGMENT_CONFED_SEQUENCE) /* RFC 6793 section 6: a confederation's are discarded */
            write_segment(writer, segment, segment.count, AS_SIZE);
    }
}

void as_path_text(struct words *words, struct wire_reader path)
{
    static const char *const opening[] = {"", "{", "", "(", "["};
    static const char *const closing[] = {"", "}", "", ")", "]"};
    struct segment segment;

    while (segment_next(&path, AS_SIZE, &segment)) {
        const char *before = words->length > 0 ? " " : "";
        words_add(words, "%s%s", before, opening[segment.type]);
        for (unsigned i = 0; i < segment.count; i++)
            words_add(words, "%s%u", i ? " " : "", as_next(&segment.ases, AS_SIZE));
        words_add(words, "%s", closing[segment.type]);
    }
}
