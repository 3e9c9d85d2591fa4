/* Replaced by the first room of this house. */
extern int healthd_placeholder;
int healthd_placeholder;
