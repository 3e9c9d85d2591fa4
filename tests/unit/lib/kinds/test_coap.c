#include "lib/kinds/kind.h"

#include "tests/unit/healthd/harness.h"

/* The options of URI as "3=host 11=path 15=query", or what is wrong with it. */
static void options_of(struct ly_ctx *context, const char *uri, char *text, size_t size)
{
    char json[512], complaint[512];

    snprintf(json, sizeof json, "\"coap\":{\"uri\":\"%s\",\"method\":\"get\"}", uri);
    struct config *config = harness_configure(context, json, complaint);
    const struct coap_settings *settings = config ? config->checks[0].settings : NULL;
    snprintf(text, size, "%s", complaint);
    for (size_t i = 0; settings && i < settings->option_count; i++) {
        const struct coap_option *option = &settings->options[i];
        size_t at = strlen(text);
        snprintf(text + at, size - at, "%s%d=%.*s", i ? " " : "", (int)option->number, (int)option->length,
                 option->value);
    }
    config_free(config);
}

/* RFC 7252 section 6.4; the examples of section 6.3 are among them. */
static void test_options(void **state)
{
    (void)state;
    static const struct {
        const char *uri, *options;
    } rows[] = {
        {"coap://192.0.2.1", ""},
        {"coap://192.0.2.1/", ""},
        {"coap://[2001:db8::1]:5683/", ""},
        {"coap://192.0.2.1/a", "11=a"},
        {"coap://[fe80::1%25nowhere0]/a", "11=a"},
        {"coap://192.0.2.1/a/b/", "11=a 11=b 11="},
        {"coap://192.0.2.1//", "11= 11="},
        {"coap://example.com/~sensors/temp.xml", "3=example.com 11=~sensors 11=temp.xml"},
        {"coap://EXAMPLE.com/%7Esensors/temp.xml", "3=example.com 11=~sensors 11=temp.xml"},
        {"coap://192.0.2.1/a%2Fb%3f%20c", "11=a/b? c"},
        {"coap://192.0.2.1?a=b&c", "15=a=b 15=c"},
        {"coap://192.0.2.1/?a%26b&c?d/e", "15=a&b 15=c?d/e"},
        {"coap://192.0.2.1/p?x=%C3%A9", "11=p 15=x=\xc3\xa9"},
        {"coap://192.0.2.1/a#b", "check t: uri: a coap URI cannot have a fragment"},
        {"coap://192.0.2.1/a%4", "check t: uri: % must be followed by two hexadecimal digits"},
        {"coap://192.0.2.1/%zz/", "check t: uri: % must be followed by two hexadecimal digits"},
        {"coap://192.0.2.1/a%", "check t: uri: % must be followed by two hexadecimal digits"},
        {"coap://192.0.2.1/%4/1", "check t: uri: % must be followed by two hexadecimal digits"},
        {"coap://192.0.2.1:0/", "check t: uri: port must be a number from 1 to 65535"},
    };
    char text[512], error[256];
    struct ly_ctx *context = model_open(error, sizeof error);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        options_of(context, rows[i].uri, text, sizeof text);
        if (strcmp(text, rows[i].options) != 0)
            fail_msg("%s: %s", rows[i].uri, text);
    }
    ly_ctx_destroy(context);
}

static void test_length_of_a_segment(void **state)
{
    (void)state;
    char uri[400], text[512], error[256];
    struct ly_ctx *context = model_open(error, sizeof error);

    snprintf(uri, sizeof uri, "coap://192.0.2.1/%0255d", 0);
    options_of(context, uri, text, sizeof text);
    assert_int_equal(strlen(text), 3 + 255);
    snprintf(uri, sizeof uri, "coap://192.0.2.1/%0256d", 0);
    options_of(context, uri, text, sizeof text);
    assert_non_null(strstr(text, "at most 255 octets"));
    ly_ctx_destroy(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_length_of_a_segment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
