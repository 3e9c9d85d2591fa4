/* run -c FILE: both daemons under one supervisor, in the foreground. */
#include "ctl/handlers.h"
#include "ctl/supervisor.h"

#include "ctl/query.h"
#include "lib/conf/conf.h"
#include "lib/log.h"
#include "lib/model.h"

#include <libgen.h>
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void tell_errors(const struct conf *conf)
{
    char line[2048];

    for (size_t i = 0; i < conf->diagnostic_count; i++)
        fprintf(stderr, "%s\n", conf_diagnostic_format(&conf->diagnostics[i], line, sizeof line));
}

static void configure_log(const struct lyd_node *tree)
{
    static const char *const levels[] = {"error", "warning", "info", "debug"};
    const struct lyd_node *log = model_sibling(tree, "log"), *site = model_sibling(tree, "site");
    const char *level = model_text(log, "level"), *format = model_text(log, "format");
    enum log_level chosen = LOG_LEVEL_INFO;

    for (size_t i = 0; level && i < sizeof levels / sizeof *levels; i++) {
        if (strcmp(level, levels[i]) == 0)
            chosen = (enum log_level)i;
    }
    log_configure(chosen, format && strcmp(format, "json") == 0 ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT,
                  site ? lyd_get_value(site) : NULL);
}

/* Both daemons would refuse a wrong file, each with the same words: it is looked at here, and said once. */
static int check_file(const char *file)
{
    const struct ly_ctx *context = query_context();
    if (!context)
        return STATUS_REFUSED;

    struct conf conf = conf_load(context, file);
    size_t errors = conf.error_count;
    if (errors > 0)
        tell_errors(&conf);
    else
        configure_log(conf.tree);
    conf_clear(&conf);
    query_close();
    malloc_trim(0); /* the supervisor stays for long, and needs none of it */
    return errors > 0 ? STATUS_USAGE : STATUS_DONE;
}

int handle_run(const struct invocation *invocation)
{
    const char *file = command_argument(invocation, "-c");
    char program[PATH_MAX] = "";

    int status = check_file(file);
    if (status != STATUS_DONE)
        return status;
    if (readlink("/proc/self/exe", program, sizeof program - 1) < 0)
        program[0] = '\0';
    log_open("vipgate");
    return supervisor_run(dirname(program), file);
}
