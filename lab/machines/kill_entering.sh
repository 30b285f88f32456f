#!/bin/sh
# Kills the processes whose command line begins with one of the arguments.

ps -e -o pid=,args= | while read -r pid args; do
  for begin; do
    case $args in "$begin"*) kill -KILL "$pid" 2>/dev/null ;; esac
  done
done
