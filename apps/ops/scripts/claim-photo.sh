# Sourced by approve.sh and deny.sh: claims the photo that waits the longest, and gives it back unless it was decided.
# shellcheck shell=bash

task_token=
reviewer=

# fail <exit code> <line>
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$2" >&2
  exit "$1"
}

# AWS CLIs before 2.13 don't read AWS_ENDPOINT_URL, and would take a local token to AWS.
step_functions() {
  local endpoint=${AWS_ENDPOINT_URL_SFN:-${AWS_ENDPOINT_URL:-}}
  aws stepfunctions "$@" ${endpoint:+--endpoint-url "$endpoint"}
}

# check_surroundings <yes>: everything that can be wrong before a photo is claimed for nothing.
check_surroundings() {
  local tool
  for tool in aws jq; do
    command -v "$tool" >/dev/null || fail 1 "$tool isn't installed or not on the PATH"
  done
  # The backticks are for the reader.
  # shellcheck disable=SC2016
  [ -n "${DARKROOM_APPROVAL_ACTIVITY_ARN:-}" ] ||
    fail 1 'DARKROOM_APPROVAL_ACTIVITY_ARN is not set: eval "$(pnpm -s darkroom env)" sets it'
  [ "$1" = yes ] || [ -t 0 ] ||
    fail 2 'nobody is there to confirm: run it in a terminal, or give --yes'
  reviewer=${DARKROOM_REVIEWER:-$(id -un)}
}

# Sets task_token; exit code 3 when nothing waits.
claim_photo() {
  local answer worker
  # What a worker's name may hold, of at most 80 characters.
  worker=$(printf %s "$reviewer" | LC_ALL=C tr -c 'A-Za-z0-9._@-' '-' | cut -c 1-80)
  printf 'Looking for a photo that waits, up to a minute\n' >&2
  # The service keeps silent for 60 s when nothing waits, as long as the CLI waits by default.
  answer=$(step_functions get-activity-task --activity-arn "$DARKROOM_APPROVAL_ACTIVITY_ARN" \
    --worker-name "$worker" --cli-read-timeout 70 --output json) ||
    fail 1 'no photo could be claimed: the AWS CLI says why'
  task_token=$(jq -r '.taskToken // empty' <<<"$answer")
  [ -n "$task_token" ] || fail 3 'nothing waits for a decision'
  # From here on whatever ends the script gives the photo back.
  trap give_back EXIT
  trap 'exit 130' INT TERM HUP
  show_photo "$answer" || fail 1 "what waits isn't a photo that is asked about"
}

# Text from outside could rewrite the screen: its control characters become question marks.
show_photo() {
  jq -er '
    def plain: tostring | gsub("[[:cntrl:]]"; "?");
    .input | fromjson
    | "  key      \(.photo.s3key | plain)",
      "  version  \(.photo.versionId | plain)",
      "  user     \(.photo.userID | plain), album \(.photo.albumID | plain)",
      "  picture  \(.extractedMetadata | "\(.format) \(.width)x\(.height), \(.fileSize) bytes" | plain)",
      "  labels",
      (.moderation.labels[]
        | "           " + "  " * (.taxonomyLevel - 1) + (.name | plain) + "  \(.confidence * 10 | round / 10) %"),
      "  asked    \(.moderation.reason // "no reason is given" | plain) (policy \(.moderation.policyVersion | plain))"
  ' <<<"$1"
}

# confirm <question>: ends the script, and so gives the photo back, unless the answer is yes.
confirm() {
  local answer
  read -r -p "$1 [y/N] " answer || answer=
  [[ $answer == [yY] || $answer == [yY][eE][sS] ]] || fail 1 'nothing was decided'
}

# After the decision there is nothing left to give back.
decided() {
  trap - EXIT
}

give_back() {
  local code=$?
  step_functions send-task-failure --task-token "$task_token" --error ReviewReleased \
    --cause "given back by $reviewer" >/dev/null &&
    printf 'The photo waits again\n' >&2
  exit "$code"
}
