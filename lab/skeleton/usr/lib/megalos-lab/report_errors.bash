# BASH_ENV of startups: says where a command failed, and goes on. What the script starts has nothing to do with it.
unset BASH_ENV
__report_error() {
  # Of 126 and 127 bash itself has said where.
  case $1 in
    126 | 127) ;;
    *) echo "$2: line $3: $4: ended with $1" >&2 ;;
  esac
}
trap '__report_error "$?" "${BASH_SOURCE[0]}" "$LINENO" "$BASH_COMMAND"' ERR
