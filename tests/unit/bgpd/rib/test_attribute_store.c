#include "bgpd/rib/attribute_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { VALUES = 600 };

/* References to each value, as the store should have them. */
struct model {
    struct attribute_store store;
    uint32_t handles[VALUES];
    unsigned references[VALUES];
};

static uint32_t intern(struct attribute_store *store, unsigned value)
{
    char text[32];
    int size = snprintf(text, sizeof text, "value %u", value);

    return attribute_store_intern(store, (const uint8_t *)text, (size_t)size);
}

static void take(struct model *model, unsigned value)
{
    uint32_t handle = intern(&model->store, value);

    assert_int_not_equal(handle, 0);
    if (model->references[value] > 0 && model->handles[value] != handle)
        fail_msg("value %u is there twice", value);
    model->handles[value] = handle;
    model->references[value]++;
}

static void give_back(struct model *model, unsigned value)
{
    if (model->references[value] == 0)
        return;
    attribute_store_unref(&model->store, model->handles[value]);
    model->references[value]--;
}

static void assert_as_model(struct model *model)
{
    unsigned count = 0;

    for (unsigned value = 0; value < VALUES; value++) {
        if (model->references[value] == 0)
            continue;
        char text[32];
        size_t size, length = (size_t)snprintf(text, sizeof text, "value %u", value);
        const uint8_t *octets = attribute_store_octets(&model->store, model->handles[value], &size);
        assert_int_equal(size, length);
        assert_memory_equal(octets, text, size);
        take(model, value); /* found again, wherever others beside it have gone */
        give_back(model, value);
        count++;
    }
    assert_int_equal(model->store.count, count);
}

/* Chains of values that share a place stay whole through every order of coming and going. */
static void test_against_a_naive_model(void **state)
{
    (void)state;
    static struct model model;

    attribute_store_init(&model.store);
    srandom(1);
    for (unsigned step = 0; step < 40000; step++) {
        unsigned value = (unsigned)random() % VALUES, most = step / 5000 % 2 ? 30 : 70;
        if ((unsigned)random() % 100 < most)
            take(&model, value);
        else
            give_back(&model, value);
        if (step % 500 == 0)
            assert_as_model(&model);
    }
    for (unsigned value = 0; value < VALUES; value++) {
        while (model.references[value] > 0)
            give_back(&model, value);
    }
    assert_int_equal(model.store.count, 0);
    attribute_store_clear(&model.store);
    assert_int_equal(model.store.memory, 0);
}

/* Memory is what is held, and a slot that was given back is used again. */
static void test_memory(void **state)
{
    (void)state;
    struct attribute_store store;

    attribute_store_init(&store);
    uint32_t first = intern(&store, 1), second = intern(&store, 2);
    size_t memory = store.memory;
    attribute_store_ref(&store, first);
    attribute_store_unref(&store, first);
    assert_int_equal(store.memory, memory);
    attribute_store_unref(&store, first);
    assert_true(store.memory < memory);
    assert_int_equal(intern(&store, 3), first);
    assert_int_equal(store.memory, memory);
    uint32_t none = attribute_store_intern(&store, NULL, 0);
    size_t size = 1;
    attribute_store_octets(&store, none, &size);
    assert_int_equal(size, 0);
    assert_int_equal(intern(&store, 2), second);
    attribute_store_clear(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_a_naive_model),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
