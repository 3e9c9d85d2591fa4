#include "lib/conf/conf.h"

#include "lib/conf/schema.h"
#include "lib/kinds/words.h"
#include "lib/model.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* NULL, or what is wrong with VALUE on this machine, a constant or of strerror. */
typedef const char *looker(const char *value);

static const char *look_for_file(const char *path)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (file < 0)
        return strerror(errno);
    bool regular = fstat(file, &status) == 0 && S_ISREG(status.st_mode);
    close(file);
    return regular ? NULL : "not a regular file";
}

static const char *look_for_program(const char *command)
{
    struct arena arena = {0};
    struct stat status;
    char **words;
    const char *wrong = NULL;

    if (!words_split(&arena, command, &words) && words && words[0]) {
        if (stat(words[0], &status) < 0 || access(words[0], X_OK) < 0)
            wrong = strerror(errno);
        else if (!S_ISREG(status.st_mode))
            wrong = "not an executable file";
    }
    arena_free(&arena);
    return wrong;
}

static const char *look_for_socket(const char *path)
{
    struct stat status;

    if (stat(path, &status) < 0)
        return strerror(errno);
    return S_ISSOCK(status.st_mode) ? NULL : "not a socket";
}

static const char *look_for_interface(const char *name)
{
    return if_nametoindex(name) ? NULL : "no such interface";
}

static const char *look_for_zone(const char *address)
{
    const char *zone = strchr(address, '%');

    return zone ? look_for_interface(zone + 1) : NULL;
}

static const char *look_for_user(const char *name)
{
    return getpwnam(name) ? NULL : "no such user";
}

static const struct {
    const char *what; /* the argument of vg:here */
    looker *look;
} rows[] = {
    {"file", look_for_file},           {"program", look_for_program}, {"socket", look_for_socket},
    {"interface", look_for_interface}, {"zone", look_for_zone},       {"user", look_for_user},
};

static const char *look_at(const struct lyd_node *node)
{
    const char *what = schema_extension(node->schema, "here");

    for (size_t i = 0; what && i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].what, what) == 0)
            return rows[i].look(lyd_get_value(node));
    }
    return NULL;
}

/* Where vipgate adds no address, the interface may come later, by whoever adds it. */
static bool is_somebody_elses(const struct lyd_node *node)
{
    return !model_boolean(lyd_parent(node), "manage", true);
}

/* Of a command only the program is named: its arguments may be secret. */
static size_t look_at_leaf(struct conf *conf, const struct lyd_node *node)
{
    const char *wrong = model_is_explicit(node) && !is_somebody_elses(node) ? look_at(node) : NULL;
    const char *value = lyd_get_value(node);

    if (wrong && strcmp(node->schema->name, "command") == 0)
        conf_warning(conf, node, "program of command: %s", wrong);
    else if (wrong)
        conf_warning(conf, node, "%s %s: %s", node->schema->name, value, wrong);
    return wrong ? 1 : 0;
}

size_t conf_look_here(struct conf *conf)
{
    struct lyd_node *top, *node;
    size_t found = 0;

    LY_LIST_FOR(conf->tree, top)
    {
        LYD_TREE_DFS_BEGIN(top, node)
        {
            if (node->schema->nodetype & (LYS_LEAF | LYS_LEAFLIST))
                found += look_at_leaf(conf, node);
            LYD_TREE_DFS_END(top, node);
        }
    }
    return found;
}
