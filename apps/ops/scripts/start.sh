#!/bin/sh
# `pnpm start`: builds what has changed, then starts. A build that goes well has nothing to say.
set -eu
log=.turbo/start.log
mkdir -p .turbo
echo 'Building what has changed'
export TURBO_TELEMETRY_DISABLED=1
if ! turbo run build synth --filter=@darkroom/ops... --output-logs=errors-only --no-update-notifier >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
exec node apps/ops/src/main.ts start "$@"
