#!/bin/sh
# Starts, resumes, lists, waits for, reads, writes to and cancels AgentDock threads.
#
# Every command prints one line of JSON, {"ok":true,"result":...} or {"ok":false,"error":...}, and ends with 0 or 1;
# `wait` also with 3. Bad usage prints help on standard error and ends with 2.
# It goes over the `agentdock` command where that works, else over the drop folder: a request is written to
# .agentdock/requests/ and the answer read from there, which works without network and from a sandbox.
set -u

usage() {
  cat >&2 <<'USAGE'
Usage: manage_threads.sh COMMAND

  spawn PROVIDER PROMPT [--name TEXT] [--dir DIR] [--mode MODE] [--model NAME] [--effort LEVEL] [--key KEY]
  resume THREAD PROMPT [--key KEY]
  list [STATE]
  wait THREAD...         nothing of a thread comes to a worker by itself: wait before you end your turn.
                         Ends with 3 where they wait for the slot of your own turn: then do what `note` says
  read THREAD [CURSOR]   its report and final text; CURSOR of the page before where there is more
  show THREAD            its state, what it waits for, its report
  send THREAD TEXT [--now] [--key KEY]
  cancel THREAD          over the drop folder: only what the drop folder has started

PROVIDER: codex, claude_code or opencode. A PROMPT or TEXT of `-` is read from standard input,
as UTF-8 without NUL. Over the drop folder a request may have 1 MB, its JSON included.
AGENTDOCK_SKILL_WAIT: seconds to wait for an answer over the drop folder (default 60).
USAGE
  exit 2
}

# A JSON string of all the bytes of $1.
json() {
  printf '%s\n' "$1" | LC_ALL=C awk '
    BEGIN {
      for (i = 1; i < 32; i++) code[sprintf("%c", i)] = sprintf("\\u%04x", i)
      code["\""] = "\\\""
      code["\\"] = "\\\\"
      printf "\""
    }
    {
      if (NR > 1) printf "\\n"
      line = $0
      while (match(line, /[\001-\037"\\]/)) {
        printf "%s%s", substr(line, 1, RSTART - 1), code[substr(line, RSTART, 1)]
        line = substr(line, RSTART + 1)
      }
      printf "%s", line
    }
    END { printf "\"" }'
}

# Adds a member to the arguments: NAME, then JSON.
args=''
add() {
  args="$args${args:+,}\"$1\":$2"
}

# $1, or all of standard input for `-`, with its last line breaks. A shell would drop a NUL without a word, so it
# becomes a byte that no text in UTF-8 has.
text_of() {
  if [ "$1" = - ]; then
    text=$(LC_ALL=C tr '\000' '\377' && printf x)
    text=${text%x}
    [ "$(printf '%s' "$text" | LC_ALL=C tr -cd '\377' | wc -c)" -eq 0 ] ||
      fail invalid_arguments 'Expected a text in UTF-8 without NUL on standard input.' false
  else
    text=$1
  fi
}

# CODE MESSAGE, and `false` where the same call cannot succeed later.
fail() {
  printf '{"ok":false,"error":{"code":"%s","message":%s,"retryable":%s}}\n' "$1" "$(json "$2")" "${3:-true}"
  exit 1
}

# The folder .agentdock that a host listens in: of a linked git worktree it is the main one's.
dock_folder() {
  here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P) || exit 1
  common=$(git -C "$here" rev-parse --git-common-dir 2>/dev/null) || common=''
  case $common in
    /*/.git) [ -d "${common%/.git}/.agentdock" ] && here=${common%/.git}/.agentdock ;;
  esac
  printf '%s\n' "$here"
}

has_command=''
# Asked once, with a call that changes nothing: what fails after that is not tried on another way.
works() {
  if [ -z "$has_command" ]; then
    has_command=no
    if command -v agentdock >/dev/null 2>&1 &&
      (cd "$dock/.." && agentdock list --limit 1 --json </dev/null >/dev/null 2>&1); then
      has_command=yes
    fi
  fi
  [ "$has_command" = yes ]
}

# Makes the call $1 with the arguments so far; leaves the answer in $reply.
request() {
  call="{\"tool\":\"$1\",\"args\":{$args}}"
  if works; then
    reply=$(printf '%s' "$call" | (cd "$dock/.." && agentdock call -))
    [ -n "$reply" ] || fail upstream_unavailable 'The agentdock command gave no answer.'
  else
    drop "$call" "$2"
  fi
}

# One request over the drop folder, under a name that is nobody else's; waits up to $2 seconds more than usual.
drop() {
  requests=$dock/requests
  [ -d "$requests" ] || mkdir "$requests" 2>/dev/null
  temporary=$(mktemp "$requests/.skill-XXXXXXXX" 2>/dev/null) ||
    fail permission_denied "Files cannot be written in $requests."
  name=skill-${temporary##*.skill-}
  trap 'rm -f -- "$temporary" "$requests/$name.json"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '%s\n' "$1" >"$temporary" || fail storage_unavailable "Nothing can be written in $requests."
  mv -- "$temporary" "$requests/$name.json" || fail storage_unavailable "Nothing can be written in $requests."
  ends=$(($(date +%s) + ${AGENTDOCK_SKILL_WAIT:-60} + $2))
  while [ ! -f "$requests/$name.result.json" ]; do
    if [ "$(date +%s)" -ge "$ends" ]; then
      if mv -- "$requests/$name.json" "$temporary" 2>/dev/null; then
        fail timeout 'Nobody took the request, and it was taken back: a VS Code window or an AgentDock host must be open in this folder, and no git at work in its repository (index.lock).'
      fi
      fail timeout "The request was taken and is not answered yet; its answer will be in $requests/$name.result.json."
    fi
    # Fractions are no part of POSIX.
    sleep 0.1 2>/dev/null || sleep 1
  done
  reply=$(cat -- "$requests/$name.result.json")
  rm -f -- "$requests/$name.result.json" "$requests/$name.json.refused"
  trap - EXIT INT TERM HUP
}

# Who of those that are waited for waits for an answer, as far as that is news.
tell_waiting() {
  case $reply in *'"waiting":[]'*) return ;; esac
  waiting=${reply#*'"waiting":['}
  printf '%s' "${waiting%%'],"still_running":'*}" | tr '{' ',' | tr ',' '\n' |
    sed -n 's/^"thread_id":"\([^"]*\)".*/\1 waits for an answer (see: show \1)/p' >&2
}

# Ends with $1 where the call was good.
finish() {
  printf '%s\n' "$reply"
  case $reply in
    '{"ok":true'*) exit "${1:-0}" ;;
  esac
  exit 1
}

# --name VALUE and the like, for the options that $1 lists as name=member.
options() {
  known=$1
  shift
  while [ $# -gt 0 ]; do
    if [ "$1" = --now ] && [ "$known" = send ]; then
      add when '"now"'
      shift
      continue
    fi
    [ $# -ge 2 ] || usage
    case $known:$1 in
      spawn:--name) name_given=$2 ;;
      spawn:--dir) add working_dir "$(json "$2")" ;;
      spawn:--mode) add permission_mode "$(json "$2")" ;;
      spawn:--model) add model "$(json "$2")" ;;
      spawn:--effort) add effort "$(json "$2")" ;;
      *:--key) add idempotency_key "$(json "$2")" ;;
      *) usage ;;
    esac
    shift 2
  done
}

[ $# -ge 1 ] || usage
dock=$(dock_folder) || exit 1
command=$1
shift
case $command in
  spawn)
    [ $# -ge 2 ] || usage
    add provider "$(json "$1")"
    text_of "$2"
    shift 2
    add prompt "$(json "$text")"
    name_given=$(printf '%s' "$text" | LC_ALL=C tr -s '[:cntrl:] ' ' ' | LC_ALL=C tr -cd '[:print:]' | cut -c 1-60)
    [ -n "$name_given" ] || name_given=task
    options spawn "$@"
    add task_name "$(json "$name_given")"
    request spawn_thread 0
    ;;
  resume)
    [ $# -ge 2 ] || usage
    add thread_id "$(json "$1")"
    text_of "$2"
    shift 2
    add additional_prompt "$(json "$text")"
    options resume "$@"
    request resume_thread 0
    ;;
  send)
    [ $# -ge 2 ] || usage
    add thread_id "$(json "$1")"
    text_of "$2"
    shift 2
    add text "$(json "$text")"
    options send "$@"
    request send_message 0
    ;;
  list)
    [ $# -le 1 ] || usage
    [ $# -eq 0 ] || add states "[$(json "$1")]"
    request list_threads 0
    ;;
  wait)
    [ $# -ge 1 ] || usage
    threads=''
    for thread in "$@"; do threads="$threads${threads:+,}$(json "$thread")"; done
    add thread_ids "[$threads]"
    add until '"all"'
    asked=$args
    # One call waits 45 seconds at most. A quotation mark inside a text has a backslash before it in JSON.
    while request wait_threads 45; do
      case $reply in
        '{"ok":true'*'"no_slot":true'*) finish 3 ;;
        '{"ok":true'*'"still_running":[]'*) break ;;
        '{"ok":true'*'"cursor":"'*) ;;
        *) break ;;
      esac
      tell_waiting
      cursor=${reply##*'"cursor":"'}
      args="$asked,\"cursor\":\"${cursor%%'"'*}\""
    done
    ;;
  read)
    case $# in 1 | 2) ;; *) usage ;; esac
    add thread_id "$(json "$1")"
    add view '"result"'
    case ${2-0} in *[!0-9]* | '') usage ;; *) add cursor "${2-0}" ;; esac
    request read_thread 0
    ;;
  show | cancel)
    [ $# -eq 1 ] || usage
    add thread_id "$(json "$1")"
    case $command in
      show) request get_thread 0 ;;
      cancel) request cancel_thread 0 ;;
    esac
    ;;
  *) usage ;;
esac
finish
