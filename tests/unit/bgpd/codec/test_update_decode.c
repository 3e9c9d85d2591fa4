#include "bgpd/codec/update.h"
#include "tests/unit/bgpd/codec/octets.h"
#include "tests/unit/bgpd/codec/vectors_4271.h"
#include "tests/unit/bgpd/codec/vectors_6793.h"
#include "tests/unit/bgpd/codec/vectors_7606.h"

#include <stdio.h>

static uint8_t scratch[UPDATE_SCRATCH_SIZE];

static const char *prefixes_text(struct nlri nlri[2], char *text)
{
    struct prefix prefix;
    char one[PREFIX_TEXT_SIZE];

    text[0] = '\0';
    for (int i = 0; i < 2; i++) {
        while (nlri_next(&nlri[i], &prefix)) {
            if (text[0])
                strcat(text, " ");
            strcat(text, prefix_format(&prefix, one));
        }
    }
    return text;
}

#define REQUIRE(vector, condition)                                                                                     \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            fail_msg("%s: not so: " #condition, (vector)->clause);                                                     \
    } while (0)

static void assert_vector(const struct update_vector *vector, const struct update_view *view)
{
    char text[1024];

    if (view->outcome != vector->outcome)
        fail_msg("%s: outcome %d, not %d (%s)", vector->clause, view->outcome, vector->outcome, view->what);
    REQUIRE(vector, (view->what[0] == '\0') == (view->outcome == UPDATE_ACCEPT));
    REQUIRE(vector, !vector->what || strstr(view->what, vector->what));
    REQUIRE(vector, view->end_of_rib == vector->end_of_rib);
    if (view->outcome == UPDATE_RESET) {
        REQUIRE(vector, view->error.code == ERROR_UPDATE);
        REQUIRE(vector, view->error.subcode == vector->subcode);
        if (vector->data)
            assert_octets(view->error.data, view->error.data_size, vector->data);
        return;
    }
    REQUIRE(vector, view->own_as == vector->own_as);
    REQUIRE(vector, view->leak == vector->leak);
    if (vector->kept)
        assert_octets(view->attributes, view->attributes_size, vector->kept);
    if (vector->routes)
        assert_string_equal(prefixes_text((struct nlri *)view->announced, text), vector->routes);
    assert_string_equal(prefixes_text((struct nlri *)view->withdrawn, text), vector->gone ? vector->gone : "");
}

static void assert_vectors(const struct update_vector *vectors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t octets[MESSAGE_MAX];
        struct update_session session = vector_session(vectors[i].session);
        struct update_view view;
        size_t size = vector_body(&vectors[i], octets);
        /* A copy of the exact size, so that the sanitizer sees a read too far. */
        uint8_t *body = malloc(size);
        memcpy(body, octets, size);
        memset(&view, 0xaa, sizeof view); /* whatever was there before */
        update_decode(wire_reader_of(body, size), &session, scratch, &view);
        assert_vector(&vectors[i], &view);
        free(body);
    }
}

static void test_rfc_4271(void **state)
{
    (void)state;
    assert_vectors(vectors_4271, sizeof vectors_4271 / sizeof *vectors_4271);
}

static void test_rfc_7606(void **state)
{
    (void)state;
    assert_vectors(vectors_7606, sizeof vectors_7606 / sizeof *vectors_7606);
}

static void test_rfc_6793(void **state)
{
    (void)state;
    assert_vectors(vectors_6793, sizeof vectors_6793 / sizeof *vectors_6793);
}

/* A message that is cut is never taken for a whole one, wherever the cut is: the lengths in it do not fit any more. */
static void test_cut_anywhere(void **state)
{
    (void)state;
    const struct update_vector vector = {"", .attributes = MP_REACH MANDATORY "80 04 04 00000001", .nlri = NLRI};
    struct update_session session = vector_session(EXTERNAL);
    struct update_view view;
    uint8_t octets[MESSAGE_MAX];
    size_t size = vector_body(&vector, octets);

    for (size_t cut = 0; cut < size - 4; cut++) {
        uint8_t *body = malloc(cut + 1);
        memcpy(body, octets, cut);
        update_decode(wire_reader_of(body, cut), &session, scratch, &view);
        assert_int_equal(view.outcome, UPDATE_RESET);
        free(body);
    }
}

static void test_families_that_were_not_negotiated(void **state)
{
    (void)state;
    const struct update_vector vector = {"", .withdrawn = NLRI, .attributes = MP_REACH MANDATORY, .nlri = NLRI};
    struct update_session session = vector_session(EXTERNAL);
    struct update_view view;
    uint8_t octets[MESSAGE_MAX];
    char text[256];
    size_t size = vector_body(&vector, octets);

    session.families = FAMILY_BIT_IPV6;
    update_decode(wire_reader_of(octets, size), &session, scratch, &view);
    assert_int_equal(view.outcome, UPDATE_ACCEPT);
    assert_string_equal(prefixes_text(view.announced, text), MP_ROUTE);
    assert_string_equal(prefixes_text(view.withdrawn, text), "");
    assert_octets(view.attributes, view.attributes_size, ORIGIN KEPT_PATH KEPT_MP);
    session.families = FAMILY_BIT_IPV4;
    update_decode(wire_reader_of(octets, size), &session, scratch, &view);
    assert_string_equal(prefixes_text(view.announced, text), ROUTE);
    assert_octets(view.attributes, view.attributes_size, KEPT);
    /* Nor are they looked into where they are withdrawn: what they hold may be anything. */
    const struct update_vector withdrawal = {"", .attributes = "80 0f 08 0002 01 20 20010db8"};
    const struct update_vector strange = {"", .attributes = "80 0f 05 0002 01 ff ff"};
    update_decode(wire_reader_of(octets, vector_body(&withdrawal, octets)), &session, scratch, &view);
    assert_int_equal(view.outcome, UPDATE_ACCEPT);
    assert_string_equal(prefixes_text(view.withdrawn, text), "");
    update_decode(wire_reader_of(octets, vector_body(&strange, octets)), &session, scratch, &view);
    assert_int_equal(view.outcome, UPDATE_ACCEPT);
}

/* Every code once, each as an unknown transitive attribute, in descending order: they come out ascending. */
static void test_many_attributes(void **state)
{
    (void)state;
    uint8_t octets[MESSAGE_MAX];
    struct wire_writer writer = wire_writer_of(octets, sizeof octets);
    struct update_session session = vector_session(EXTERNAL);
    struct update_view view;

    wire_write_u16(&writer, 0);
    wire_write_u16(&writer, 0);
    for (unsigned code = 255; code > 128; code--) {
        wire_write_u8(&writer, 0xc0);
        wire_write_u8(&writer, (uint8_t)code);
        wire_write_u8(&writer, 0);
    }
    put_field(&writer, MANDATORY);
    wire_patch_u16(&writer, 2, (uint16_t)(writer.position - 4));
    put_field(&writer, NLRI);
    update_decode(wire_reader_of(octets, writer.position), &session, scratch, &view);
    assert_int_equal(view.outcome, UPDATE_ACCEPT);
    assert_octets(view.attributes, 21, KEPT);
    for (unsigned code = 129; code <= 255; code++)
        assert_int_equal(view.attributes[21 + (code - 129) * 3 + 1], code);
}

/* What we send is what is received, on every kind of session. */
static void test_encode_decode(void **state)
{
    (void)state;
    const struct path_attributes attributes = {
        .prepend = 2, .has_med = true, .med = 7, .community_count = 1, .communities = {0xfdf20001}};

    for (int kind = EXTERNAL; kind < SESSIONS; kind++) {
        for (uint8_t family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
            uint8_t octets[MESSAGE_MAX];
            struct wire_writer writer = wire_writer_of(octets, sizeof octets);
            struct update_session ours = vector_session(kind), theirs = vector_session(kind);
            struct prefix prefix = {.family = family, .length = 24, .octets = {1, 2, 3}}, received;
            struct message message;
            struct update_view view;
            struct bgp_error error;
            ours.local_ipv6 = (struct address){FAMILY_IPV6, {0x20, 1}, 0};
            theirs.local_ipv4.octets[3] = theirs.local_ipv6.octets[15] = 4;
            theirs.local_as = 65515;
            theirs.role = ROLE_NONE;
            assert_int_equal(update_encode(&writer, &ours, &attributes, &prefix, 1), 1);
            struct wire_reader stream = wire_reader_of(octets, writer.position);
            assert_int_equal(message_next(&stream, MESSAGE_MAX, &message, &error), MESSAGE_COMPLETE);
            update_decode(message.body, &theirs, scratch, &view);
            assert_int_equal(view.outcome, UPDATE_ACCEPT);
            assert_true(nlri_next(&view.announced[family - 1], &received));
            assert_int_equal(prefix_compare(&prefix, &received), 0);
            assert_false(view.own_as);
        }
    }
}

/* Every code that IANA has assigned has its flags: one that claims to be well-known costs the route, not the session
 * (RFC 7606 section 3 c). */
static void test_flags_of_every_assigned_code(void **state)
{
    static const uint8_t assigned[] = {4,  7,  8,  11, 12, 13, 16, 19, 20, 21, 22, 23, 24, 25, 26,
                                       27, 28, 29, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 128};
    struct update_session session = vector_session(EXTERNAL);

    (void)state;
    for (size_t i = 0; i < sizeof assigned; i++) {
        char attributes[128];
        snprintf(attributes, sizeof attributes, "%s 40 %02x 01 00", MANDATORY, assigned[i]);
        struct update_vector vector = {.attributes = attributes, .nlri = NLRI};
        uint8_t octets[MESSAGE_MAX];
        struct update_view view;
        update_decode(wire_reader_of(octets, vector_body(&vector, octets)), &session, scratch, &view);
        if (view.outcome != UPDATE_TREAT_AS_WITHDRAW && view.outcome != UPDATE_ATTRIBUTE_DISCARD)
            fail_msg("code %u: outcome %d: %s", assigned[i], view.outcome, view.what);
        assert_non_null(strstr(view.what, "flags 0x40, not 0x"));
    }
}

/* An AS path that is too long for an attribute once its ASes have four octets is not cut: its end may hold our AS. */
static void test_a_path_that_grows_too_long(void **state)
{
    enum { SEGMENTS = 65, ASES = 255, OCTETS = SEGMENTS * (2 + 2 * ASES) };
    static uint8_t octets[MESSAGE_MAX_EXTENDED];
    struct update_session session = vector_session(OLD);
    struct wire_writer writer = wire_writer_of(octets, sizeof octets);
    struct update_view view;

    (void)state;
    wire_write_u16(&writer, 0);
    wire_write_u16(&writer, 0);
    put_field(&writer, ORIGIN NEXT_HOP "50 02");
    wire_write_u16(&writer, OCTETS);
    for (int i = 0; i < SEGMENTS; i++) {
        wire_write_u8(&writer, 2);
        wire_write_u8(&writer, ASES);
        for (int k = 0; k < ASES; k++)
            wire_write_u16(&writer, i == SEGMENTS - 1 && k == ASES - 1 ? 65010 : 64999);
    }
    wire_patch_u16(&writer, 2, (uint16_t)(writer.position - 4));
    put_field(&writer, NLRI);
    assert_false(writer.failed);
    update_decode(wire_reader_of(octets, writer.position), &session, scratch, &view);
    assert_int_equal(view.outcome, UPDATE_TREAT_AS_WITHDRAW);
    assert_non_null(strstr(view.what, "attribute AS_PATH: too long in four-octet ASes"));
    assert_null(view.attributes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc_4271),
        cmocka_unit_test(test_rfc_7606),
        cmocka_unit_test(test_rfc_6793),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_families_that_were_not_negotiated),
        cmocka_unit_test(test_many_attributes),
        cmocka_unit_test(test_encode_decode),
        cmocka_unit_test(test_flags_of_every_assigned_code),
        cmocka_unit_test(test_a_path_that_grows_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
