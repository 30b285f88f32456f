# The BASH_ENV of startups: says where a command failed, and goes on. Programs that the startup
# starts do not get this BASH_ENV.
unset BASH_ENV
__report_error() {
  # Where 126 and 127 come from, bash itself has already said.
  case $1 in
    126 | 127) ;;
    *) echo "$2: line $3: $4: ended with $1" >&2 ;;
  esac
}
trap '__report_error "$?" "${BASH_SOURCE[0]}" "$LINENO" "$BASH_COMMAND"' ERR
