#include "lib/control/access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { STRANGER = 54321 };

static void test_who_is_allowed(void **state)
{
    (void)state;
    static const gid_t member[] = {100, 990}, other[] = {100, 101};
    static const struct {
        struct control_owner owner;
        uid_t uid;
        gid_t gid;
        const gid_t *groups;
        bool allowed;
    } rows[] = {
        {{.uid = 500, .group = 990}, 0, 0, other, true},       /* root */
        {{.uid = 500, .group = 990}, 500, 100, other, true},   /* the daemon's own user */
        {{.uid = 500, .group = 990}, 1000, 990, other, true},  /* primary group */
        {{.uid = 500, .group = 990}, 1000, 100, member, true}, /* supplementary group */
        {{.uid = 500, .group = 990}, 1000, 100, other, false},
        {{.uid = 0, .group = (gid_t)-1}, 1000, (gid_t)-1, other, false}, /* a system without the group */
        {{.uid = 0, .group = (gid_t)-1}, 0, 0, other, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(control_owner_allows(&rows[i].owner, rows[i].uid, rows[i].gid, rows[i].groups, 2),
                         rows[i].allowed);
}

static void test_the_kernel_says_who_is_there(void **state)
{
    (void)state;
    const struct control_owner owner = {.uid = geteuid(), .group = (gid_t)-1};
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_true(control_peer_allowed(&owner, pair[0]));
    close(pair[0]);
    close(pair[1]);
    assert_false(control_peer_allowed(&owner, pair[0])); /* no socket, no right */
}

static void test_address(void **state)
{
    (void)state;
    struct sockaddr_un address;
    char error[512], directory[120];

    assert_true(control_address("/run/vipgate", "bgpd", &address, error, sizeof error));
    assert_string_equal(address.sun_path, "/run/vipgate/bgpd.sock");
    memset(directory, 'd', sizeof directory - 1);
    directory[sizeof directory - 1] = '\0';
    assert_false(control_address(directory, "bgpd", &address, error, sizeof error));
    assert_non_null(strstr(error, "shorter directory"));
}

struct place {
    char directory[64];
    struct sockaddr_un address;
    struct control_owner owner;
    char error[512];
};

static int setup(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    strcpy(place->directory, "/tmp/vipgate-test-XXXXXX");
    if (!mkdtemp(place->directory))
        return -1;
    place->owner = (struct control_owner){.uid = geteuid(), .group = (gid_t)-1};
    *state = place;
    return control_address(place->directory, "bgpd", &place->address, place->error, sizeof place->error) ? 0 : -1;
}

static int teardown(void **state)
{
    struct place *place = *state;
    unlink(place->address.sun_path);
    rmdir(place->directory);
    free(place);
    return 0;
}

static int bind_there(struct place *place)
{
    return control_bind(&place->address, &place->owner, place->error, sizeof place->error);
}

static void test_a_missing_directory_is_made(void **state)
{
    struct place *place = *state;
    struct stat status;

    rmdir(place->directory);
    int fd = bind_there(place);
    assert_true(fd >= 0);
    assert_int_equal(stat(place->directory, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0755);
    assert_int_equal(stat(place->address.sun_path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0660);
    close(fd);
}

static void test_only_a_stale_socket_is_replaced(void **state)
{
    struct place *place = *state;

    int fd = bind_there(place);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(bind_there(place), -1);
    assert_non_null(strstr(place->error, "another daemon answers"));
    assert_non_null(strstr(place->error, place->address.sun_path));
    close(fd);
    fd = bind_there(place);
    assert_true(fd >= 0);
    close(fd);
}

static void test_a_file_in_the_way_is_left_alone(void **state)
{
    struct place *place = *state;
    struct stat status;

    assert_int_equal(mkdir(place->address.sun_path, 0700), 0);
    assert_int_equal(bind_there(place), -1);
    assert_non_null(strstr(place->error, "is not a socket"));
    assert_int_equal(stat(place->address.sun_path, &status), 0);
    rmdir(place->address.sun_path);
}

static void test_a_directory_that_cannot_be_made(void **state)
{
    struct place *place = *state;
    char nested[128];

    snprintf(nested, sizeof nested, "%s/a/b", place->directory);
    assert_true(control_address(nested, "bgpd", &place->address, place->error, sizeof place->error));
    assert_int_equal(bind_there(place), -1);
    assert_non_null(strstr(place->error, "cannot create the directory"));
    assert_non_null(strstr(place->error, nested));
}

/* ---- who might pose as a daemon ---- */

static void expect_refused(struct place *place, const char *why)
{
    assert_int_equal(bind_there(place), -1);
    assert_non_null(strstr(place->error, why));
    assert_non_null(strstr(place->error, "control { directory PATH; }"));
    assert_null(strchr(place->error, '\n'));
    assert_int_equal(access(place->address.sun_path, F_OK), -1);
}

static void test_a_directory_that_others_may_write_to(void **state)
{
    struct place *place = *state;

    assert_int_equal(chmod(place->directory, 0757), 0);
    expect_refused(place, "chmod go-w");
    assert_int_equal(chmod(place->directory, 01777), 0); /* sticky, as /tmp */
    expect_refused(place, "chmod go-w");
    assert_int_equal(chmod(place->directory, 0775), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(place->directory, 0, STRANGER), 0);
        expect_refused(place, "chmod go-w");
    }
    assert_int_equal(chown(place->directory, (uid_t)-1, getegid()), 0);
    int fd = bind_there(place);
    assert_true(fd >= 0);
    close(fd);
}

static void test_a_directory_of_somebody_else(void **state)
{
    struct place *place = *state;

    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(place->directory, STRANGER, (gid_t)-1), 0);
    expect_refused(place, "is owned by uid 54321");
    place->owner.uid = STRANGER; /* it is the daemon's own */
    int fd = bind_there(place);
    assert_true(fd >= 0);
    close(fd);
}

static void test_links_are_not_followed(void **state)
{
    struct place *place = *state;
    char target[96], link_path[96];
    struct stat status;

    snprintf(target, sizeof target, "%s/target", place->directory);
    snprintf(link_path, sizeof link_path, "%s/link", place->directory);
    assert_int_equal(mkdir(target, 0700), 0);
    assert_int_equal(symlink(target, link_path), 0);
    assert_true(control_address(link_path, "bgpd", &place->address, place->error, sizeof place->error));
    expect_refused(place, "a symbolic link");
    /* A link in the socket's place. */
    assert_true(control_address(place->directory, "bgpd", &place->address, place->error, sizeof place->error));
    assert_int_equal(symlink(target, place->address.sun_path), 0);
    assert_int_equal(bind_there(place), -1);
    assert_non_null(strstr(place->error, "is not a socket"));
    assert_int_equal(stat(target, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    unlink(link_path);
    rmdir(target);
}

static void test_the_group_gets_the_socket(void **state)
{
    struct place *place = *state;
    struct stat status;

    if (geteuid() != 0)
        skip();
    place->owner.group = STRANGER;
    int fd = bind_there(place);
    assert_int_equal(lstat(place->address.sun_path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0660);
    assert_int_equal(status.st_gid, STRANGER);
    close(fd);
}

static void test_whom_to_believe(void **state)
{
    const struct place *place = *state;
    char error[128];

    if (geteuid() != 0)
        skip();
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (const struct sockaddr *)&place->address, sizeof place->address), 0);
    assert_int_equal(seteuid(STRANGER), 0);
    assert_int_equal(listen(listener, 1), 0); /* who did this is who listens */
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&place->address, sizeof place->address), 0);
    assert_false(control_peer_trusted(fd, (uid_t)-1, error, sizeof error));
    assert_non_null(strstr(error, "54321"));
    assert_true(control_peer_trusted(fd, STRANGER, error, sizeof error));
    assert_int_equal(seteuid(STRANGER), 0);
    assert_true(control_peer_trusted(fd, (uid_t)-1, error, sizeof error));
    assert_int_equal(seteuid(0), 0);
    assert_false(control_peer_trusted(-1, (uid_t)-1, error, sizeof error));
    close(fd);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_is_allowed),
        cmocka_unit_test(test_the_kernel_says_who_is_there),
        cmocka_unit_test(test_address),
        cmocka_unit_test_setup_teardown(test_a_missing_directory_is_made, setup, teardown),
        cmocka_unit_test_setup_teardown(test_only_a_stale_socket_is_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_file_in_the_way_is_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_directory_that_cannot_be_made, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_directory_that_others_may_write_to, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_directory_of_somebody_else, setup, teardown),
        cmocka_unit_test_setup_teardown(test_links_are_not_followed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_group_gets_the_socket, setup, teardown),
        cmocka_unit_test_setup_teardown(test_whom_to_believe, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
