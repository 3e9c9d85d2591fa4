/* show …, check run: one list as a table, or one entry as a page, of the daemon that owns it. */
#include "ctl/show.h"

#include "ctl/handlers.h"
#include "lib/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { CHECK_RUN_TIMEOUT_MS = 120 * 1000 };

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

/* ---- a list, printed as its pieces come ---- */

static bool list_document(struct document *document, void *user)
{
    struct writer *writer = user;

    NODE_FOR_EACH(entry, document->state, writer->view->list)
    {
        writer_entry(writer, entry);
    }
    return true;
}

/* Of routes it may be one neighbor's. */
int handle_show_list(const struct invocation *invocation)
{
    const struct view *view = invocation->command->view;
    const struct member members[] = {{"neighbor", command_argument(invocation, "neighbor"), false}};
    struct writer writer = show_writer(invocation);

    writer_list(&writer, view);
    int status = query(invocation, view->daemon, request_get(view->list, members, COUNT(members)), ANSWER_TIMEOUT_MS,
                       list_document, &writer);
    show_end(&writer, status);
    return status;
}

/* ---- pages ---- */

/* Sends REQUEST, which is freed, and shows the entry that was named of VIEW's list in the answer. */
static int show_page(const struct invocation *invocation, const struct view *view, char *request, uint64_t timeout_ms)
{
    const char *key = command_argument(invocation, view->key.argument);
    struct collection answers = {0};

    int status = query(invocation, view->daemon, request, timeout_ms, collection_add, &answers);
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

int handle_show_entry(const struct invocation *invocation)
{
    const struct view *view = invocation->command->view;
    const struct member members[] = {{view->key.member, command_argument(invocation, view->key.argument), false}};

    return show_page(invocation, view, request_get(view->list, members, COUNT(members)), ANSWER_TIMEOUT_MS);
}

int handle_check_run(const struct invocation *invocation)
{
    const struct member members[] = {{"name", command_argument(invocation, "NAME"), false}};

    return show_page(invocation, &view_checks, request_build("check-run", members, COUNT(members)),
                     CHECK_RUN_TIMEOUT_MS);
}
