#include "lib/arena.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Blocks double, so that what is small stays small and what is large has few. */
enum { BLOCK_SIZE_MIN = 512, BLOCK_SIZE_MAX = 32 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    _Alignas(max_align_t) char bytes[];
};

static struct arena_block *block_of(struct arena *arena, size_t size)
{
    struct arena_block *block = arena->blocks;

    if (block && block->size - block->used >= size)
        return block;
    size_t usual = block ? block->size * 2 : BLOCK_SIZE_MIN;
    if (usual > BLOCK_SIZE_MAX)
        usual = BLOCK_SIZE_MAX;
    size_t capacity = size > usual ? size : usual;
    block = arena->size + capacity <= ARENA_SIZE_MAX ? calloc(1, sizeof *block + capacity) : NULL;
    if (!block) {
        arena->failed = true;
        return NULL;
    }
    arena->size += capacity;
    block->size = capacity;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    size_t rounded = (size + align - 1) / align * align;
    struct arena_block *block = block_of(arena, rounded);

    if (!block)
        return NULL;
    void *memory = block->bytes + block->used;
    block->used += rounded;
    return memory;
}

char *arena_text(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);

    if (copy && length)
        memcpy(copy, text, length);
    return copy;
}

char *arena_copy(struct arena *arena, const char *text)
{
    return text ? arena_text(arena, text, strlen(text)) : NULL;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}
