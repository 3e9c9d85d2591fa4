/* A file is read, and gone over to, where each allocation of ours in turn fails: what comes of it is an error, or the
 * whole configuration. Those of the libraries never fail here: the linker puts these functions in place of our calls.
 */
#include "lib/daemon/load.h"

#include "bgpd/daemon.h"
#include "healthd/daemon.h"
#include "healthd/net/resolve.h"
#include "healthd/net/tls.h"
#include "healthd/net/watcher.h"
#include "lib/log.h"
#include "tests/unit/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NEVER = -1 };

/* ---- the allocator ---- */

static struct {
    long asked;  /* since begin */
    long fails;  /* the number of the one that fails, or NEVER */
    bool onward; /* and all that follow it */
} memory = {.fails = NEVER};

static void begin(long fails, bool onward)
{
    memory.asked = 0;
    memory.fails = fails;
    memory.onward = onward;
}

static bool is_exhausted(void)
{
    long number = memory.asked++;

    return memory.fails != NEVER && (number == memory.fails || (memory.onward && number > memory.fails));
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
int __real_vasprintf(char **text, const char *format, va_list arguments);
FILE *__real_open_memstream(char **text, size_t *size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);
int __wrap_vasprintf(char **text, const char *format, va_list arguments);
int __wrap_asprintf(char **text, const char *format, ...);
FILE *__wrap_open_memstream(char **text, size_t *size);

void *__wrap_malloc(size_t size)
{
    return is_exhausted() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_exhausted() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return is_exhausted() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    return is_exhausted() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
    return is_exhausted() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t size)
{
    return is_exhausted() ? NULL : __real_strndup(text, size);
}

int __wrap_vasprintf(char **text, const char *format, va_list arguments)
{
    return is_exhausted() ? -1 : __real_vasprintf(text, format, arguments);
}

int __wrap_asprintf(char **text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int result = __wrap_vasprintf(text, format, arguments);
    va_end(arguments);
    return result;
}

FILE *__wrap_open_memstream(char **text, size_t *size)
{
    return is_exhausted() ? NULL : __real_open_memstream(text, size);
}

/* ---- a daemon that goes over to a configuration ---- */

typedef void go_over(void *value);

static uv_loop_t loop;
static struct journal *journal;
static struct health *health;
static struct vips *vips;
static struct checks *checks;
static struct watcher *watcher;
static struct resolver *resolver;
static struct tls *tls;

static void no_line(enum log_level level, const char *line, void *user)
{
    (void)level;
    (void)line;
    (void)user;
}

static void nothing(void *user)
{
    (void)user;
}

static void bgpd_goes_over(void *value)
{
    struct bgpd_config *config = value;

    if (bgpd_config_intern(config) && vips_prepare(vips, config))
        vips_abandon(vips);
}

static void healthd_goes_over(void *value)
{
    enum step step;

    while ((step = checks_prepare(checks, value)) == STEP_MORE)
        ;
    if (step == STEP_DONE)
        checks_abandon(checks);
}

static int open_rooms(void **state)
{
    static struct check_room room;
    char error[256];

    log_set_sink(no_line, NULL);
    uv_loop_init(&loop);
    journal = journal_new("test");
    watcher_new(&watcher, &loop);
    resolver = resolver_new(&loop, watcher, NULL, error, sizeof error);
    tls = tls_new(&loop);
    room = (struct check_room){.journal = journal,
                               .probe = {.loop = &loop, .watcher = watcher, .resolver = resolver, .tls = tls}};
    checks = checks_new(&room);
    health = health_open(&loop, journal, "/nowhere", 3000, nothing, NULL);
    vips = vips_new(&loop, health, NULL, NULL, journal);
    return context_open(state);
}

static int close_rooms(void **state)
{
    checks_free(checks);
    tls_free(tls);
    resolver_free(resolver);
    watcher_free(watcher);
    vips_free(vips);
    health_close(health);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    journal_free(journal);
    return context_close(state);
}

/* ---- */

/* What it is like where nothing fails; how many allocations that takes. */
static long count_allocations(const struct load_kind *kind, const char *path, go_over *go, char **document)
{
    begin(NEVER, false);
    struct load *load = load_file(kind, context, path);
    assert_non_null(load);
    assert_non_null(load->value);
    *document = __real_strdup(load->document);
    go(load->value);
    long count = memory.asked;
    load_free(kind, load);
    return count;
}

static void try_without(const struct load_kind *kind, const char *path, go_over *go, const char *document)
{
    struct load *load = load_file(kind, context, path);

    if (load && load->value) {
        go(load->value);
        assert_string_equal(load->document, document);
    } else if (load) {
        assert_true(load->findings.error_count > 0);
    }
    load_free(kind, load);
    begin(NEVER, false);
}

/* Each allocation in turn, alone and with all that follow it. */
static void exhaust(const struct load_kind *kind, const char *path, go_over *go)
{
    char *document;
    long count = count_allocations(kind, path, go, &document);

    for (int onward = 0; onward < 2; onward++) {
        for (long number = 0; number < count; number++) {
            begin(number, onward);
            try_without(kind, path, go, document);
        }
    }
    free(document);
}

static void test_bgpd(void **state)
{
    (void)state;
    exhaust(&bgpd_kind.config.load, TEST_SOURCE_DIR "/../etc/examples/full.conf", bgpd_goes_over);
}

static void test_healthd(void **state)
{
    (void)state;
    exhaust(&healthd_kind.config.load, TEST_SOURCE_DIR "/../etc/examples/full.conf", healthd_goes_over);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bgpd), cmocka_unit_test(test_healthd)};

    return cmocka_run_group_tests(tests, open_rooms, close_rooms);
}
