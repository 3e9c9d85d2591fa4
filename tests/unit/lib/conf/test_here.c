#include "lib/conf/conf.h"

#include "tests/unit/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* What is found of TEXT, for the caller to free; *FOUND is how much. */
static char *look(const char *text, size_t *found)
{
    struct conf conf = conf_parse(context, "test", text, strlen(text), CONF_TEXT);
    char *lines = NULL;
    size_t size;
    FILE *stream = open_memstream(&lines, &size);

    assert_non_null(conf.tree);
    *found = conf_look_here(&conf);
    conf_write_diagnostics(&conf, stream);
    fclose(stream);
    conf_clear(&conf);
    return lines;
}

static void test_what_is_missing(void **state)
{
    (void)state;
    static const char text[] =
        "bgp { local-as 65010; router-id 198.51.100.70; listen { address [ 0.0.0.0 fe80::9%nowhere0 ]; }\n"
        "neighbor fe80::1%nowhere0 { peer-as 65001; }\n"
        "neighbor 192.0.2.1 { peer-as 65001; password-file /nowhere/key; } }\n"
        "vip 203.0.113.9/32 { address { interface nowhere0; } }\n"
        "vip 203.0.113.8/32 { address { interface nowhere0; manage false; } }\n"
        "check a { http { url \"https://192.0.2.1/\"; ca-file /nowhere/ca.pem; client-certificate /tmp; } }\n"
        "check b { http { url \"http://192.0.2.1/\"; unix-socket /etc/passwd; } }\n"
        "check c { haproxy { socket /nowhere/admin.sock; backend x; } }\n"
        "check d { exec { command \"/nowhere/probe --token=hunter2\"; user nobody-has-this-name; } }\n"
        "check e { exec { command \"/tmp\"; } }\n";
    size_t found;
    char *lines = look(text, &found);

    assert_string_equal(lines, "test:1:75: warning: address fe80::9%nowhere0: no such interface\n"
                               "test:2:1: warning: remote-address fe80::1%nowhere0: no such interface\n"
                               "test:3:51: warning: password-file /nowhere/key: No such file or directory\n"
                               "test:4:42: warning: interface nowhere0: no such interface\n"
                               "test:6:52: warning: ca-file /nowhere/ca.pem: No such file or directory\n"
                               "test:6:88: warning: client-certificate /tmp: not a regular file\n"
                               "test:7:55: warning: unix-socket /etc/passwd: not a socket\n"
                               "test:8:28: warning: socket /nowhere/admin.sock: No such file or directory\n"
                               "test:9:26: warning: program of command: No such file or directory\n"
                               "test:9:65: warning: user nobody-has-this-name: no such user\n"
                               "test:10:26: warning: program of command: not an executable file\n");
    assert_int_equal(found, 11);
    free(lines);
}

static void test_what_is_there(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char text[1024];
    size_t found;

    snprintf(address.sun_path, sizeof address.sun_path, "/tmp/vipgate-test-here-%d", getpid());
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    snprintf(text, sizeof text,
             "bgp { local-as 65010; router-id 198.51.100.70; neighbor fe80::1%%lo { peer-as 65001; } }\n"
             "vip 203.0.113.9/32 { address { interface lo; } neighbor fe80::1%%lo; profile p; }\n"
             "profile p { next-hop 192.0.2.9; }\n"
             "check a { http { url \"https://192.0.2.1/\"; ca-file /etc/passwd; unix-socket %s; } }\n"
             "check b { exec { command \"/bin/sh -c true\"; user root; } }\n"
             "check c { file { path /nowhere/maintenance; expect absent; } }\n"
             "check d { process { pidfile /nowhere/pid; } }\n",
             address.sun_path);
    char *lines = look(text, &found);
    assert_int_equal(found, 0);
    free(lines);
    close(fd);
    unlink(address.sun_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_missing),
        cmocka_unit_test(test_what_is_there),
    };
    return cmocka_run_group_tests(tests, context_open, context_close);
}
