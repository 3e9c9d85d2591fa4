/* Replaced by the first room of this house. */
extern int ctl_placeholder;
int ctl_placeholder;
