#include "ctl/query.h"

#include <bsd/string.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void complain(const char *format, ...)
{
    va_list arguments;

    fflush(stdout); /* what was shown before comes before */
    fputs("vipgate: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

/* ---- requests ---- */

char *request_build(const char *rpc, const struct member *members, size_t count)
{
    struct json json = {0};
    char name[64];

    snprintf(name, sizeof name, "vipgate:%s", rpc);
    json_begin(&json, NULL);
    json_begin(&json, name);
    for (size_t i = 0; i < count; i++) {
        if (members[i].value && members[i].bare)
            json_bare(&json, members[i].name, members[i].value);
        else
            json_text(&json, members[i].name, members[i].value);
    }
    json_finish(&json);
    char *text = json.failed ? NULL : strndup(json.text, json.length);
    if (!text)
        abort();
    free(json.text);
    return text;
}

char *request_get(const char *what, const struct member *members, size_t count)
{
    char list[128] = "[";
    struct member all[8] = {{"what", list, true}};

    for (size_t length; *what; what += length + (what[length] == ',')) {
        length = strcspn(what, ",");
        size_t at = strlen(list);
        snprintf(list + at, sizeof list - at, "%s\"%.*s\"", at > 1 ? "," : "", (int)length, what);
    }
    strlcat(list, "]", sizeof list);
    for (size_t i = 0; i < count && i + 1 < sizeof all / sizeof *all; i++)
        all[i + 1] = members[i];
    return request_build("get", all, count + 1);
}

/* ---- answers ---- */

bool document_read(struct document *document, const char *json, size_t size)
{
    *document = (struct document){0};
    document->state = node_child(json_parse(&document->arena, json, size, NULL), "vipgate:state");
    if (document->state && document->state->object)
        return true;
    complain("invalid answer from the daemon; is it another version?");
    document_free(document);
    return false;
}

void document_free(struct document *document)
{
    arena_free(&document->arena);
    *document = (struct document){0};
}

const char *query_directory(const struct invocation *invocation)
{
    const char *directory = command_argument(invocation, "-S");

    return directory ? directory : "/run/vipgate";
}

int query_outcome(enum control_result result, const char *daemon, const char *error)
{
    switch (result) {
    case CONTROL_REFUSED:
        complain("%s", error);
        return STATUS_REFUSED;
    case CONTROL_INVALID:
        fprintf(stderr, "%s\n", error);
        return STATUS_USAGE;
    case CONTROL_UNREACHABLE:
        complain("%s: %s", daemon, error);
        return STATUS_UNREACHABLE;
    case CONTROL_DONE:
    case CONTROL_MORE:
    case CONTROL_STOPPED:
        break;
    }
    return STATUS_DONE;
}

struct receiver {
    query_answer *answer;
    void *user;
    bool failed;
};

static bool receive(const char *json, size_t size, void *user)
{
    struct receiver *receiver = user;
    struct document document;

    receiver->failed = !document_read(&document, json, size);
    if (receiver->failed)
        return false;
    bool more = receiver->answer(&document, receiver->user);
    document_free(&document);
    return more;
}

int query(const struct invocation *invocation, const char *daemon, char *request, uint64_t timeout_ms,
          query_answer *answer, void *user)
{
    struct receiver receiver = {.answer = answer, .user = user};
    char error[64 * 1024] = ""; /* a configuration may have many errors */

    enum control_result result =
        control_call(query_directory(invocation), daemon, request, timeout_ms, receive, &receiver, error, sizeof error);
    free(request);
    return receiver.failed ? STATUS_UNREACHABLE : query_outcome(result, daemon, error);
}

bool query_ignore(struct document *document, void *user)
{
    (void)document, (void)user;
    return true;
}

/* ---- collections ---- */

static void append(struct collection *collection, struct json_node *node)
{
    if (collection->last)
        collection->last->next = node;
    else
        collection->first = node;
    collection->last = node;
}

bool collection_add(struct document *document, void *user)
{
    struct collection *collection = user;

    collection->documents = reallocarray(collection->documents, collection->count + 1, sizeof *collection->documents);
    if (!collection->documents)
        abort();
    for (struct json_node *node = document->state->child, *next; node; node = next) {
        next = node->next;
        node->next = NULL;
        if (node->listed || !node_from(collection->first, node->name))
            append(collection, node);
    }
    collection->documents[collection->count++] = *document;
    *document = (struct document){0};
    return true;
}

void collection_free(struct collection *collection)
{
    for (size_t i = 0; i < collection->count; i++)
        document_free(&collection->documents[i]);
    free(collection->documents);
    *collection = (struct collection){0};
}

const struct json_node *collection_next(const struct collection *collection, const char *list,
                                        const struct json_node *after)
{
    return node_from(after ? after->next : collection->first, list);
}

const struct json_node *collection_find(const struct collection *collection, const char *list, const char *key)
{
    const struct json_node *entry = NULL;

    while ((entry = collection_next(collection, list, entry))) {
        if (strcmp(node_key(entry), key) == 0)
            return entry;
    }
    return NULL;
}
