#include "lib/conf/conf.h"

#include "lib/conf/lint.h"
#include "lib/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void read_statements(struct document *document, const struct source *source)
{
    if (document->encoding == CONF_JSON)
        json_read(document, source);
    else if (document->encoding == CONF_XML)
        xml_read(document, source);
    else
        text_read(document, source);
    if (document->conf.arena.failed) {
        diagnostics_error(&document->conf, source_start(source),
                          "the configuration is too large: its statements take more than 256 MiB");
        document->incomplete = true;
    }
}

/* What libyang finds and our rules did not is reported at the nearest location known. */
static void validate(struct document *document, const struct ly_ctx *context)
{
    struct lyd_node **tree = &document->tree.first, *node = NULL;

    if (lyd_validate_module(tree, model_module(context), LYD_VALIDATE_NO_STATE, NULL) == LY_SUCCESS)
        return;
    char *message = strdup(model_error_message(context));
    const char *path = model_error_path(context);
    if (path && *tree)
        lyd_find_path(*tree, path, 0, &node);
    conf_error(&document->conf, node, "%s", message ? message : "not valid");
    free(message);
}

/* Adds the defaults of the schema. */
static void complete(struct document *document, const struct ly_ctx *context)
{
    struct ly_set *detached = &document->tree.detached;

    lyd_new_implicit_module(&document->tree.first, model_module(context), LYD_IMPLICIT_NO_STATE, NULL);
    for (uint32_t i = 0; i < detached->count; i++)
        lyd_new_implicit_tree(detached->dnodes[i], LYD_IMPLICIT_NO_STATE, NULL);
}

static void check_lint(struct document *document)
{
    struct lint lint;

    if (document->incomplete || !lint_open(&lint, document))
        return;
    lint_values(&lint);
    lint_bgp(&lint);
    lint_platforms(&lint);
    lint_vips(&lint);
    lint_checks(&lint);
}

/* Statements to the finished value, which takes over what the document owns. */
static struct conf finish(struct document *document, const struct ly_ctx *context)
{
    struct conf *conf = &document->conf;

    if (!conf->arena.failed)
        document_build(document, context);
    document_check_rules(document, context);
    complete(document, context);
    check_lint(document);
    if (conf->error_count == 0 && rules_are_incomplete(context))
        validate(document, context);
    tree_finish(&document->tree);
    conf->tree = document->tree.first;
    if (conf->error_count > 0) {
        lyd_free_all(conf->tree);
        conf->tree = NULL;
    }
    SHA256End(&document->digest, conf->digest);
    return *conf;
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
    struct source source = {.path = path, .file = diagnostics_file(&document->conf, path)};

    if (!source_read(document, source_start(&source), &source))
        return false;
    read_statements(document, &source);
    return true;
}

struct conf conf_load(const struct ly_ctx *context, const char *path)
{
    struct document document = document_of(conf_encoding_of(path));

    read_files(&document, path);
    return finish(&document, context);
}

/* An included file that is no longer there is a change like any other. */
int conf_digest(const char *path, char digest[static CONF_DIGEST_SIZE])
{
    struct document document = document_of(conf_encoding_of(path));
    bool found = read_files(&document, path);

    SHA256End(&document.digest, digest);
    conf_clear(&document.conf);
    return found && document.unread == ENOENT ? 0 : -document.unread;
}

struct conf conf_parse(const struct ly_ctx *context, const char *name, const char *text, size_t size,
                       enum conf_encoding encoding)
{
    struct document document = document_of(encoding);
    const struct source source = {
        .path = "", .file = diagnostics_file(&document.conf, name), .text = text, .size = size};

    if (size > DOCUMENT_SIZE_MAX)
        diagnostics_error(&document.conf, source_start(&source), "the configuration is larger than 16 MiB");
    else
        read_statements(&document, &source);
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
