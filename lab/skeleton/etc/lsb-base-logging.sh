#!/bin/sh
# Init scripts read this file. Where a script says "failed!", the reason follows.
log_end_msg_post() {
  if [ "$1" -eq 0 ] || [ "$1" -eq 255 ]; then return 0; fi
  /usr/lib/megalos-lab/explain_failure "${0##*/}"
}
