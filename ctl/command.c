#include "ctl/command.h"

#include "lib/conf/nearest.h"

#include <bsd/string.h>
#include <string.h>

const char command_options[] = "[-S DIRECTORY] [--json] [--color auto|always|never] [--help] [--version]";

/* Reading state: the elements of the command, once it is known, and of the common options. */
struct reading {
    struct invocation *invocation;
    struct element elements[SYNTAX_ELEMENTS_MAX], options[SYNTAX_ELEMENTS_MAX];
    size_t element_count, option_count;
    char **words; /* those not yet read */
    int count;
    bool options_over; /* after "--" */
    char *error;
    size_t size;
};

/* Whether the words of COMMAND begin with those typed, at a word's end. */
static bool begins_with(const struct command *command, const char *typed)
{
    size_t length = strlen(typed);

    return length == 0 || (strncmp(command->words, typed, length) == 0 &&
                           (command->words[length] == ' ' || command->words[length] == '\0'));
}

/* The word of COMMAND that follows those typed, or NULL where there is none. */
static const char *following_word(const struct command *command, const char *typed, char word[static SYNTAX_WORD_SIZE])
{
    if (!begins_with(command, typed) || strlen(command->words) == strlen(typed))
        return NULL;
    const char *start = command->words + strlen(typed) + (typed[0] ? 1 : 0);
    strlcpy(word, start, SYNTAX_WORD_SIZE);
    word[strcspn(word, " ")] = '\0';
    return word;
}

static const struct element *find_element(const struct element *elements, size_t count, enum element_kind kind,
                                          const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (elements[i].kind == kind && strcmp(elements[i].name, name) == 0)
            return &elements[i];
    }
    return NULL;
}

/* What must be given and was not yet, or NULL. */
static const struct element *missing_element(const struct reading *reading)
{
    for (size_t i = 0; i < reading->element_count; i++) {
        const struct element *element = &reading->elements[i];
        if (!element->optional && !arguments_get(&reading->invocation->arguments, element->name))
            return element;
    }
    return NULL;
}

/* ---- reading ---- */

static int unknown_command(struct reading *reading, const char *word)
{
    static char offered[64][SYNTAX_WORD_SIZE];
    const char *typed = reading->invocation->words;
    struct nearest nearest = {.to = word};
    size_t count = 0;
    char hint[128];

    for (const struct command *command = commands; command->words && count < 64; command++) {
        if (following_word(command, typed, offered[count]))
            nearest_offer(&nearest, offered[count++]);
    }
    snprintf(reading->error, reading->size, "unknown command '%s%s%s'%s", typed, typed[0] ? " " : "", word,
             nearest.word ? nearest_hint(&nearest, hint, sizeof hint) : "; see 'vipgate --help'");
    return STATUS_USAGE;
}

/* One more word of the command itself. */
static int read_command_word(struct reading *reading, const char *word)
{
    struct invocation *invocation = reading->invocation;
    char typed[sizeof invocation->words];
    bool known = false;

    strlcpy(typed, invocation->words, sizeof typed);
    strlcat(typed, typed[0] ? " " : "", sizeof typed);
    strlcat(typed, word, sizeof typed);
    for (const struct command *command = commands; command->words; command++) {
        known |= begins_with(command, typed);
        if (strcmp(command->words, typed) == 0)
            invocation->command = command;
    }
    if (!known)
        return unknown_command(reading, word);
    strlcpy(invocation->words, typed, sizeof invocation->words);
    if (invocation->command)
        reading->element_count = syntax_read(invocation->command->syntax, reading->elements);
    return STATUS_DONE;
}

static int usage_error(struct reading *reading, const char *what, const char *subject)
{
    const struct invocation *invocation = reading->invocation;
    const struct command *command = invocation->command;

    const char *rest = command ? command->syntax : "COMMAND ...";

    snprintf(reading->error, reading->size, "%s%s; usage: vipgate %s%s%s", what, subject, invocation->words,
             invocation->words[0] && rest[0] ? " " : "", rest);
    return STATUS_USAGE;
}

static int take(struct reading *reading, struct arguments *arguments, const struct element *element, const char *value)
{
    char error[256];

    if (!value)
        return usage_error(reading, element->name, " requires a value");
    if (arguments_take(arguments, element, value, error, sizeof error))
        return STATUS_DONE;
    return usage_error(reading, error, "");
}

static const char *next(struct reading *reading)
{
    if (reading->count == 0)
        return NULL;
    reading->count--;
    return *reading->words++;
}

/* An option of the command, or else of all commands. */
static const struct element *find_option(const struct reading *reading, const char *name)
{
    const struct element *element = find_element(reading->elements, reading->element_count, ELEMENT_OPTION, name);

    return element ? element : find_element(reading->options, reading->option_count, ELEMENT_OPTION, name);
}

static int unknown_option(struct reading *reading, const char *name)
{
    struct nearest nearest = {.to = name};
    char hint[128], subject[256];

    for (size_t i = 0; i < reading->element_count; i++)
        nearest_offer(&nearest, reading->elements[i].name);
    for (size_t i = 0; i < reading->option_count; i++)
        nearest_offer(&nearest, reading->options[i].name);
    snprintf(subject, sizeof subject, "'%s'%s", name, nearest_hint(&nearest, hint, sizeof hint));
    return usage_error(reading, "unknown option ", subject);
}

/* "-h", "--last 5", "--last=5", "--watch". */
static int read_option(struct reading *reading, const char *word)
{
    char name[SYNTAX_WORD_SIZE];
    const char *value = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
    struct invocation *invocation = reading->invocation;

    strlcpy(name, strcmp(word, "-h") == 0 ? "--help" : strcmp(word, "-V") == 0 ? "--version" : word, sizeof name);
    name[strcspn(name, "=")] = '\0';
    const struct element *element = find_option(reading, name);
    if (!element)
        return unknown_option(reading, word);
    bool own = element >= reading->elements && element < reading->elements + reading->element_count;
    struct arguments *arguments = own ? &invocation->arguments : &invocation->options;
    if (!element->value[0])
        return value ? usage_error(reading, name, " takes no value") : take(reading, arguments, element, "");
    bool left_out =
        !value && element->value_optional && (reading->count == 0 || !element_fits(element, *reading->words));
    return take(reading, arguments, element, value ? value + 1 : left_out ? "" : next(reading));
}

static int read_argument(struct reading *reading, const char *word)
{
    struct arguments *arguments = &reading->invocation->arguments;
    char quoted[128];

    const struct element *keyword = find_element(reading->elements, reading->element_count, ELEMENT_KEYWORD, word);
    if (keyword)
        return take(reading, arguments, keyword, next(reading));
    for (size_t i = 0; i < reading->element_count; i++) {
        const struct element *element = &reading->elements[i];
        if (element->kind == ELEMENT_POSITIONAL && !arguments_get(arguments, element->name))
            return take(reading, arguments, element, word);
    }
    snprintf(quoted, sizeof quoted, "'%s'", word);
    return usage_error(reading, "unexpected argument ", quoted);
}

static int read_word(struct reading *reading, const char *word)
{
    if (!reading->options_over && strcmp(word, "--") == 0) {
        reading->options_over = true;
        return STATUS_DONE;
    }
    if (!reading->options_over && word[0] == '-' && word[1] != '\0')
        return read_option(reading, word);
    if (!reading->invocation->words[0] && strcmp(word, "help") == 0) /* "help show vip" is "--help show vip" */
        return read_option(reading, "--help");
    if (!reading->invocation->command)
        return read_command_word(reading, word);
    return read_argument(reading, word);
}

/* The words typed begin commands, and are none. */
static int incomplete_command(struct reading *reading)
{
    const char *typed = reading->invocation->words;
    char word[SYNTAX_WORD_SIZE], last[SYNTAX_WORD_SIZE] = "";

    strlcpy(reading->error, typed[0] ? "incomplete command; expected one of:" : "no command; see 'vipgate --help'",
            reading->size);
    for (const struct command *command = commands; typed[0] && command->words; command++) {
        if (!following_word(command, typed, word) || strcmp(word, last) == 0)
            continue;
        strlcat(reading->error, last[0] ? ", " : " ", reading->size);
        strlcat(reading->error, word, reading->size);
        strlcpy(last, word, sizeof last);
    }
    return STATUS_USAGE;
}

/* What is missing at the end. */
static int read_end(struct reading *reading)
{
    const struct invocation *invocation = reading->invocation;

    if (arguments_get(&invocation->options, "--help") || arguments_get(&invocation->options, "--version"))
        return STATUS_DONE;
    if (!invocation->command)
        return incomplete_command(reading);
    const struct element *missing = missing_element(reading);
    return missing ? usage_error(reading, "missing ", missing->name) : STATUS_DONE;
}

static struct reading reading_of(struct invocation *invocation, int count, char **words, char *error, size_t size)
{
    struct reading reading = {.invocation = invocation, .words = words, .count = count, .error = error, .size = size};

    *invocation = (struct invocation){0};
    reading.option_count = syntax_read(command_options, reading.options);
    return reading;
}

int command_read(struct invocation *invocation, int count, char **words, char *error, size_t size)
{
    struct reading reading = reading_of(invocation, count, words, error, size);
    int status = STATUS_DONE;

    for (const char *word; status == STATUS_DONE && (word = next(&reading));)
        status = read_word(&reading, word);
    return status == STATUS_DONE ? read_end(&reading) : status;
}

/* ---- help ---- */

static void help_list(const char *typed, FILE *file)
{
    fprintf(file, "usage: vipgate %s COMMAND ...\n\n", command_options);
    for (const struct command *command = commands; command->words; command++) {
        char usage[128];
        if (!begins_with(command, typed))
            continue;
        snprintf(usage, sizeof usage, "%s%s%s", command->words, command->syntax[0] ? " " : "", command->syntax);
        if (strlen(usage) > 42)
            fprintf(file, "  %s\n  %-42s  %s\n", usage, "", command->help);
        else
            fprintf(file, "  %-42s  %s\n", usage, command->help);
    }
    fprintf(file, "\nSee 'vipgate help COMMAND' for one command, and vipgate(8).\n");
}

void command_help(const struct invocation *invocation, FILE *file)
{
    const struct command *command = invocation->command;

    if (!command) {
        help_list(invocation->words, file);
        return;
    }
    fprintf(file, "usage: vipgate %s%s%s\n\n%s\n", command->words, command->syntax[0] ? " " : "", command->syntax,
            command->help);
    if (command->more)
        fprintf(file, "\n%s\n", command->more);
    fprintf(file, "\nOptions of every command: %s\n", command_options);
}

/* ---- completion ---- */

static void offer(FILE *file, const char *candidate, const char *begun)
{
    if (strncmp(candidate, begun, strlen(begun)) == 0)
        fprintf(file, "%s\n", candidate);
}

static void offer_values(FILE *file, const char *spec, const char *begun)
{
    char alternatives[SYNTAX_WORD_SIZE], *rest = alternatives;

    strlcpy(alternatives, spec, sizeof alternatives);
    for (const char *alternative; (alternative = strsep(&rest, "|"));) {
        const char *list = placeholder_list(alternative);
        if (list)
            fprintf(file, "@%s\n", list);
        else if (alternative[0] >= 'a')
            offer(file, alternative, begun);
    }
}

static void offer_elements(const struct reading *reading, FILE *file, const char *begun)
{
    /* What must still be said is offered before what may be. */
    bool positional_offered = false, needed = missing_element(reading) && begun[0] != '-';

    for (size_t i = 0; i < reading->element_count; i++) {
        const struct element *element = &reading->elements[i];
        if (arguments_get(&reading->invocation->arguments, element->name) || (needed && element->optional))
            continue;
        if (element->kind != ELEMENT_POSITIONAL) {
            offer(file, element->name, begun);
        } else if (!positional_offered) {
            offer_values(file, element->value, begun);
            positional_offered = true;
        }
    }
    for (size_t i = 0; begun[0] == '-' && i < reading->option_count; i++)
        offer(file, reading->options[i].name, begun);
}

static void offer_command_words(const struct reading *reading, FILE *file, const char *begun)
{
    char word[SYNTAX_WORD_SIZE], last[SYNTAX_WORD_SIZE] = "";

    for (const struct command *command = commands; command->words; command++) {
        if (!following_word(command, reading->invocation->words, word) || strcmp(word, last) == 0)
            continue;
        offer(file, word, begun);
        strlcpy(last, word, sizeof last);
    }
    for (size_t i = 0; begun[0] == '-' && i < reading->option_count; i++)
        offer(file, reading->options[i].name, begun);
}

/* The option or keyword that waits for its value when the words end here, or NULL. */
static const struct element *waiting_element(const struct reading *reading, const char *word)
{
    const struct element *element = find_option(reading, word);

    if (!element)
        element = find_element(reading->elements, reading->element_count, ELEMENT_KEYWORD, word);
    return element && element->value[0] ? element : NULL;
}

void command_complete(int count, char **words, FILE *file)
{
    struct invocation invocation;
    char error[512];

    if (count == 0)
        return;
    const char *begun = words[count - 1];
    struct reading reading = reading_of(&invocation, count - 1, words, error, sizeof error);
    while (reading.count > 0) {
        const char *word = next(&reading);
        const struct element *waiting = reading.count == 0 ? waiting_element(&reading, word) : NULL;
        if (waiting) {
            offer_values(file, waiting->value, begun);
            return;
        }
        if (read_word(&reading, word) != STATUS_DONE)
            return;
    }
    if (invocation.command)
        offer_elements(&reading, file, begun);
    else
        offer_command_words(&reading, file, begun);
}
