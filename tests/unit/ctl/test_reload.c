/* The transaction, with a daemon that hangs: SIGSTOP leaves its socket open, and nobody there to accept. */
#include "ctl/reload.h"

#include "ctl/query.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 200, LET_GO = 0, MISUSED = 1, ASKED_AGAIN = 2 };

static const char prepared[] = "\2{\"vipgate:state\":{\"reload\":{\"digest\":\"1\",\"change\":[\"x\"],\"changes\":1}}}";

static int listen_as(const char *directory, const char *daemon)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s/%s.sock", directory, daemon);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 4), 0);
    return listener;
}

/* A daemon that has prepared. What its client does then: lets it go, or asks for more. */
static int prepare_and_wait(int listener)
{
    char request[256], answer[4 + sizeof prepared - 1];
    uint32_t length = htonl(sizeof prepared - 1);
    int client = accept(listener, NULL, NULL);

    memcpy(answer, &length, sizeof length);
    memcpy(answer + sizeof length, prepared, sizeof prepared - 1);
    ssize_t size = recv(client, request, sizeof request, 0);
    if (size <= 4 || !memmem(request, (size_t)size, "prepare", 7) || send(client, answer, sizeof answer, 0) < 0)
        return MISUSED;
    size = recv(client, request, sizeof request, 0); /* until it is closed, read or not, which is its last act */
    struct pollfd again = {.fd = listener, .events = POLLIN};
    return size > 0 || poll(&again, 1, 0) != 0 ? ASKED_AGAIN : LET_GO;
}

static pid_t fork_daemon(int listener)
{
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        alarm(30);
        _exit(prepare_and_wait(listener));
    }
    return child;
}

/* Runs `vipgate reload`; what it wrote to standard error goes into SAID. */
static int run_reload(char *directory, char *said, size_t size)
{
    char option[] = "-S", word[] = "reload", error[256], *words[] = {option, directory, word};
    struct invocation invocation;
    FILE *file = tmpfile();
    int before = dup(STDERR_FILENO);

    assert_int_equal(command_read(&invocation, 3, words, error, sizeof error), 0);
    dup2(fileno(file), STDERR_FILENO);
    int status = reload_run(&invocation, PATIENCE_MS);
    dup2(before, STDERR_FILENO);
    close(before);
    rewind(file);
    said[fread(said, 1, size - 1, file)] = '\0';
    fclose(file);
    return status;
}

static void refuses(const char *hung, const char *other)
{
    char directory[] = "/tmp/vipgate-test-XXXXXX", said[1024], expected[1024], path[128];
    int status, listeners[2];

    assert_non_null(mkdtemp(directory));
    listeners[0] = listen_as(directory, hung);
    listeners[1] = listen_as(directory, other);
    pid_t daemon = fork_daemon(listeners[1]);
    assert_int_equal(run_reload(directory, said, sizeof said), STATUS_REFUSED);
    snprintf(expected, sizeof expected, "vipgate: %s: no answer on %s/%s.sock; the daemon is stopped or overloaded\n",
             hung, directory, hung);
    assert_string_equal(said, expected);
    waitpid(daemon, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), LET_GO);
    for (int i = 0; i < 2; i++) {
        close(listeners[i]);
        snprintf(path, sizeof path, "%s/%s.sock", directory, i == 0 ? hung : other);
        unlink(path);
    }
    rmdir(directory);
}

/* It refuses for both, in a sentence that names it; the other lets go of what it has prepared. */
static void test_a_daemon_that_hangs(void **state)
{
    (void)state;
    refuses("healthd", "bgpd");
    refuses("bgpd", "healthd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_daemon_that_hangs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
