#!/usr/bin/env bash
# Claims the photo that waits the longest for a person, shows it, and denies it: it goes to quarantine.
# Usage: deny.sh [--yes] REASON
# Exit code 0: denied. 1: not. 2: bad usage. 3: nothing waits.
set -euo pipefail
# shellcheck source=claim-photo.sh
. "$(dirname "${BASH_SOURCE[0]}")/claim-photo.sh"

yes=no
if [ "${1:-}" = --yes ]; then
  yes=yes
  shift
fi
[ $# -eq 1 ] && [[ $1 == *[![:space:]]* && $1 != --* ]] ||
  fail 2 'usage: deny.sh [--yes] REASON; a denial needs a reason'
reason=$1

check_surroundings "$yes"
claim_photo
[ "$yes" = yes ] || confirm "Deny it as $reviewer, since \"$reason\"?"
cause=$(jq -cn --arg by "$reviewer" --arg reason "$reason" '{by: $by, reason: $reason}')
step_functions send-task-failure --task-token "$task_token" --error InappropriateError \
  --cause "$cause" || fail 1 'it was not denied: the AWS CLI says why'
decided
printf 'Denied by %s: %s\n' "$reviewer" "$reason"
