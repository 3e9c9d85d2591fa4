/* run -c FILE: both daemons under one supervisor, in the foreground. */
#include "ctl/handlers.h"
#include "ctl/supervisor.h"

#include "ctl/query.h"
#include "lib/conf/conf.h"
#include "lib/conf/shared_config.h"
#include "lib/log.h"
#include "lib/model.h"

#include <libgen.h>
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void configure_log(const struct lyd_node *tree)
{
    const struct shared_config config = shared_config_of(tree);

    log_configure(config.log_level, config.log_format, config.site);
}

/* Both daemons would refuse a wrong file, each with the same words: it is looked at here, and said once. */
static int check_file(const char *file)
{
    char error[256];
    struct ly_ctx *context = model_open(error, sizeof error);

    if (!context) {
        complain("%s", error);
        return STATUS_REFUSED;
    }
    struct conf conf = conf_load(context, file);
    size_t errors = conf.error_count;
    if (errors > 0)
        conf_write_diagnostics(&conf, stderr);
    else
        configure_log(conf.tree);
    conf_clear(&conf);
    ly_ctx_destroy(context);
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
