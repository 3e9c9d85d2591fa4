#include "ctl/drift.h"

#include "lib/conf/conf.h"
#include "lib/text.h"

#include <string.h>
#include <sys/stat.h>

/* The digest of the file at PATH, now. What is no file may never end, or be meant for somebody else. */
static bool digest_now(const char *path, char digest[static CONF_DIGEST_SIZE])
{
    struct stat status;
    const char *reason = "it is no regular file";

    if (stat(path, &status) < 0 || S_ISREG(status.st_mode)) {
        int error = conf_digest(path, digest);
        if (error == 0)
            return true;
        reason = strerror(-error);
    }
    complain("the running configuration is not compared with %s, which cannot be read in full: %s", path, reason);
    return false;
}

/* A daemon of an older version does not say what it runs; one of ours says nothing that a terminal obeys. */
static void append(struct drifts *drifts, const struct json_node *entry)
{
    struct drift *drift = &drifts->of[drifts->count];

    drift->daemon = node_text(entry, "name");
    drift->file = node_text(entry, "configuration-file");
    drift->digest = node_text(entry, "configuration-digest");
    drifts->count += drift->file && text_is_clean(drift->file) && drift->digest;
}

static void compare_with_file(struct drifts *drifts)
{
    char digest[CONF_DIGEST_SIZE];
    const char *file = NULL;
    bool known = false;

    for (struct drift *drift = drifts->of; drift < drifts->of + drifts->count; drift++) {
        if (!file || strcmp(file, drift->file) != 0)
            known = digest_now(drift->file, digest);
        file = drift->file;
        if (known && strcmp(digest, drift->digest) != 0)
            drift->from = file;
    }
}

/* Two that differ are wrong whatever the file holds. It is said where the file has not told which of them is. */
static void compare_with_each_other(struct drifts *drifts)
{
    struct drift *first = &drifts->of[0];

    for (size_t i = 1; i < drifts->count; i++) {
        struct drift *drift = &drifts->of[i];
        if (!first->from && !drift->from && strcmp(first->digest, drift->digest) != 0)
            drift->from = first->daemon;
    }
}

struct drifts drift_find(const struct collection *answers)
{
    struct drifts drifts = {.count = 0};
    const struct json_node *entry = NULL;

    while (drifts.count < DRIFT_DAEMONS_MAX && (entry = collection_next(answers, "daemon", entry)))
        append(&drifts, entry);
    compare_with_file(&drifts);
    compare_with_each_other(&drifts);
    return drifts;
}

const char *drift_from(const struct drifts *drifts, const char *name)
{
    for (size_t i = 0; i < drifts->count; i++) {
        if (strcmp(drifts->of[i].daemon, name) == 0)
            return drifts->of[i].from;
    }
    return NULL;
}
