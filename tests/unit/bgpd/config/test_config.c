#include "bgpd/config/config.h"

#include "lib/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct ly_ctx *context;
    struct bgpd_config *config;
    struct conf conf; /* what the last one was made of */
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    char error[256];

    fixture->context = model_open(error, sizeof error);
    assert_non_null(fixture->context);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    bgpd_config_free(fixture->config);
    conf_clear(&fixture->conf);
    ly_ctx_destroy(fixture->context);
    free(fixture);
    return 0;
}

/* Builds the configuration of DOCUMENT, JSON with ' for ". */
static struct bgpd_config *build(struct fixture *fixture, const char *document)
{
    char *json = strdup(document);

    for (char *c = json; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    conf_clear(&fixture->conf);
    if (lyd_parse_data_mem(fixture->context, json, LYD_JSON, LYD_PARSE_STRICT, LYD_VALIDATE_NO_STATE,
                           &fixture->conf.tree))
        fail_msg("%s: %s", json, ly_errmsg(fixture->context));
    free(json);
    bgpd_config_free(fixture->config);
    fixture->config = bgpd_config_new(&fixture->conf);
    if (fixture->config)
        assert_true(bgpd_config_intern(fixture->config));
    return fixture->config;
}

static void assert_address(const struct address *address, const char *expected)
{
    char text[ADDRESS_TEXT_SIZE];

    assert_string_equal(address_format(address, text), expected);
}

static void test_nothing_written(void **state)
{
    const struct bgpd_config *config = build(*state, "{}");

    assert_non_null(config);
    assert_int_equal(config->lease_ms, 3000);
    assert_int_equal(config->bgp.local_as, 0);
    assert_int_equal(config->bgp.neighbor_count, 0);
    assert_int_equal(config->vip_count, 0);
}

#define BGP(neighbors) "{'vipgate:bgp':{'local-as':65010,'router-id':'198.51.100.70'," neighbors "}}"

static void test_neighbor_defaults(void **state)
{
    const struct bgpd_config *config =
        build(*state, BGP("'neighbor':[{'remote-address':'192.0.2.1','peer-as':65001},"
                          "{'remote-address':'2001:db8::1','peer-as':65010,'local-address':'2001:db8::70'}]"));
    const struct neighbor_config *neighbor = &config->bgp.neighbors[0];

    assert_int_equal(config->bgp.local_as, 65010);
    assert_int_equal(config->bgp.router_id, 0xc6336446);
    assert_true(config->bgp.listen_enabled);
    assert_int_equal(config->bgp.listen_port, 179);
    assert_int_equal(config->bgp.listen_count, 2);
    assert_address(&config->bgp.listen_addresses[0], "0.0.0.0");
    assert_address(&config->bgp.listen_addresses[1], "::");
    assert_int_equal(config->bgp.neighbor_count, 2);
    assert_address(&neighbor->address, "192.0.2.1");
    assert_int_equal(neighbor->local_address.family, FAMILY_NONE);
    assert_int_equal(neighbor->port, 179);
    assert_int_equal(neighbor->hold_time_s, 90);
    assert_int_equal(neighbor->connect_retry_ms, 5000);
    assert_int_equal(neighbor->ttl, 1);
    assert_int_equal(neighbor->families, FAMILY_BIT_IPV4);
    assert_int_equal(neighbor->import, IMPORT_ALL);
    assert_int_equal(neighbor->role, ROLE_NONE);
    assert_null(neighbor->password);
    assert_false(neighbor->passive || neighbor->extended_next_hop || neighbor->graceful_restart || neighbor->shutdown);
    neighbor++;
    assert_int_equal(neighbor->ttl, 64); /* iBGP */
    assert_int_equal(neighbor->families, FAMILY_BIT_IPV6);
    assert_address(&neighbor->local_address, "2001:db8::70");
}

static void test_neighbor_with_everything(void **state)
{
    const struct bgpd_config *config = build(
        *state, BGP("'listen':{'enabled':false,'port':1790,'address':['192.0.2.70']},"
                    "'neighbor-group':[{'name':'ars','peer-as':65515,'platform':'azure-route-server'}],"
                    "'neighbor':[{'remote-address':'192.0.2.1','group':'ars','description':'instance 0'},"
                    "{'remote-address':'192.0.2.2','peer-as':65001,'ttl-security':2,'password':'secret','passive':true,"
                    "'family':['ipv4-unicast','ipv6-unicast'],'extended-next-hop':true,'import':'vips',"
                    "'maximum-prefix':100,'role':'rs-client','graceful-restart':{'restart-time':'60s'},"
                    "'shutdown':'being moved','connect-retry-time':'1s','port':1179,'hold-time':'0s'}]"));
    const struct neighbor_config *neighbor = &config->bgp.neighbors[0];

    assert_false(config->bgp.listen_enabled);
    assert_int_equal(config->bgp.listen_port, 1790);
    assert_int_equal(config->bgp.listen_count, 1);
    assert_string_equal(neighbor->group, "ars");
    assert_string_equal(neighbor->description, "instance 0");
    assert_int_equal(neighbor->peer_as, 65515);
    assert_int_equal(neighbor->ttl, 64);
    assert_int_equal(neighbor->hold_time_s, 180);
    neighbor++;
    assert_int_equal(neighbor->ttl, 255);
    assert_int_equal(neighbor->ttl_security, 2);
    assert_string_equal(neighbor->password, "secret");
    assert_true(neighbor->passive && neighbor->extended_next_hop && neighbor->graceful_restart && neighbor->shutdown);
    assert_int_equal(neighbor->families, FAMILY_BIT_IPV4 | FAMILY_BIT_IPV6);
    assert_int_equal(neighbor->import, IMPORT_VIPS);
    assert_int_equal(neighbor->maximum_prefix, 100);
    assert_int_equal(neighbor->role, ROLE_RS_CLIENT);
    assert_int_equal(neighbor->restart_time_s, 60);
    assert_string_equal(neighbor->shutdown_text, "being moved");
    assert_int_equal(neighbor->connect_retry_ms, 1000);
    assert_int_equal(neighbor->port, 1179);
    assert_int_equal(neighbor->hold_time_s, 0);
}

static void test_interface_that_is_not_there(void **state)
{
    struct fixture *fixture = *state;

    const struct bgpd_config *config =
        build(fixture, BGP("'neighbor':[{'remote-address':'fe80::1%nowhere0','peer-as':65001,'shutdown':'x'},"
                           "{'remote-address':'fe80::2','local-address':'fe80::1%nowhere0','peer-as':65001},"
                           "{'remote-address':'192.0.2.1','peer-as':65002}],"
                           "'listen':{'address':['fe80::1%nowhere0','192.0.2.9']}"));

    assert_non_null(config);
    assert_int_equal(config->bgp.neighbor_count, 1);
    assert_int_equal(config->bgp.neighbors[0].peer_as, 65002);
    assert_int_equal(config->bgp.neighbors[0].local_address.family, FAMILY_NONE);
    assert_false(config->bgp.neighbors[0].shutdown);
    assert_int_equal(config->bgp.listen_count, 1);
    assert_int_equal(fixture->conf.error_count, 0);
    assert_non_null(strstr(fixture->conf.diagnostics[0].message, "fe80::1%nowhere0 is left out: no such interface"));
}

/* Writes TEXT into a new file with MODE and builds a configuration that reads its password from there. */
static struct bgpd_config *build_with_password_file(struct fixture *fixture, const char *text, mode_t mode)
{
    char path[] = "/tmp/test_config.XXXXXX", document[512];
    int file = mkstemp(path);

    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(fchmod(file, mode), 0);
    close(file);
    snprintf(document, sizeof document,
             BGP("'neighbor':[{'remote-address':'192.0.2.1','peer-as':65001,'password-file':'%s'}]"), path);
    struct bgpd_config *config = build(fixture, document);
    unlink(path);
    return config;
}

static void test_password_file(void **state)
{
    struct fixture *fixture = *state;
    const struct bgpd_config *config = build_with_password_file(fixture, "s3cret key\nmore\n", 0640);

    assert_string_equal(config->bgp.neighbors[0].password, "s3cret key");
    assert_int_equal(fixture->conf.diagnostic_count, 0);
    config = build_with_password_file(fixture, "s3cret", 0644);
    assert_string_equal(config->bgp.neighbors[0].password, "s3cret");
    assert_non_null(strstr(fixture->conf.diagnostics[0].message, "can be read or written by others"));
    assert_int_equal(build_with_password_file(fixture, "\n", 0600)->bgp.neighbor_count, 0);
    assert_non_null(strstr(fixture->conf.diagnostics[0].message, "first line must have 1 to 80 octets"));
    config = build(fixture, BGP("'neighbor':[{'remote-address':'192.0.2.1','peer-as':65001,"
                                "'password-file':'/nowhere/key'},{'remote-address':'192.0.2.2','peer-as':65001}]"));
    assert_int_equal(config->bgp.neighbor_count, 1);
    assert_null(config->bgp.neighbors[0].password);
    assert_int_equal(fixture->conf.error_count, 0);
    assert_string_equal(fixture->conf.diagnostics[0].message,
                        "cannot read password-file /nowhere/key: No such file or directory; the neighbor is left out: "
                        "fix it and reload");
}

static void test_vip_defaults(void **state)
{
    const struct bgpd_config *config = build(*state, "{'vipgate:vip':[{'prefix':'203.0.113.9/32'}]}");
    const struct vip_config *vip = &config->vips[0];
    char text[PREFIX_TEXT_SIZE];

    assert_int_equal(config->vip_count, 1);
    assert_string_equal(prefix_format(&vip->prefix, text), "203.0.113.9/32");
    assert_string_equal(vip->profile->name, "default");
    assert_int_equal(vip->profile->attributes->prepend, 0);
    assert_int_equal(vip->profile->attributes->origin, ORIGIN_IGP);
    assert_false(vip->profile->attributes->has_med);
    assert_int_equal(vip->profile->attributes->next_hop.family, FAMILY_NONE);
    assert_null(vip->degraded_profile);
    assert_int_equal(vip->gate.check_count, 0);
    assert_int_equal(vip->gate.require, REQUIRE_ALL);
    assert_int_equal(vip->gate.degraded_below, -1);
    assert_int_equal(vip->neighbor_count, 0);
    assert_true(vip->manage_address && vip->keep_address);
    assert_string_equal(vip->interface, "lo");
    assert_null(vip->label);
    assert_int_equal(vip->hold_down_ms, 0);
    assert_int_equal(vip->on_health_loss, HEALTH_LOSS_WITHDRAW);
    assert_false(vip->damping.enabled);
}

static void test_only_one_address_is_managed(void **state)
{
    const struct bgpd_config *config =
        build(*state, "{'vipgate:vip':[{'prefix':'203.0.113.128/25'},{'prefix':'2001:db8::9/128'}]}");

    assert_false(config->vips[0].manage_address);
    assert_true(config->vips[1].manage_address);
}

static const char everything[] =
    "{'vipgate:bgp':{'local-as':65010,'router-id':'198.51.100.70','neighbor':["
    "{'remote-address':'192.0.2.1','peer-as':65001},{'remote-address':'192.0.2.2','peer-as':65001}]},"
    "'vipgate:profile':[{'name':'plain'},{'name':'last','as-path-prepend':5,'med':200,'local-preference':50,"
    "'origin':'incomplete','next-hop':'198.51.100.80','community':['65010:666','no-export'],"
    "'large-community':['65010:1:2'],'extended-community':['rt 65010:1']}],"
    "'vipgate:check':[{'name':'a','tcp':{'target':'192.0.2.9:80'}},"
    "{'name':'b','tcp':{'target':'192.0.2.9:81'},'interval':'2s','timeout':'1s','rise':1,'fall':5}],"
    "'vipgate:vip':[{'prefix':'203.0.113.9/32','profile':'plain','degraded-profile':'last',"
    "'gate':{'check':['b','a'],'require':'any','degraded-below':'50%','degraded-recover':'60%'},"
    "'neighbor':['192.0.2.2'],'address':{'manage':false,'interface':'eth0','label':'eth0:9','keep':false},"
    "'hold-down':'30s','on-health-loss':'hold','damping':{'half-life':'10s','suppress':2000,'reuse':500}},"
    "{'prefix':'2001:db8::9/128','profile':'plain','gate':{'check':['a'],'require':2,'degraded-below':'40%'},"
    "'neighbor':['192.0.2.1','all'],'on-health-loss':'degrade'}]}";

static void test_profile_with_everything(void **state)
{
    const struct bgpd_config *config = build(*state, everything);
    const struct path_attributes *attributes = config->vips[0].degraded_profile->attributes;

    assert_string_equal(config->vips[0].degraded_profile->name, "last");
    assert_int_equal(attributes->prepend, 5);
    assert_true(attributes->has_med && attributes->has_local_preference);
    assert_int_equal(attributes->med, 200);
    assert_int_equal(attributes->local_preference, 50);
    assert_int_equal(attributes->origin, ORIGIN_INCOMPLETE);
    assert_address(&attributes->next_hop, "198.51.100.80");
    assert_int_equal(attributes->community_count, 2);
    assert_int_equal(attributes->communities[0], 65010u << 16 | 666);
    assert_int_equal(attributes->communities[1], COMMUNITY_NO_EXPORT);
    assert_int_equal(attributes->large_community_count, 1);
    assert_int_equal(attributes->large_communities[0].local2, 2);
    assert_int_equal(attributes->extended_community_count, 1);
    /* Equal attributes are one object. */
    assert_ptr_equal(config->vips[0].profile->attributes, config->vips[1].profile->attributes);
}

/* Two profiles share attributes where they say the same, and nowhere else. */
static void test_profiles_that_differ_in_one_thing(void **state)
{
    static const char *const profiles[] = {
        "",
        "'origin':'egp'",
        "'origin':'incomplete'",
        "'med':0",
        "'med':1",
        "'local-preference':0",
        "'local-preference':1",
        "'as-path-prepend':1",
        "'next-hop':'198.51.100.80'",
        "'community':['65010:1']",
        "'large-community':['65010:1:2']",
        "'extended-community':['rt 65010:1']",
        "'origin':'igp'",
    };
    enum { COUNT = sizeof profiles / sizeof *profiles };
    char text[4096] = "{'vipgate:profile':[", vips[2048] = "],'vipgate:vip':[";
    size_t used = strlen(text), vips_used = strlen(vips);

    for (size_t i = 0; i < COUNT; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s{'name':'p%zu'%s%s}", i ? "," : "", i,
                                 profiles[i][0] ? "," : "", profiles[i]);
        vips_used += (size_t)snprintf(vips + vips_used, sizeof vips - vips_used,
                                      "%s{'prefix':'203.0.113.%zu/32','profile':'p%zu'}", i ? "," : "", i, i);
    }
    snprintf(text + used, sizeof text - used, "%s]}", vips);
    const struct bgpd_config *config = build(*state, text);
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t k = 0; k < i; k++) {
            bool same = config->vips[i].profile->attributes == config->vips[k].profile->attributes;
            if (same != (i == COUNT - 1 && k == 0))
                fail_msg("'%s' and '%s'", profiles[k], profiles[i]);
        }
    }
}

static void test_vip_with_everything(void **state)
{
    const struct bgpd_config *config = build(*state, everything);
    const struct vip_config *vip = &config->vips[0];

    assert_int_equal(vip->gate.check_count, 2);
    assert_string_equal(vip->gate.checks[0].name, "b");
    assert_int_equal(vip->gate.checks[0].first_verdict_ms, 5 * 3000 + 2000 + 3000);
    assert_int_equal(vip->gate.checks[1].first_verdict_ms, 3 * 1500 + 1000 + 3000);
    assert_int_equal(vip->gate.require, REQUIRE_ANY);
    assert_int_equal(vip->gate.degraded_below, 50);
    assert_int_equal(vip->gate.degraded_recover, 60);
    assert_int_equal(vip->neighbor_count, 1);
    assert_address(&vip->neighbors[0], "192.0.2.2");
    assert_false(vip->manage_address || vip->keep_address);
    assert_string_equal(vip->interface, "eth0");
    assert_string_equal(vip->label, "eth0:9");
    assert_int_equal(vip->hold_down_ms, 30000);
    assert_int_equal(vip->on_health_loss, HEALTH_LOSS_HOLD);
    assert_true(vip->damping.enabled);
    assert_int_equal(vip->damping.half_life_ms, 10000);
    assert_int_equal(vip->damping.suppress, 2000);
    assert_int_equal(vip->damping.reuse, 500);
    vip++;
    assert_int_equal(vip->gate.require, REQUIRE_COUNT);
    assert_int_equal(vip->gate.require_count, 2);
    assert_int_equal(vip->gate.degraded_recover, 40);
    assert_int_equal(vip->neighbor_count, 0); /* all */
    assert_int_equal(vip->on_health_loss, HEALTH_LOSS_DEGRADE);
}

/* Two VIPs that read the same, the second changed in one way after the other. */
static void test_vip_config_equal(void **state)
{
    static const struct gate_check a[] = {{"a", 1}, {"b", 1}}, b[] = {{"a", 2}, {"c", 1}};
    static const struct path_attributes attributes[2];
    const struct address here = {.family = FAMILY_IPV4}, there = {.family = FAMILY_IPV4, .octets = {1}};
    const struct profile_config profiles[] = {
        {"p", &attributes[0]}, {"q", &attributes[0]}, {"p", &attributes[1]}, {"d", &attributes[1]}};
    const struct vip_config base = {.profile = &profiles[0],
                                    .gate = {.checks = a, .check_count = 2},
                                    .neighbors = &here,
                                    .neighbor_count = 1,
                                    .interface = "lo",
                                    .label = "lo:1"};
    (void)state;
    struct {
        const char *name;
        struct vip_config vip;
    } rows[21];
    size_t count = 0;
#define CHANGE(member, ...)                                                                                            \
    rows[count].name = #member;                                                                                        \
    rows[count].vip = base;                                                                                            \
    rows[count++].vip.member = __VA_ARGS__
    CHANGE(prefix.octets[0], 1);
    CHANGE(profile, &profiles[1]);
    CHANGE(profile, &profiles[2]);
    CHANGE(degraded_profile, &profiles[3]);
    CHANGE(gate.checks, b);
    CHANGE(gate.check_count, 1);
    CHANGE(gate.require, REQUIRE_ANY);
    CHANGE(gate.require_count, 1);
    CHANGE(gate.degraded_below, 1);
    CHANGE(gate.degraded_recover, 1);
    CHANGE(neighbors, &there);
    CHANGE(neighbor_count, 0);
    CHANGE(manage_address, true);
    CHANGE(keep_address, true);
    CHANGE(interface, "eth0");
    CHANGE(label, NULL);
    CHANGE(hold_down_ms, 1);
    CHANGE(on_health_loss, HEALTH_LOSS_HOLD);
    CHANGE(damping.enabled, true);
    CHANGE(damping.half_life_ms, 1);
    CHANGE(damping.reuse, 1);
#undef CHANGE
    for (size_t i = 0; i < count; i++) {
        assert_true(vip_config_equal(&rows[i].vip, &rows[i].vip));
        if (vip_config_equal(&base, &rows[i].vip) || vip_config_equal(&rows[i].vip, &base))
            fail_msg("%s", rows[i].name);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_written),
        TEST(test_neighbor_defaults),
        TEST(test_neighbor_with_everything),
        TEST(test_interface_that_is_not_there),
        TEST(test_password_file),
        TEST(test_vip_defaults),
        TEST(test_only_one_address_is_managed),
        TEST(test_profile_with_everything),
        TEST(test_profiles_that_differ_in_one_thing),
        TEST(test_vip_with_everything),
        cmocka_unit_test(test_vip_config_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
