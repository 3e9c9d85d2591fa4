/* vipgate, the command line. */
#include "ctl/command.h"
#include "ctl/handlers.h"
#include "ctl/query.h"

#include <errno.h>
#include <string.h>

int main(int count, char **words)
{
    struct invocation invocation;
    char error[1024];

    if (count > 1 && strcmp(words[1], "--complete") == 0) {
        complete(count - 2, words + 2);
        return STATUS_DONE;
    }
    int status = command_read(&invocation, count - 1, words + 1, error, sizeof error);
    if (status != STATUS_DONE)
        complain("%s", error);
    else if (command_argument(&invocation, "--help"))
        command_help(&invocation, stdout);
    else if (command_argument(&invocation, "--version"))
        status = handle_version(&invocation);
    else if (command_argument(&invocation, "--watch"))
        status = watch(&invocation);
    else
        status = invocation.command->handler(&invocation);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == STATUS_DONE) {
        complain("cannot write the answer: %s", strerror(errno));
        status = STATUS_REFUSED;
    }
    return status;
}
