/* The rules and the lint, row by row: what is still accepted, and the first that is not. A row's name is its text. */
#include "lib/conf/conf.h"

#include "tests/unit/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Where the text of a row stands: "%s" in one of these. */
#define NEIGHBOR     "bgp { local-as 65010; router-id 198.51.100.70; neighbor 198.51.100.4 { peer-as 65001; %s } }"
#define NEIGHBORS    "bgp { local-as 65010; router-id 198.51.100.70; %s }"
#define BGP          "bgp { router-id 198.51.100.70; %s }"
#define CHECK        "check a { file { path /x; } %s }"
#define PROBE        "check a { %s }"
#define PROFILE      "profile p { %s }"
#define TWO_SESSIONS "neighbor 198.51.100.4 { peer-as 65001; } neighbor 2001:db8::4 { peer-as 65001; family [ %s ]; }"
#define PARTS                                                                                                          \
    "profile p { } profile four { next-hop 192.0.2.1; } profile six { next-hop 2001:db8::1; } check a { file { path "  \
    "/x; } } "
#define VIP            PARTS NEIGHBORS_HEAD "neighbor 198.51.100.4 { peer-as 65001; } } vip 203.0.113.9/32 { %s }"
#define NEIGHBORS_HEAD "bgp { local-as 65010; router-id 198.51.100.70; "
#define VIPS           PARTS NEIGHBORS_HEAD "neighbor 198.51.100.4 { peer-as 65001; } } %s"
#define VIP_SIX                                                                                                        \
    PARTS NEIGHBORS_HEAD                                                                                               \
        "neighbor 2001:db8::4 { peer-as 65001; family [ ipv4-unicast ipv6-unicast ]; } } vip 203.0.113.9/32 { %s }"
#define ONE_CHECK(name) "check " name " { file { path /x; } } "
#define CHECKS                                                                                                         \
    ONE_CHECK("c1")                                                                                                    \
    ONE_CHECK("c2")                                                                                                    \
    ONE_CHECK("c3") ONE_CHECK("c4") ONE_CHECK("c5") ONE_CHECK("c6") ONE_CHECK("c7") ONE_CHECK("c8") ONE_CHECK("c9")
#define AZURE                                                                                                          \
    NEIGHBORS_HEAD                                                                                                     \
    "neighbor-group g { platform azure-route-server; } "                                                               \
    "neighbor 198.51.100.4 { group g; peer-as 65515; %s } neighbor 198.51.100.5 { group g; peer-as 65515; } }"
#define AZURE_AS                                                                                                       \
    "bgp { local-as %s; router-id 198.51.100.70; neighbor-group g { platform azure-route-server; peer-as 65515; } "    \
    "neighbor 198.51.100.4 { group g; } neighbor 198.51.100.5 { group g; } }"

static const struct row {
    const char *frame, *text;
    const char *words; /* in the one message; NULL: none is said */
} rows[] = {
    /* durations: their bounds, and whole seconds where the field on the wire has them */
    {NEIGHBOR, "hold-time 0s;", NULL},
    {NEIGHBOR, "hold-time 3s;", NULL},
    {NEIGHBOR, "hold-time 65535s;", NULL},
    {NEIGHBOR, "hold-time 2999ms;", "hold-time 2999ms: expected 0s, or 3s"},
    {NEIGHBOR, "hold-time 65536s;", "expected 0s, or 3s to 65535s"},
    {NEIGHBOR, "hold-time 3500ms;", "in whole seconds"},
    {NEIGHBOR, "graceful-restart { restart-time 1s; }", NULL},
    {NEIGHBOR, "graceful-restart { restart-time 4095s; }", NULL},
    {NEIGHBOR, "graceful-restart { restart-time 0s; }", "expected 1s to 4095s"},
    {NEIGHBOR, "graceful-restart { restart-time 4096s; }", "expected 1s to 4095s"},
    {NEIGHBOR, "graceful-restart { restart-time 1500ms; }", "in whole seconds"},
    {NEIGHBOR, "connect-retry-time 100ms;", NULL},
    {NEIGHBOR, "connect-retry-time 1h;", NULL},
    {NEIGHBOR, "connect-retry-time 99ms;", "expected 100ms to 1h"},
    {NEIGHBOR, "connect-retry-time 3601s;", "expected 100ms to 1h"},
    {"%s", "health { lease 100ms; }", NULL},
    {"%s", "health { lease 1h; }", NULL},
    {"%s", "health { lease 99ms; }", "lease 99ms: expected 100ms to 1h"},
    {"%s", "health { lease 3601s; }", "expected 100ms to 1h"},
    {CHECK, "timeout 1ms; interval 10ms;", NULL},
    {CHECK, "interval 24h;", NULL},
    {CHECK, "timeout 1ms; interval 9ms;", "interval 9ms: expected 10ms to 24h"},
    {CHECK, "interval 86401s;", "expected 10ms to 24h"},
    {CHECK, "fast-interval 10ms;", NULL},
    {CHECK, "fast-interval 9ms;", "fast-interval 9ms: expected 10ms to 24h"},
    {CHECK, "interval 24h; fast-interval 24h;", NULL},
    {CHECK, "fast-interval 1s;", NULL},
    {CHECK, "fast-interval 1001ms;", "fast-interval 1001ms is longer than interval 1s"},
    {CHECK, "timeout 0s;", "timeout 0s: expected 1ms to 1h"},
    {CHECK, "interval 2h; timeout 1h;", NULL},
    {CHECK, "interval 2h; timeout 3601s;", "expected 1ms to 1h"},
    {CHECK, "timeout 1s;", NULL},
    {CHECK, "timeout 1001ms;", "timeout 1001ms is longer than interval 1s"},
    {CHECK, "hold-down 0s;", NULL},
    {CHECK, "hold-down 1ms;", NULL},
    {CHECK, "hold-down 24h;", NULL},
    {CHECK, "hold-down 86401s;", "expected 0s to 24h"},
    {CHECK, "damping { half-life 1s; }", NULL},
    {CHECK, "damping { half-life 24h; }", NULL},
    {CHECK, "damping { half-life 999ms; }", "expected 1s to 24h"},
    {CHECK, "damping { half-life 86401s; }", "expected 1s to 24h"},
    {CHECK, "damping { suppress 3000; reuse 2999; }", NULL},
    {CHECK, "damping { suppress 3000; reuse 3000; }", "reuse 3000 must be less than suppress 3000"},
    {VIP, "damping { suppress 10; reuse 10; }", "reuse 10 must be less than suppress 10"},

    /* AS numbers and identifiers */
    {BGP, "local-as 65010;", NULL},
    {BGP, "local-as 23456;", "local-as 23456: AS_TRANS is reserved (RFC 6793)"},
    {BGP, "local-as 65535;", "local-as 65535 is reserved (RFC 7300)"},
    {BGP, "local-as 4294967295;", "is reserved (RFC 7300)"},
    {BGP, "local-as 4294967294;", NULL},
    {BGP, "", "'bgp' lacks 'local-as': expected a number from 1 to 4294967295"},
    {"bgp { local-as 65010; router-id %s; }", "0.0.0.0", "router-id must not be 0.0.0.0 (RFC 6286)"},
    {"bgp { local-as 65010; router-id %s; }", "0.0.0.1", NULL},
    {NEIGHBORS, "neighbor 192.0.2.1 { peer-as 23456; }", "peer-as 23456: AS_TRANS"},
    {NEIGHBORS, "neighbor 192.0.2.1;", "neighbor 192.0.2.1 has no peer-as: write peer-as NUMBER;"},
    {NEIGHBORS, "neighbor-group g; neighbor 192.0.2.1 { group g; }",
     "has no peer-as: write it here or in its group 'g'"},
    {NEIGHBORS, "neighbor-group g { peer-as 1; } neighbor 192.0.2.1 { group g; }", NULL},
    {NEIGHBORS, "neighbor 192.0.2.1 { group g; }", "unknown neighbor-group 'g': none is defined"},
    {NEIGHBORS, "neighbor 223.255.255.255 { peer-as 1; }", NULL},
    {NEIGHBORS, "neighbor 224.0.0.1 { peer-as 1; }", "neighbor 224.0.0.1: not a unicast address"},
    {NEIGHBORS, "neighbor 0.0.0.0 { peer-as 1; }", "not a unicast address"},
    {NEIGHBORS, "neighbor :: { peer-as 1; }", "not a unicast address"},
    {NEIGHBORS, "neighbor ff02::1 { peer-as 1; }", "not a unicast address"},
    {NEIGHBORS, "neighbor fe80::1 { peer-as 1; }", "a link-local address needs its interface: fe80::1%eth0"},
    {NEIGHBORS, "neighbor fe80::1%eth0 { peer-as 1; }", NULL},
    {NEIGHBORS, "neighbor 2001:db8::1%eth0 { peer-as 1; }", "only a link-local address has a zone"},
    {NEIGHBORS, "listen { address [ fe80::1%eth0 2001:db8::1%eth0 ]; }", "address 2001:db8::1%eth0: only a link-local"},
    {NEIGHBOR, "local-address 198.51.100.70;", NULL},
    {NEIGHBOR, "local-address 198.51.100.4;", "local-address 198.51.100.4 is the neighbor's"},
    {NEIGHBOR, "local-address 2001:db8::1;", "differ in address family"},
    {NEIGHBOR, "passive true;", NULL},
    {NEIGHBORS, "listen { enabled false; } neighbor 192.0.2.1 { peer-as 1; passive; }",
     "passive, but listening is disabled"},
    {NEIGHBORS, "listen { enabled false; } neighbor 192.0.2.1 { peer-as 1; passive false; }", NULL},
    {NEIGHBOR, "role customer;", NULL},
    {NEIGHBORS, "neighbor 192.0.2.1 { peer-as 65010; role peer; }", "role has no effect on iBGP neighbor 192.0.2.1"},
    {NEIGHBOR, "extended-next-hop true;", NULL},
    {NEIGHBOR, "extended-next-hop true; family ipv6-unicast;", "extended-next-hop has no effect"},
    {NEIGHBOR, "extended-next-hop false; family ipv6-unicast;", NULL},
    {NEIGHBOR, "multihop 2; ttl-security 1;", "'ttl-security' excludes 'multihop'"},

    /* communities */
    {PROFILE, "community [ 65535:65535 0:0 ];", NULL},
    {PROFILE, "community 65536:0;", "each part is at most 65535"},
    {PROFILE, "community 01:1;", "expected AS:VALUE"},
    {PROFILE, "large-community 4294967295:4294967295:4294967295;", NULL},
    {PROFILE, "large-community 0:4294967296:0;", "each part is at most 4294967295"},
    {PROFILE, "extended-community \"rt 65535:4294967295\";", NULL},
    {PROFILE, "extended-community \"rt 65536:65536\";", "a part is too large"},

    /* what has no effect beside another value */
    {PROBE, "http { url https://a/; verify false; server-name a; certificate-days 1; }", NULL},
    {PROBE, "http { url http://a/; ca-file /x; }", "ca-file has no effect: the URL is not https"},
    {PROBE, "http { url http://a/; server-name a; }", "server-name has no effect"},
    {PROBE, "http { url http://a/; verify false; }", "verify has no effect"},
    {PROBE, "http { url http://a/; client-certificate /x; }", "client-certificate has no effect"},
    {PROBE, "http { url http://a/; certificate-days 1; }", "certificate-days has no effect"},
    {PROBE, "websocket { url wss://a/; verify false; }", NULL},
    {PROBE, "websocket { url ws://a/; verify false; }", "verify has no effect: the URL is not wss"},
    {PROBE, "grpc { target a:1; tls true; verify false; }", NULL},
    {PROBE, "grpc { target a:1; verify false; }", "verify has no effect: tls is false"},
    {PROBE, "coap { uri coap://a/; method get; expect-code 2.04; }", NULL},
    {PROBE, "coap { uri coap://a/; expect-code 2.04; }", "expect-code has no effect: the method is ping"},
    {PROBE, "dns { server 192.0.2.1; name a; expect-address 192.0.2.1; }", NULL},
    {PROBE, "dns { server 192.0.2.1; name a; expect-rcode NXDOMAIN; expect-address 192.0.2.1; }",
     "expect-address has no effect: an error is expected"},
    {PROBE, "", "check 'a' lacks its probe: expected one of tcp, http"},
    {PROBE, "tcp { }", "'tcp' lacks 'target'"},
    {PROBE, "haproxy { backend b; }", "'haproxy' lacks 'socket': expected at least one"},

    {"%s", CHECKS "vip 203.0.113.9/32 { gate { check zz; } } " NEIGHBORS_HEAD "neighbor 192.0.2.1 { peer-as 1; } }",
     "unknown check 'zz': expected one of c1, c2, c3, c4, c5, c6, c7, c8, …"},

    /* gates */
    {VIP, "gate { check a; require 1; }", NULL},
    {VIP, "gate { check a; require 2; }", "require 2 can never be met: the gate has 1 check"},
    {VIP, "gate { require any; }", "require has no effect: a gate without checks is always up"},
    {VIP, "gate { check b; }", "unknown check 'b': expected a"},
    {VIP, "gate { check a; degraded-below 50%; degraded-recover 50%; }", NULL},
    {VIP, "gate { check a; degraded-below 50%; degraded-recover 49%; }",
     "degraded-recover 49% is less than degraded-below 50%"},
    {VIP, "gate { check a; degraded-recover 50%; }", "degraded-recover has no effect without degraded-below"},
    {VIP, "degraded-profile p; gate { check a; degraded-below 50%; }", NULL},
    {VIP, "degraded-profile p; on-health-loss degrade;", NULL},
    {VIP, "degraded-profile p;", "degraded-profile has no effect"},
    {VIP, "on-health-loss degrade;", "on-health-loss degrade withdraws without a degraded-profile"},

    /* addresses of VIPs */
    {VIP, "address { label lo; }", NULL},
    {VIP, "address { label lo:9; }", NULL},
    {VIP, "address { label lo9; }", "label 'lo9' must be 'lo' or begin with 'lo:'"},
    {VIP, "address { label eth0; }", "must be 'lo'"},
    {VIP, "address { manage false; label eth0; }", NULL},
    {VIPS, "vip 203.0.113.0/24;", "is not a host prefix, so no address is added"},
    {VIPS, "vip 203.0.113.0/24 { address { manage false; } }", NULL},
    {VIPS, "vip 203.0.113.9/24;", "'203.0.113.9/24' has host bits set; did you mean '203.0.113.0/24'?"},
    {VIPS, "vip 203.0.113.9;", "did you mean '203.0.113.9/32'?"},
    {VIPS, "vip 203.0.113.0/33;", "bad value '203.0.113.0/33' for 'prefix'"},
    {VIPS, "vip 203.0.113.9/32; vip 203.0.113.9/32;", "duplicate vip '203.0.113.9/32'"},
    {VIPS, "vip 2001:db8::9/128;", "is announced to no neighbor"},
    {"%s", "vip 203.0.113.9/32;", "cannot be announced without bgp"},

    /* neighbors of VIPs, and next hops */
    {VIP, "neighbor 198.51.100.4;", NULL},
    {VIP, "neighbor all;", NULL},
    {VIP, "neighbor [ 198.51.100.4 192.0.2.7 ];", "unknown neighbor '192.0.2.7': expected 198.51.100.4"},
    {VIP, "neighbor [ all 198.51.100.4 ];", "'all' makes the other neighbors redundant"},
    {VIP, "profile four;", NULL},
    {VIP, "profile six;", "profile six: next-hop 2001:db8::1 cannot be announced for vip 203.0.113.9/32"},
    {VIP_SIX, "", "no IPv4 next hop for vip 203.0.113.9/32 to neighbor 2001:db8::4"},
    {VIP_SIX, "profile four;", NULL},
    {VIP_SIX, "profile six;", "next-hop 2001:db8::1 cannot be announced"},
    {VIP_SIX, "profile four; degraded-profile six; on-health-loss degrade;", "profile six: next-hop"},

    /* Azure Route Server */
    {NEIGHBORS, "neighbor 198.51.100.4 { platform azure-route-server; peer-as 65515; }",
     "only neighbor 198.51.100.4 is"},
    {NEIGHBORS,
     "neighbor 198.51.100.4 { platform azure-route-server; peer-as 65516; } neighbor 198.51.100.5 { platform "
     "azure-route-server; peer-as 65515; }",
     "its AS is 65515, not 65516"},
    {AZURE, "", NULL},
    {AZURE, "password x;", "password is not supported"},
    {AZURE, "password-file /x;", "password-file is not supported"},
    {AZURE, "ttl-security 1;", "ttl-security is not supported"},
    {AZURE, "multihop 4;", NULL},
    {NEIGHBORS,
     "neighbor-group g { platform azure-route-server; peer-as 65515; ttl-security 1; } "
     "neighbor 198.51.100.4 { group g; multihop 64; } neighbor 198.51.100.5 { group g; multihop 64; }",
     NULL},
    {NEIGHBOR, "description \"a\\\n;", "unterminated string"},
    {NEIGHBORS, "neighbor 192.0.2.1 { peer-as 1; hold-tiem 3s; }", "did you mean 'hold-time'?"},
    {PROBE, "target a:1;", "'target' belongs in 'tcp', not in 'check': write tcp { target …; }"},
    {AZURE, "family ipv6-unicast;", "ipv6-unicast is not supported"},
    {AZURE_AS, "8073", NULL},
    {AZURE_AS, "8074", "AS 8074 is reserved"},
    {AZURE_AS, "8075", "AS 8075 is reserved"},
    {AZURE_AS, "8076", NULL},
    {AZURE_AS, "12075", NULL},
    {AZURE_AS, "12077", NULL},
    {AZURE_AS, "23455", NULL},
    {AZURE_AS, "23457", NULL},
    {AZURE_AS, "12076", "AS 12076 is reserved"},
    {AZURE_AS, "65515", "AS 65515 is reserved"},
    {AZURE_AS, "65516", NULL},
    {AZURE_AS, "65517", "AS 65517 is reserved"},
    {AZURE_AS, "65520", "AS 65520 is reserved"},
    {AZURE_AS, "65521", NULL},
    {AZURE_AS, "64495", NULL},
    {AZURE_AS, "64496", "AS 64496 is reserved"},
    {AZURE_AS, "64511", "AS 64511 is reserved"},
    {AZURE_AS, "64512", NULL},
    {AZURE_AS, "65536", "AS 65536 is reserved"},
    {AZURE_AS, "65551", "AS 65551 is reserved"},
    {AZURE_AS, "65552", "AS 65552 is a 4-octet AS"},
};

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void test_rows(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1024];
        snprintf(text, sizeof text, rows[i].frame, rows[i].text);
        struct conf conf = conf_parse(context, "row", text, strlen(text), CONF_TEXT);
        const char *said = conf.diagnostic_count > 0 ? conf.diagnostics[0].message : NULL;
        bool right = rows[i].words ? said && strstr(said, rows[i].words) && conf.diagnostic_count == 1 : !said;
        if (!right)
            print_error("%s\n    in %s\n    expected: %s\n    said: %s (%zu)\n", rows[i].text, text,
                        rows[i].words ? rows[i].words : "nothing", said ? said : "nothing", conf.diagnostic_count);
        wrong += !right;
        conf_clear(&conf);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

    return cmocka_run_group_tests(tests, context_open, context_close);
}
