/* Completion for shells: `vipgate --complete WORD ...`. */
#include "ctl/handlers.h"
#include "ctl/query.h"

#include <bsd/string.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_MS = 500 };

struct names {
    const char *list, *begun;
};

static bool print_names(const char *json, size_t size, void *user)
{
    const struct names *names = user;
    struct document document;

    if (!document_read(&document, json, size))
        return false;
    NODE_FOR_EACH(entry, document.state, names->list)
    {
        if (strncmp(node_key(entry), names->begun, strlen(names->begun)) == 0)
            puts(node_key(entry));
    }
    document_free(&document);
    return true;
}

/* The keys of LIST, from the daemon that owns it; one that does not answer has none. */
static void print_list(const struct invocation *invocation, const char *list, const char *begun)
{
    struct names names = {.list = list, .begun = begun};
    char error[512], *request = request_get(list, NULL, 0);

    control_call(query_directory(invocation), strcmp(list, "check") == 0 ? "healthd" : "bgpd", request, TIMEOUT_MS,
                 print_names, &names, error, sizeof error);
    free(request);
}

void complete(int count, char **words)
{
    struct invocation invocation;
    char *candidates = NULL, *rest, error[512];
    size_t size;
    FILE *file = open_memstream(&candidates, &size);

    if (!file || count == 0)
        return;
    command_complete(count, words, file);
    fclose(file);
    command_read(&invocation, count - 1, words, error, sizeof error); /* for -S */
    rest = candidates;
    for (const char *line; (line = strsep(&rest, "\n"));) {
        if (line[0] == '@')
            print_list(&invocation, line + 1, words[count - 1]);
        else if (line[0])
            puts(line);
    }
    free(candidates);
}
