# Runs the program in the container of a Job. A Job knows only success and failure, so 3 (deletes are held) and 4 (rows were
# quarantined or rejected) become a success, with a message that Kubernetes shows with the container.
message=${TERMINATION_LOG:-/dev/termination-log}
child=
# Kubernetes sends SIGTERM to this shell, and the program must have it to release its lease.
trap '[ -z "$child" ] || kill -TERM "$child"' TERM
gemini-sync-bridge "$@" &
child=$!
wait "$child"
status=$?
# The signal ended the wait, but not yet the program.
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  status=$?
done
case $status in
3)
  echo 'HELD: deletes are held; everything else was applied. The log names the reason and how to release them.' >"$message"
  [ "${FAIL_ON_HELD:-}" = true ] || status=0
  ;;
4)
  echo 'PARTIAL: some rows were quarantined, rejected or not listed; everything else was applied.' >"$message"
  [ "${FAIL_ON_PARTIAL:-}" = true ] || status=0
  ;;
esac
exit "$status"
