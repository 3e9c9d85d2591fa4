#include "lib/conf/conf.h"

#include "lib/conf/aside.h"
#include "lib/conf/build.h"
#include "lib/conf/json_read.h"
#include "lib/conf/lint.h"
#include "lib/conf/place.h"
#include "lib/conf/rules.h"
#include "lib/conf/secret.h"
#include "lib/conf/source.h"
#include "lib/conf/text_print.h"
#include "lib/conf/text_read.h"
#include "lib/conf/xml_print.h"
#include "lib/conf/xml_read.h"
#include "lib/model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a finding on the file as a whole stands. */
static struct place start_of(unsigned file)
{
    return (struct place){.file = file, .line = 1, .column = 1};
}

static void read_statements(struct document *document, const struct include_origin *origin, const char *text,
                            size_t size)
{
    struct statement **tail = &document->statements;

    if (document->encoding == CONF_JSON)
        json_read(document, origin->file, text, size, &tail);
    else if (document->encoding == CONF_XML)
        xml_read(document, origin->file, text, size, &tail);
    else
        text_read(document, origin, text, size, &tail);
    if (document->arena.failed) {
        diagnostics_error(&document->diagnostics, start_of(origin->file),
                          "the configuration is too large: its statements take more than 64 MiB");
        document->incomplete = true;
    }
}

/* The final word is libyang's. What it finds and our own rules did not is reported at the nearest place known. */
static void validate(struct document *document, const struct ly_ctx *context, struct lyd_node **tree)
{
    struct lyd_node *node = NULL;

    if (lyd_validate_module(tree, model_module(context), LYD_VALIDATE_NO_STATE, NULL) == LY_SUCCESS)
        return;
    char *message = strdup(model_error_message(context));
    const char *path = model_error_path(context);
    if (path && *tree)
        lyd_find_path(*tree, path, 0, &node);
    diagnostics_error(&document->diagnostics, place_of(node), "%s", message ? message : "not valid");
    free(message);
}

/* Statements to the finished value, which takes over what the document owns. */
static struct conf finish(struct document *document, const struct ly_ctx *context)
{
    struct conf conf = {0};
    struct lyd_node *tree = document_build(document, context);

    document_check_rules(document, context, tree);
    lyd_new_implicit_module(&tree, model_module(context), LYD_IMPLICIT_NO_STATE, NULL);
    aside_complete(document);
    if (!document->incomplete)
        document_lint(document, tree);
    if (document->diagnostics.errors == 0)
        validate(document, context, &tree);
    aside_free(document);
    if (document->diagnostics.errors > 0) {
        lyd_free_all(tree);
        tree = NULL;
    }
    conf.tree = tree;
    SHA256End(&document->digest, conf.digest);
    conf.arena = document->arena;
    diagnostics_finish(&document->diagnostics, &conf);
    return conf;
}

static struct document document_of(enum conf_encoding encoding)
{
    struct document document = {.encoding = encoding};

    SHA256Init(&document.digest);
    return document;
}

/* False: there are no statements, because the file at PATH cannot be read. */
static bool read_files(struct document *document, const char *path)
{
    struct include_origin origin = {.path = path, .file = diagnostics_file(&document->diagnostics, path)};
    struct source source;

    if (!source_read(document, path, start_of(origin.file), &source))
        return false;
    origin.device = source.device;
    origin.inode = source.inode;
    read_statements(document, &origin, source.text, source.size);
    return true;
}

struct conf conf_load(const struct ly_ctx *context, const char *path)
{
    struct document document = document_of(conf_encoding_of(path));

    read_files(&document, path);
    return finish(&document, context);
}

/* An included file that is not there any more is a change like any other. */
int conf_digest(const char *path, char digest[static CONF_DIGEST_SIZE])
{
    struct document document = document_of(conf_encoding_of(path));
    struct conf conf = {0};
    bool found = read_files(&document, path);

    SHA256End(&document.digest, digest);
    conf.arena = document.arena;
    diagnostics_finish(&document.diagnostics, &conf);
    conf_clear(&conf);
    return found && document.unread == ENOENT ? 0 : document.unread;
}

struct conf conf_parse(const struct ly_ctx *context, const char *name, const char *text, size_t size,
                       enum conf_encoding encoding)
{
    struct document document = document_of(encoding);
    struct include_origin origin = {.path = "", .file = diagnostics_file(&document.diagnostics, name)};

    if (size > DOCUMENT_SIZE_MAX)
        diagnostics_error(&document.diagnostics, start_of(origin.file), "the configuration is larger than 4 MiB");
    else
        read_statements(&document, &origin, text, size);
    return finish(&document, context);
}

void conf_clear(struct conf *conf)
{
    conf_drop_tree(conf);
    for (size_t i = 0; i < conf->diagnostic_count; i++)
        free(conf->diagnostics[i].message);
    free(conf->diagnostics);
    for (unsigned i = 0; i < conf->files.count; i++)
        free(conf->files.names[i]);
    free(conf->files.names);
    *conf = (struct conf){0};
}

void conf_drop_tree(struct conf *conf)
{
    lyd_free_all(conf->tree);
    conf->tree = NULL;
    arena_free(&conf->arena);
}

static char *json_print(const struct lyd_node *tree)
{
    char *text = NULL;

    if (lyd_print_mem(&text, tree, LYD_JSON, LYD_PRINT_WITHSIBLINGS | LYD_PRINT_WD_EXPLICIT) != LY_SUCCESS)
        return NULL;
    return text ? text : strdup("");
}

char *conf_print(const struct lyd_node *tree, enum conf_encoding encoding, bool secrets)
{
    struct lyd_node *copy = NULL;

    if (!secrets && tree && !(copy = conf_without_secrets(tree)))
        return NULL;
    const struct lyd_node *shown = copy ? copy : tree;
    char *text = encoding == CONF_TEXT   ? text_print(shown)
                 : encoding == CONF_JSON ? json_print(shown)
                                         : xml_print(shown);
    lyd_free_all(copy);
    return text;
}
