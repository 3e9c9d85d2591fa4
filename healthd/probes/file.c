/*
 * file: a file is there, or is not. A maintenance switch that an operator can throw with touch and rm. The file system
 * may hang (NFS), so the helper looks (healthd/helper): that it does not answer is trouble of this machine.
 */
#include "lib/kinds/file.h"
#include "healthd/helper/helper.h"
#include "healthd/probe/kinds.h"
#include "lib/container.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct file {
    struct probe probe; /* first */
    const struct file_settings *settings;
    struct helper_look look;
};

static void judge_answer(struct file *file, int error)
{
    const char *path = file->settings->path;
    bool absent = error == ENOENT || error == ENOTDIR;

    if (error && !absent)
        probe_errno(&file->probe, error, "stat %s", path);
    else if (absent != file->settings->expect_present)
        probe_ok(&file->probe, "%s is %s", path, absent ? "absent" : "present");
    else if (absent)
        probe_fail(&file->probe, REASON_MISSING, "%s is absent", path);
    else
        probe_fail(&file->probe, REASON_MISMATCH, "%s is present", path);
}

static void answered(struct helper_look *look, int error, const char *text, size_t size)
{
    (void)text;
    (void)size;
    judge_answer(CONTAINER_OF(look, struct file, look), error);
}

static struct probe *file_create(const void *settings, struct probe_room *room)
{
    struct file *file = probe_new(sizeof *file, &probe_file, room);

    if (!file)
        return NULL;
    file->settings = settings;
    return &file->probe;
}

static void file_start(struct probe *probe)
{
    struct file *file = (struct file *)probe;

    probe_phase(probe, PROBE_PHASE_FILE);
    int error = helper_look_start(probe->room->helper, &file->look, file->settings->path, 0, answered);
    if (error)
        probe_errno(probe, error, "stat %s", file->settings->path);
}

static void file_cancel(struct probe *probe)
{
    helper_look_cancel(probe->room->helper, &((struct file *)probe)->look);
}

static void file_at(const struct probe *probe, char *text, size_t size)
{
    snprintf(text, size, "stat %s: the file system hangs", ((const struct file *)probe)->settings->path);
}

static void file_destroy(struct probe *probe)
{
    free(probe);
}

const struct probe_kind probe_file = {
    .name = "file",
    .create = file_create,
    .start = file_start,
    .cancel = file_cancel,
    .at = file_at,
    .destroy = file_destroy,
};
