#!/bin/sh
# Stands in for the desktop's `code`: notes how it is called, installs at once, and has a window until it is ended.
printf '%s\n' "$*" >> "$CODE_CALLS"
case "$*" in
  *--install-extension*) exit 0 ;;
esac
exec sleep 600
