/* What status --check finds wrong, and how it says so. */
#include "ctl/status_check.h"

#include "golden.h"

static const struct {
    const char *list, *entry; /* JSON of one entry */
    enum condition condition;
} conditions[] = {
    {"daemon", "{\"name\": \"bgpd\", \"health-link\": \"connected\"}", CONDITION_RIGHT},
    {"daemon", "{\"name\": \"bgpd\", \"health-link\": \"lost\"}", CONDITION_RIGHT},
    {"daemon", "{\"name\": \"bgpd\", \"health-link\": \"expired\"}", CONDITION_WRONG},
    {"daemon", "{\"name\": \"healthd\"}", CONDITION_RIGHT},
    {"neighbor", "{\"remote-address\": \"198.51.100.4\", \"session-state\": \"established\"}", CONDITION_RIGHT},
    {"neighbor", "{\"remote-address\": \"198.51.100.4\", \"session-state\": \"open-confirm\"}", CONDITION_WRONG},
    {"neighbor", "{\"remote-address\": \"198.51.100.4\", \"session-state\": \"idle\", \"admin-down\": true}",
     CONDITION_STEERED},
    {"vip", "{\"prefix\": \"203.0.113.9/32\", \"state\": \"pending\"}", CONDITION_WRONG},
    {"vip", "{\"prefix\": \"203.0.113.9/32\", \"state\": \"waiting\"}", CONDITION_WRONG},
    {"vip", "{\"prefix\": \"203.0.113.9/32\", \"state\": \"announced\"}", CONDITION_RIGHT},
    {"vip", "{\"prefix\": \"203.0.113.9/32\", \"state\": \"degraded\"}", CONDITION_WRONG},
    {"vip", "{\"prefix\": \"203.0.113.9/32\", \"state\": \"withdrawn\"}", CONDITION_WRONG},
    {"vip", "{\"prefix\": \"203.0.113.9/32\", \"state\": \"draining\"}", CONDITION_STEERED},
    {"vip", "{\"prefix\": \"203.0.113.9/32\", \"state\": \"drained\"}", CONDITION_STEERED},
    {"vip", "{\"prefix\": \"203.0.113.9/32\", \"state\": \"withdrawn\", \"override\": \"withdraw\"}",
     CONDITION_STEERED},
    {"vip", "{\"prefix\": \"203.0.113.9/32\", \"state\": \"withdrawn\", \"override\": \"auto\"}", CONDITION_WRONG},
    {"check", "{\"name\": \"web\", \"verdict\": \"up\"}", CONDITION_RIGHT},
    {"check", "{\"name\": \"web\", \"verdict\": \"down\"}", CONDITION_WRONG},
    {"check", "{\"name\": \"web\", \"verdict\": \"unknown\"}", CONDITION_WRONG},
    {"event", "{\"to\": \"stopped\"}", CONDITION_RIGHT},
};

static void test_conditions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        char text[512];
        snprintf(text, sizeof text, "{\"vipgate:state\": {\"%s\": [%s]}}", conditions[i].list, conditions[i].entry);
        print_message("%s\n", text);
        struct document document = document_of(text);
        assert_int_equal(status_condition(document.state->child), conditions[i].condition);
        document_free(&document);
    }
}

static void test_lines(void **state)
{
    static const struct view *const views[] = {&view_daemons, &view_neighbors, &view_vips, &view_checks};
    struct document document = golden_state();
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    (void)state;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        NODE_FOR_EACH(entry, document.state, views[i]->list)
        {
            if (status_condition(entry) != CONDITION_RIGHT)
                status_line(file, views[i], entry, GOLDEN_NOW);
        }
    }
    fclose(file);
    golden_compare("status-check.txt", text);
    free(text);
    document_free(&document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
