/*
 * file: a file is there, or is not. A maintenance switch that an operator can throw with touch and rm. The file system
 * may hang (NFS), so it is asked in libuv's thread pool; a question whose probe has gone is answered to nobody.
 */
#include "healthd/probes/kinds.h"
#include "lib/kinds/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One question under way. It outlives a cancelled run: the thread pool cannot be called back. */
struct question {
    uv_fs_t request;   /* first */
    struct file *file; /* NULL: nobody waits for the answer any more */
};

struct file {
    struct probe probe; /* first */
    const struct file_settings *settings;
    struct question *question;
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

static void answered(uv_fs_t *request)
{
    struct question *question = (struct question *)request;
    struct file *file = question->file;
    int error = request->result < 0 ? (int)-request->result : 0;

    uv_fs_req_cleanup(request);
    free(question);
    if (!file)
        return;
    file->question = NULL;
    judge_answer(file, error);
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
    struct question *question = calloc(1, sizeof *question);

    probe_phase(probe, "stat");
    if (!question)
        return probe_errno(probe, ENOMEM, "stat %s", file->settings->path);
    int error = uv_fs_stat(probe->room->loop, &question->request, file->settings->path, answered);
    if (error) {
        free(question);
        return probe_errno(probe, -error, "stat %s", file->settings->path);
    }
    question->file = file;
    file->question = question;
}

static void file_cancel(struct probe *probe)
{
    struct file *file = (struct file *)probe;

    if (!file->question)
        return;
    file->question->file = NULL;
    uv_cancel((uv_req_t *)&file->question->request);
    file->question = NULL;
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
