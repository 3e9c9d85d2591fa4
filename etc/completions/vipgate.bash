# bash completion for vipgate. What may come next is asked of vipgate itself, whose command table knows it, and of the
# running daemons for the names of neighbors, VIPs and checks. File names are completed where nothing else fits.
_vipgate()
{
    local words
    COMPREPLY=()
    mapfile -t words < <("${COMP_WORDS[0]}" --complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    COMPREPLY=("${words[@]}")
    # ':' splits words in COMP_WORDBREAKS; an IPv6 address must lose what readline has already.
    declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "${COMP_WORDS[COMP_CWORD]}"
}
complete -o default -F _vipgate vipgate
