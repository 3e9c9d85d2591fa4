/* Bytes that arrive on the verdict stream. What decodes must encode to the same frame again. */
#include "lib/verdict.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_reader reader = wire_reader_of(data, size);
    struct verdict_message message;

    for (size_t start = 0; verdict_decode(&reader, &message) > 0; start = reader.position) {
        uint8_t again[VERDICT_FRAME_MAX];
        /* Flags that we do not know are ignored, so only the length is sure to be the same. */
        if (verdict_encode(again, &message) != reader.position - start)
            abort();
    }
    return 0;
}
