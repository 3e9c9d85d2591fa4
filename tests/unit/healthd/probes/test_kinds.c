#include "healthd/probes/kinds.h"

#include "lib/kinds/kind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_every_kind_of_the_configuration_has_its_probe(void **state)
{
    (void)state;
    for (size_t i = 0; kind_at(i); i++) {
        const struct probe_kind *probe = probe_kind_find(kind_at(i)->name);
        assert_non_null(probe);
        assert_string_equal(probe->name, kind_at(i)->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_kind_of_the_configuration_has_its_probe)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
