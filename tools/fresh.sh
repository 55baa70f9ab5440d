#!/usr/bin/env bash
# A machine that has never seen this project: a minimal Debian in a folder, the committed tree, `make run` until its page
# answers and `make test` to the end. Nothing comes from this machine but the way to its package mirrors: CA certificates,
# and the settings of apt, pip and npm. Run by `make fresh`, as root.
#
#   SUITE=bookworm   the Debian release
#   FOLDER=…         where the machine is made; by default a new folder in /var/tmp
#   KEEP=1           leave the folder there afterwards
#   FRESH_DO=…       what is run there instead of both commands, to look around: FRESH_DO=bash
set -euo pipefail

top=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
suite=${SUITE:-bookworm}
say() { printf '\n== %s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || stop "make fresh 需要 root（debootstrap、chroot）。 make fresh needs root: debootstrap and chroot."
command -v debootstrap >/dev/null || stop "请先安装：apt-get install debootstrap  (install it first)"

# In namespaces of its own, so that mounts and processes end with it, however it ends. The folder is removed out here.
if [ -z "${FRESH_APART:-}" ]; then
  folder=${FOLDER:-$(mktemp -d /var/tmp/licence-qr-fresh.XXXXXX)}
  mkdir -p "$folder"
  chmod 755 "$folder" # it becomes the root of a machine, which everybody may enter
  leave() {
    kill "$apart" 2>/dev/null && wait "$apart" || true
    [ -n "${KEEP:-}" ] || rm -rf --one-file-system "$folder" "$folder.log"
  }
  FRESH_APART=1 FOLDER="$folder" unshare --mount --pid --fork --kill-child --propagation private "$0" "$@" &
  apart=$!
  trap leave EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  wait "$apart"
  exit
fi
folder=$FOLDER

mirrors=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' | sort -u |
  awk -v suite="$suite" '$2 == suite || $2 ~ "^" suite "-(updates|security)$"')
mirror=$(awk -v suite="$suite" '$2 == suite { print $1; exit }' <<<"$mirrors")
[ -n "$mirror" ] || stop "本机的 apt 没有 $suite 的来源。 This machine's apt knows no mirror of $suite; run apt-get update, or name SUITE=…"

say "Debian $suite (minbase, python3, python3-venv, make, git, ca-certificates): $folder"
start=$SECONDS
debootstrap --variant=minbase --include=python3,python3-venv,make,git,ca-certificates "$suite" "$folder" "$mirror" \
  >"$folder.log" 2>&1 || { tail -n 20 "$folder.log" >&2; exit 1; }
rm -f "$folder.log"
made=$((SECONDS - start))

# The way to the mirrors, as this machine has it.
awk '{ print "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]", $1, $2, $3 }' <<<"$mirrors" >"$folder/etc/apt/sources.list"
apt-config dump | grep '^Acquire::' >"$folder/etc/apt/apt.conf.d/90host" || true
cp -aL /etc/apt/auth.conf.d/. "$folder/etc/apt/auth.conf.d/" 2>/dev/null || true
for name in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/npmrc; do
  [ -f "$name" ] && cp -L "$name" "$folder$name"
done
for name in .pip .config/pip .npmrc; do
  [ -e "$HOME/$name" ] && mkdir -p "$folder/root/$(dirname "$name")" && cp -rL "$HOME/$name" "$folder/root/$name"
done
[ -d /etc/xdg/pip ] && mkdir -p "$folder/etc/xdg" && cp -rL /etc/xdg/pip "$folder/etc/xdg/pip"
mkdir -p "$folder/usr/local/share/ca-certificates"
find -L /usr/local/share/ca-certificates -name '*.crt' -exec cp -L {} "$folder/usr/local/share/ca-certificates/" \;

mount -t proc proc "$folder/proc"
mount -t tmpfs -o mode=755 dev "$folder/dev"
mkdir "$folder"/dev/{shm,pts}
mount -t tmpfs -o mode=1777 shm "$folder/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$folder/dev/pts"
for device in null zero full random urandom tty; do
  touch "$folder/dev/$device" && mount --bind "/dev/$device" "$folder/dev/$device"
done
ln -s /proc/self/fd "$folder/dev/fd"
ln -s pts/ptmx "$folder/dev/ptmx"
chroot "$folder" update-ca-certificates >/dev/null 2>&1

commit=$(git -C "$top" rev-parse --short=12 HEAD)
[ -z "$(git -C "$top" status --porcelain)" ] || echo "注意：未提交的改动不在其中。 Note: what is not committed is not in it."
git clone -q --no-local "$top" "$folder/srv/licence_qr"

settings=(HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive)
while IFS= read -r -d '' line; do
  case "$line" in
    PIP_*=* | NPM_CONFIG_*=* | npm_config_*=* | [Hh][Tt][Tt][Pp]*_[Pp][Rr][Oo][Xx][Yy]=* | [Nn][Oo]_[Pp][Rr][Oo][Xx][Yy]=* | \
      SSL_CERT_FILE=* | SSL_CERT_DIR=* | REQUESTS_CA_BUNDLE=* | CURL_CA_BUNDLE=* | NODE_EXTRA_CA_CERTS=*) settings+=("$line") ;;
  esac
done </proc/self/environ

say "commit $commit in the new machine"
status=0
if [ -n "${FRESH_DO:-}" ]; then
  chroot "$folder" env -i "${settings[@]}" bash -c "cd /srv/licence_qr && $FRESH_DO" || status=$?
else
  chroot "$folder" env -i "${settings[@]}" bash /srv/licence_qr/tools/fresh_inside.sh || status=$?
fi
say "commit $commit: folder made in $made s, ended with status $status"
exit "$status"
