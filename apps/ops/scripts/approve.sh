#!/usr/bin/env bash
# Claims the photo that waits the longest for a person, shows it, and approves it.
# Usage: approve.sh [--yes] [REASON]
# Exit code 0: approved. 1: not. 2: bad usage. 3: nothing waits.
set -euo pipefail
# shellcheck source=claim-photo.sh
. "$(dirname "${BASH_SOURCE[0]}")/claim-photo.sh"

yes=no
if [ "${1:-}" = --yes ]; then
  yes=yes
  shift
fi
[ $# -le 1 ] && [[ ${1:-} != --* ]] || fail 2 'usage: approve.sh [--yes] [REASON]'
reason=${1:-}

check_surroundings "$yes"
claim_photo
[ "$yes" = yes ] || confirm "Approve it as $reviewer?"
output=$(jq -cn --arg by "$reviewer" --arg reason "$reason" \
  '{by: $by} + if $reason == "" then {} else {reason: $reason} end')
step_functions send-task-success --task-token "$task_token" --task-output "$output" ||
  fail 1 'it was not approved: the AWS CLI says why'
decided
printf 'Approved by %s\n' "$reviewer"
