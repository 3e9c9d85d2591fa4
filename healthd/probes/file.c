/*
 * file: a file is there, or is not. A maintenance switch that an operator can throw with touch and rm. The file system
 * may hang (NFS), so the helper looks (healthd/helper): that it does not answer is trouble of this machine.
 */
#include "healthd/helper/helper.h"
#include "healthd/probes/kinds.h"
#include "lib/container.h"
#include "lib/kinds/kind.h"

#include <errno.h>
#include <stdio.h>

struct file {
    struct probe probe; /* first */
    struct helper_look look;
};

static void on_answer(struct helper_look *look, int error, const char *text, size_t size)
{
    struct probe *probe = &CONTAINER_OF(look, struct file, look)->probe;
    bool absent = error == -ENOENT || error == -ENOTDIR;
    const char *path = probe_target(probe);

    (void)text;
    (void)size;
    if (error && !absent)
        probe_errno(probe, error, "stat %s", path);
    else if (absent != ((const struct file_settings *)probe->settings)->expect_present)
        probe_ok(probe, "%s is %s", path, absent ? "absent" : "present");
    else
        probe_fail(probe, absent ? REASON_MISSING : REASON_MISMATCH, "%s is %s", path, absent ? "absent" : "present");
}

static void file_start(struct probe *probe)
{
    probe_phase(probe, PROBE_PHASE_FILE);
    int error =
        helper_look_start(probe->room->helper, &((struct file *)probe)->look, probe_target(probe), 0, on_answer);
    if (error)
        probe_errno(probe, error, "stat %s", probe_target(probe));
}

static void file_cancel(struct probe *probe)
{
    helper_look_cancel(probe->room->helper, &((struct file *)probe)->look);
}

static void file_at(const struct probe *probe, char *text, size_t size)
{
    snprintf(text, size, "stat %s: the file system hangs", probe_target(probe));
}

const struct probe_kind probe_file = {
    .name = "file",
    .size = sizeof(struct file),
    .start = file_start,
    .cancel = file_cancel,
    .at = file_at,
};
