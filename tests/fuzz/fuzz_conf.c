/* The text form. Inputs that include files are passed over: the fuzzer has no business with those of this machine. */
#include "tests/fuzz/conf_harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size && memmem(data, size, "include", 7))
        return 0;
    return harness_run(data, size, CONF_TEXT);
}
