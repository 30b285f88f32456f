#!/bin/sh
# Names what FRR does not take of a configuration, for the scripts that start FRR: FRR itself drops
# such lines in silence.

# Arguments: configuration, the file whose lines it has.
check_frr() {
  vtysh -C -f "$1" 2>&1 | while IFS= read -r said; do
    case $said in
      line\ *)
        number=${said#line } number=${number%%:*}
        echo "$2:$number: FRR does not take it: $(sed -n "${number}p" "$2" | sed 's/^[[:space:]]*//')"
        ;;
    esac
  done
}
