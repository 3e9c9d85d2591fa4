#include "lib/daemon/load.h"

#include "lib/conf/secret.h"
#include "lib/model.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* A copy whose texts outlive the tree. False when out of memory. */
static bool keep_shared(struct load *load, const struct lyd_node *tree)
{
    const struct shared_config shared = shared_config_of(tree);

    load->shared = shared;
    load->shared.site = arena_copy(&load->arena, shared.site);
    load->shared.control_directory = arena_copy(&load->arena, shared.control_directory);
    return !load->arena.failed;
}

/* What is told of the tree once it is gone. False when out of memory. */
static bool describe(struct load *load, struct lyd_node *tree)
{
    if (!keep_shared(load, tree) || !conf_lines_of(&load->lines, tree))
        return false;
    if (!conf_remove_secrets(tree)) /* nobody needs them any more */
        return false;
    load->document = conf_print(tree, CONF_JSON, true);
    return load->document;
}

struct load *load_file(const struct load_kind *kind, const struct ly_ctx *context, const char *path)
{
    struct load *load = calloc(1, sizeof *load);

    if (!load)
        return NULL;
    struct conf *conf = &load->findings;

    *conf = conf_load(context, path);
    if (conf->error_count == 0)
        load->value = kind->build(conf);
    if (load->value && !describe(load, conf->tree)) {
        conf_error(conf, NULL, "out of memory");
        kind->discard(load->value);
        load->value = NULL;
    }
    conf_drop_tree(conf);
    /* libyang keeps what it refused for each thread apart, and CONTEXT may be let go in another one. */
    ly_err_clean((struct ly_ctx *)context, NULL);
    return load;
}

struct load *load_file_apart(const struct load_kind *kind, const char *path)
{
    char error[256];
    struct ly_ctx *context = model_open(error, sizeof error);
    struct load *load = context ? load_file(kind, context, path) : calloc(1, sizeof *load);

    if (!context && load)
        conf_error(&load->findings, NULL, "%s", error);
    load_forget(context);
    return load;
}

static void keep_change(const char *text, void *user)
{
    struct load *load = user;
    const char *line = load->change_count++ < LOAD_CHANGES_MAX ? arena_copy(&load->arena, text) : NULL;

    if (line)
        load->changes[load->changes_kept++] = line;
}

void load_compare(struct load *load, const struct load *before)
{
    conf_compare(&before->lines, &load->lines, keep_change, load);
}

void load_forget(void *context)
{
    ly_ctx_destroy(context);
    malloc_trim(0); /* the tree of a large file takes a hundred times what is left */
}

char *load_lines(const struct load *load)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return NULL;
    conf_write_diagnostics(&load->findings, stream);
    return fclose(stream) == 0 ? text : NULL;
}

void load_free(const struct load_kind *kind, struct load *load)
{
    if (!load)
        return;
    if (load->value)
        kind->discard(load->value);
    conf_clear(&load->findings);
    conf_lines_clear(&load->lines);
    free(load->document);
    arena_free(&load->arena);
    free(load);
}
