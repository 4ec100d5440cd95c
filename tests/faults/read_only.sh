# Run a command where nothing can be written, with /tmp neither: unshare --mount sh read_only.sh COMMAND
set -eu
mount --make-rprivate /
for place in $(cut -d ' ' -f 2 /proc/self/mounts | sort -r); do
  case $place in
    /proc*|/sys*|/dev*) ;;
    *) mount -o remount,bind,ro "$place" ;;
  esac
done
exec "$@"
