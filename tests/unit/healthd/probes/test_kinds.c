#include "healthd/probes/kinds.h"

#include "lib/kinds/kind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_every_kind_of_the_configuration_has_its_probe(void **state)
{
#define KIND_NAME(name) #name,
    static const char *const names[] = {KINDS(KIND_NAME)};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_string_equal(kind_find(names[i])->name, names[i]);
        assert_string_equal(probe_kind_find(names[i])->name, names[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_kind_of_the_configuration_has_its_probe)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
