#include "lib/expression.h"

#define PCRE2_CODE_UNIT_WIDTH 8

#include <bsd/string.h>
#include <pcre2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/*
 * STEPS_MAX is what takes about a millisecond. A pass over text counts as a step for each SCANNED_A_STEP bytes.
 */
enum {
    PATTERN_MAX = 4096,
    DEPTH_MAX = 50,
    MEMORY_MAX = 64 * 1024, /* of a pattern, while it is compiled */
    HEAP_MAX_KIB = 1024,
    STEPS_MAX = 50000,
    SCANNED_A_STEP = 32,
};

struct expression {
    const char *literal; /* a pattern without any special character is searched for as it is; else NULL */
    pcre2_code *code;
    bool refers_back;
};

/* ---- the pattern ---- */

/* What a pattern may still take. */
struct budget {
    struct arena *arena;
    size_t left;
};

static void *take(size_t size, void *user)
{
    struct budget *budget = user;

    if (size > budget->left)
        return NULL;
    budget->left -= size;
    return arena_alloc(budget->arena, size);
}

/* The arena goes as a whole. */
static void give_back(void *memory, void *user)
{
    (void)memory;
    (void)user;
}

static bool is_too_large(int error)
{
    return error == PCRE2_ERROR_PATTERN_TOO_LARGE || error == PCRE2_ERROR_PATTERN_STRING_TOO_LONG ||
           error == PCRE2_ERROR_HEAP_FAILED || error == PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP ||
           error == PCRE2_ERROR_PATTERN_TOO_COMPLICATED;
}

static void explain(int error, size_t offset, char wrong[static EXPRESSION_WRONG_SIZE])
{
    unsigned char words[120] = "";

    if (is_too_large(error)) {
        strlcpy(wrong, "too large: repeat less often, or nest less deep", EXPRESSION_WRONG_SIZE);
        return;
    }
    pcre2_get_error_message(error, words, sizeof words);
    snprintf(wrong, EXPRESSION_WRONG_SIZE, "%s at character %zu", (const char *)words, offset + 1);
}

/* Each part of the pattern gets a callout, in which the steps are counted. */
static pcre2_code *compile(struct budget *budget, const char *pattern, int *error, PCRE2_SIZE *offset)
{
    const uint32_t options = PCRE2_MULTILINE | PCRE2_AUTO_CALLOUT | PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C;

    pcre2_general_context *general = pcre2_general_context_create(take, give_back, budget);
    pcre2_compile_context *context = general ? pcre2_compile_context_create(general) : NULL;

    if (!context) {
        *error = PCRE2_ERROR_HEAP_FAILED;
        return NULL;
    }
    pcre2_set_max_pattern_length(context, PATTERN_MAX);
    pcre2_set_parens_nest_limit(context, DEPTH_MAX);
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    return pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, error, offset, context);
}

const struct expression *expression_compile(struct arena *arena, const char *pattern,
                                            char wrong[static EXPRESSION_WRONG_SIZE])
{
    struct budget budget = {.arena = arena, .left = MEMORY_MAX};
    struct expression *expression = arena_alloc(arena, sizeof *expression);

    PCRE2_SIZE offset = 0;
    uint32_t references = 0;
    int error = PCRE2_ERROR_HEAP_FAILED;

    if (expression && !strpbrk(pattern, "\\^$.[|()?*+{")) {
        expression->literal = arena_copy(arena, pattern);
        return expression;
    }
    if (expression)
        expression->code = compile(&budget, pattern, &error, &offset);
    if (!expression || !expression->code) {
        explain(error, offset, wrong);
        return NULL;
    }
    pcre2_pattern_info(expression->code, PCRE2_INFO_BACKREFMAX, &references);
    expression->refers_back = references > 0;
    return expression;
}

/* ---- the match ---- */

struct steps {
    size_t taken;
    size_t position; /* in the text, at the last one */
    bool refers_back;
};

/* What a reference to what was matched before may compare. */
static size_t captured(const pcre2_callout_block *block)
{
    size_t sum = 0;

    for (uint32_t i = 1; i < block->capture_top; i++) {
        PCRE2_SIZE from = block->offset_vector[2 * i], to = block->offset_vector[2 * i + 1];
        sum += from < to && to <= block->subject_length ? to - from : 0;
    }
    return sum;
}

/* PCRE2 has a limit of its own, but counts from nothing at each place where a match may begin, and does not count what
 * a repeat passes over. */
static int on_step(pcre2_callout_block *block, void *user)
{
    struct steps *steps = user;
    size_t scanned = block->current_position > steps->position ? block->current_position - steps->position : 0;

    if (steps->refers_back)
        scanned += captured(block);
    steps->position = block->current_position;
    steps->taken += 1 + scanned / SCANNED_A_STEP;
    return steps->taken > STEPS_MAX ? PCRE2_ERROR_MATCHLIMIT : 0;
}

static int match(const pcre2_code *code, const char *text, size_t size, struct steps *steps)
{
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    int result = PCRE2_ERROR_NOMEMORY;

    if (context && data) {
        pcre2_set_callout(context, on_step, steps);
        pcre2_set_match_limit(context, STEPS_MAX);
        pcre2_set_depth_limit(context, STEPS_MAX);
        pcre2_set_heap_limit(context, HEAP_MAX_KIB);
        result = pcre2_match(code, (PCRE2_SPTR)text, size, 0, 0, data, context);
    }
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    return result;
}

enum expression_outcome expression_match(const struct expression *expression, const char *text, size_t size)
{
    struct steps steps = {.refers_back = expression->refers_back};

    if (expression->literal)
        return memmem(text, size, expression->literal, strlen(expression->literal)) ? EXPRESSION_MATCHES
                                                                                    : EXPRESSION_DIFFERS;
    int result = match(expression->code, text, size, &steps);
    if (result >= 0)
        return EXPRESSION_MATCHES;
    return result == PCRE2_ERROR_NOMATCH ? EXPRESSION_DIFFERS : EXPRESSION_UNDECIDED;
}
