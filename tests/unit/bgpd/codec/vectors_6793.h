/* UPDATEs after RFC 6793: a neighbor with two-octet ASes; what is kept has four. */
#ifndef VIPGATE_TESTS_VECTORS_6793_H
#define VIPGATE_TESTS_VECTORS_6793_H

#include "tests/unit/bgpd/codec/update_vector.h"

#define FROM_OLD .session = OLD, .nlri = NLRI

static const struct update_vector vectors_6793[] = {
    {"6793 4.1: AS4_PATH from a four-octet neighbor", .attributes = MANDATORY "c0 11 06 02 01 fa56ea01", .nlri = NLRI,
     .outcome = UPDATE_ATTRIBUTE_DISCARD, .kept = KEPT, .what = "from a four-octet neighbor"},
    {"6793 4.1: AS4_AGGREGATOR from a four-octet neighbor", .attributes = MANDATORY "c0 12 08 fa56ea01 c6336404",
     .nlri = NLRI, .outcome = UPDATE_ATTRIBUTE_DISCARD, .kept = KEPT},
    {"6793 4.2.3: two octets become four", FROM_OLD, .attributes = ORIGIN "40 02 06 02 02 ffeb fc00" NEXT_HOP,
     .kept = ORIGIN "50 02 000a 02 02 0000ffeb 0000fc00" NEXT_HOP},
    {"6793 4.2.3: AS4_PATH takes the place of the end", FROM_OLD,
     .attributes = ORIGIN "40 02 0a 02 04 ffeb 5ba0 5ba0 fc00" NEXT_HOP "c0 11 0e 02 03 fa56ea01 fa56ea02 0000fc00",
     .kept = ORIGIN "50 02 0014"
                    "02 01 0000ffeb"                   /* from AS_PATH */
                    "02 03 fa56ea01 fa56ea02 0000fc00" /* AS4_PATH */
     NEXT_HOP},
    {"6793 4.2.3: as long as each other", FROM_OLD,
     .attributes = ORIGIN "40 02 06 02 02 5ba0 5ba0" NEXT_HOP "c0 11 0a 02 02 fa56ea01 fa56ea02",
     .kept = ORIGIN "50 02 000a 02 02 fa56ea01 fa56ea02" NEXT_HOP},
    {"6793 4.2.3: AS4_PATH is longer: ignored", FROM_OLD,
     .attributes = ORIGIN "40 02 04 02 01 5ba0" NEXT_HOP "c0 11 0a 02 02 fa56ea01 fa56ea02",
     .kept = ORIGIN "50 02 0006 02 01 00005ba0" NEXT_HOP},
    {"6793 4.2.3: a set counts one", FROM_OLD,
     .attributes =
         ORIGIN "40 02 0c 02 02 ffeb 5ba0 01 02 5ba0 fc00" NEXT_HOP "c0 11 10 02 01 fa56ea01 01 02 fa56ea02 0000fc00",
     .kept = ORIGIN "50 02 0016"
                    "02 01 0000ffeb"
                    "02 01 fa56ea01 01 02 fa56ea02 0000fc00" NEXT_HOP},
    {"6793 4.2.3: so does one of AS4_PATH", FROM_OLD,
     .attributes = ORIGIN "40 02 06 02 02 ffeb 5ba0" NEXT_HOP "c0 11 0a 01 02 fa56ea01 fa56ea02",
     .kept = ORIGIN "50 02 0010 02 01 0000ffeb 01 02 fa56ea01 fa56ea02" NEXT_HOP},
    {"6793 4.2.3: a set leads what is lacking", FROM_OLD,
     .attributes = ORIGIN "40 02 0a 01 02 ffeb ffec 02 01 5ba0" NEXT_HOP "c0 11 06 02 01 fa56ea01",
     .kept = ORIGIN "50 02 0010"
                    "01 02 0000ffeb 0000ffec"
                    "02 01 fa56ea01" NEXT_HOP},
    {"6793 4.2.3: a loop is found behind AS_TRANS", FROM_OLD,
     .attributes = ORIGIN "40 02 04 02 01 5ba0" NEXT_HOP "c0 11 06 02 01 0000fdf2", .own_as = true},
    {"6793 4.2.3: AGGREGATOR becomes four octets", FROM_OLD,
     .attributes = ORIGIN OLD_PATH NEXT_HOP "c0 07 06 ffeb c6336404", .kept = KEPT "c0 07 08 0000ffeb c6336404"},
    {"6793 4.2.3: AS4_AGGREGATOR beside AS_TRANS", FROM_OLD,
     .attributes = ORIGIN OLD_PATH NEXT_HOP "c0 07 06 5ba0 c6336404 c0 12 08 fa56ea01 c6336405",
     .kept = KEPT "c0 07 08 fa56ea01 c6336405"},
    {"6793 4.2.3: AGGREGATOR is not AS_TRANS: both AS4 attributes are ignored", FROM_OLD,
     .attributes = ORIGIN OLD_PATH NEXT_HOP "c0 07 06 fc00 c6336404 c0 11 06 02 01 fa56ea01 c0 12 08 fa56ea01 c6336405",
     .kept = KEPT "c0 07 08 0000fc00 c6336404"},
    {"6793 4.2.3: AS4_PATH counts where there is no AS4_AGGREGATOR", FROM_OLD,
     .attributes = ORIGIN "40 02 04 02 01 5ba0" NEXT_HOP "c0 07 06 fc00 c6336404 c0 11 06 02 01 fa56ea01",
     .kept = ORIGIN "50 02 0006 02 01 fa56ea01" NEXT_HOP "c0 07 08 0000fc00 c6336404"},
    {"6793 6: AS4_PATH: empty", FROM_OLD, .attributes = ORIGIN OLD_PATH NEXT_HOP "c0 11 00",
     .outcome = UPDATE_ATTRIBUTE_DISCARD, .kept = KEPT},
    {"6793 6: AS4_PATH: segment overrun", FROM_OLD, .attributes = ORIGIN OLD_PATH NEXT_HOP "c0 11 06 02 02 fa56ea01",
     .outcome = UPDATE_ATTRIBUTE_DISCARD, .kept = KEPT},
    {"6793 6: AS4_PATH: odd length", FROM_OLD, .attributes = ORIGIN OLD_PATH NEXT_HOP "c0 11 07 02 01 fa56ea01 02",
     .outcome = UPDATE_ATTRIBUTE_DISCARD, .kept = KEPT},
    {"6793 6: AS4_PATH: empty segment", FROM_OLD, .attributes = ORIGIN OLD_PATH NEXT_HOP "c0 11 02 02 00",
     .outcome = UPDATE_ATTRIBUTE_DISCARD, .kept = KEPT},
    {"6793 6: AS4_PATH: unknown segment type", FROM_OLD,
     .attributes = ORIGIN OLD_PATH NEXT_HOP "c0 11 06 09 01 fa56ea01", .outcome = UPDATE_ATTRIBUTE_DISCARD,
     .kept = KEPT},
    {"6793 6: AS4_PATH: a confederation's segment is left out", FROM_OLD,
     .attributes = ORIGIN "40 02 06 02 02 ffeb 5ba0" NEXT_HOP "c0 11 0c 03 01 0000fc00 02 01 fa56ea01",
     .kept = ORIGIN "50 02 000c 02 01 0000ffeb 02 01 fa56ea01" NEXT_HOP},
    {"7607 2: AS 0 in AS4_PATH", FROM_OLD, .attributes = ORIGIN OLD_PATH NEXT_HOP "c0 11 06 02 01 00000000",
     .outcome = UPDATE_ATTRIBUTE_DISCARD, .kept = KEPT},
    {"6793 6: AS4_AGGREGATOR: length", FROM_OLD,
     .attributes = ORIGIN OLD_PATH NEXT_HOP "c0 07 06 ffeb c6336404 c0 12 06 ffeb c6336404",
     .outcome = UPDATE_ATTRIBUTE_DISCARD, .kept = KEPT "c0 07 08 0000ffeb c6336404"},
    {"7607 2: AS 0 in AS4_AGGREGATOR", FROM_OLD,
     .attributes = ORIGIN OLD_PATH NEXT_HOP "c0 07 06 5ba0 c6336404 c0 12 08 00000000 c6336404",
     .outcome = UPDATE_ATTRIBUTE_DISCARD, .kept = KEPT "c0 07 08 00005ba0 c6336404"},
    {"7606 7.2: AS_PATH of a two-octet neighbor: four-octet segment", FROM_OLD,
     .attributes = ORIGIN "40 02 06 02 01 0000ffeb" NEXT_HOP, .outcome = UPDATE_TREAT_AS_WITHDRAW},
    {"7606 3 c: flags of AS4_PATH", FROM_OLD, .attributes = ORIGIN OLD_PATH NEXT_HOP "40 11 06 02 01 fa56ea01",
     .outcome = UPDATE_TREAT_AS_WITHDRAW},
};

#undef FROM_OLD

#endif
