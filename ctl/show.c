/* show …: one list as a table, or one entry as a page, of the daemon that owns it. */
#include "ctl/show.h"

#include "ctl/handlers.h"
#include "lib/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The size of the terminal; one that does not know its own is taken for the usual. */
static void measure(struct style *style)
{
    struct winsize size = {0};

    if (!isatty(STDOUT_FILENO))
        return;
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    style->width = size.ws_col ? size.ws_col : 80;
    style->height = size.ws_row ? size.ws_row : 24;
}

struct writer show_writer(const struct invocation *invocation)
{
    const char *color = command_argument(invocation, "--color"), *terminal = getenv("TERM");
    bool automatic = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && terminal && strcmp(terminal, "dumb") != 0;
    struct style style = {
        .file = stdout,
        .color = color && strcmp(color, "auto") != 0 ? strcmp(color, "always") == 0 : automatic,
        .now_us = clock_real_us(),
    };

    measure(&style);
    return writer_to(&style, command_argument(invocation, "--json"));
}

void show_end(struct writer *writer, int status)
{
    if (status == STATUS_DONE || writer->rows > 0)
        writer_end(writer);
    else
        writer_drop(writer);
}

void show_list(struct writer *writer, const struct view *view, const struct collection *collection)
{
    const struct json_node *entry = NULL;

    writer_list(writer, view);
    while ((entry = collection_next(collection, view->list, entry)))
        writer_entry(writer, entry);
}

/* ---- lists, printed as their pieces come ---- */

struct listing {
    const struct view *view;
    struct writer writer;
};

static bool list_document(struct document *document, void *user)
{
    struct listing *listing = user;

    NODE_FOR_EACH(entry, document->state, listing->view->list)
    {
        writer_entry(&listing->writer, entry);
    }
    return true;
}

static int list(const struct invocation *invocation, const char *daemon, const struct view *view,
                const struct member *members, size_t count)
{
    struct listing listing = {.view = view, .writer = show_writer(invocation)};

    writer_list(&listing.writer, view);
    int status =
        query(invocation, daemon, request_get(view->list, members, count), ANSWER_TIMEOUT_MS, list_document, &listing);
    show_end(&listing.writer, status);
    return status;
}

int handle_show_neighbors(const struct invocation *invocation)
{
    return list(invocation, "bgpd", &view_neighbors, NULL, 0);
}

int handle_show_vips(const struct invocation *invocation)
{
    return list(invocation, "bgpd", &view_vips, NULL, 0);
}

int handle_show_checks(const struct invocation *invocation)
{
    return list(invocation, "healthd", &view_checks, NULL, 0);
}

int handle_show_advertised(const struct invocation *invocation)
{
    const struct member members[] = {{"neighbor", command_argument(invocation, "neighbor"), false}};

    return list(invocation, "bgpd", &view_advertised, members, COUNT(members));
}

/* ---- pages ---- */

int show_page(const struct invocation *invocation, const char *daemon, const struct view *view, const char *key,
              char *request, uint64_t timeout_ms)
{
    struct collection answers = {0};

    int status = query(invocation, daemon, request, timeout_ms, collection_add, &answers);
    const struct json_node *entry = collection_find(&answers, view->list, key);
    if (status == STATUS_DONE && !entry) {
        complain("no %s %s is configured; see 'vipgate show %ss'", view->list, key, view->list);
        status = STATUS_REFUSED;
    } else if (status == STATUS_DONE) {
        struct writer writer = show_writer(invocation);
        writer_page(&writer, view, entry);
        writer_end(&writer);
    }
    collection_free(&answers);
    return status;
}

/* MEMBER is the leaf of the request that asks for the entry KEY alone. */
static int page(const struct invocation *invocation, const char *daemon, const struct view *view, const char *member,
                const char *key)
{
    const struct member members[] = {{member, key, false}};

    return show_page(invocation, daemon, view, key, request_get(view->list, members, COUNT(members)),
                     ANSWER_TIMEOUT_MS);
}

int handle_show_neighbor(const struct invocation *invocation)
{
    return page(invocation, "bgpd", &view_neighbors, "neighbor", command_argument(invocation, "ADDRESS"));
}

int handle_show_vip(const struct invocation *invocation)
{
    return page(invocation, "bgpd", &view_vips, "prefix", command_argument(invocation, "PREFIX"));
}

int handle_show_check(const struct invocation *invocation)
{
    return page(invocation, "healthd", &view_checks, "check", command_argument(invocation, "NAME"));
}
