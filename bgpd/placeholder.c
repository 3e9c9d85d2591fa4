/* Replaced by the first room of this house. */
extern int bgpd_placeholder;
int bgpd_placeholder;
