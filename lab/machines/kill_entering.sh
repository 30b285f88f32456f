#!/bin/sh
# Kills the processes whose command line begins with one of the arguments, a program's
# name first.

ps -e -o pid=,args= | while read -r pid program rest; do
  for begin; do
    # The program may have been called by its path.
    case "${program##*/} $rest" in "$begin"*) kill -KILL "$pid" 2>/dev/null ;; esac
  done
done
