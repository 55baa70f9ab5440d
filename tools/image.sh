#!/usr/bin/env bash
# Builds the image of deploy/container as its first lines say, and runs it: register, keys, service, its own health check. As
# root, with buildah and debootstrap; nothing is left behind. Of this machine it gets the way to its package mirrors.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d /var/tmp/licence-qr-image.XXXXXX)
build() { buildah --root "$folder/storage" --runroot "$folder/run" --storage-driver vfs "$@"; }
leave() {
  build rm --all >/dev/null 2>&1 || true
  rm -rf --one-file-system "$folder"
}
trap leave EXIT

mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' | awk '$2 == "bookworm" { print $1; exit }')
[ -n "$mirror" ] || { echo "本机的 apt 没有 bookworm 的来源。 This machine's apt knows no mirror of bookworm; run apt-get update." >&2; exit 1; }
git -C "$top" archive HEAD | tar -x -C "$folder" --one-top-level=source
cd "$folder/source"
deploy/container/rootfs.sh rootfs.tar bookworm "$mirror" >"$folder/log" 2>&1 || { tail -n 20 "$folder/log"; exit 1; }
"$top/.venv/bin/python" -m pip wheel -q --no-deps --no-build-isolation -w . .

seen=() # what pip is told here
for file in /etc/pip.conf "$HOME/.config/pip/pip.conf" "${PIP_CERT:-/etc/ssl/certs/ca-certificates.crt}"; do
  [ ! -f "$file" ] || seen+=(--volume "$file:$file:ro")
done
build build --format docker --isolation chroot --network host "${seen[@]}" -t licence-qr -f deploy/container/Containerfile .

build from --name tried licence-qr >/dev/null
mkdir "$folder"/{home,keys,secrets,root}
for name in key root; do python3 -c 'import secrets; print(secrets.token_urlsafe(24))' >"$folder/secrets/$name-passphrase"; done
chown -R 10001:10001 "$folder"/{home,keys,secrets,root}
chmod -R go= "$folder"/{home,keys,secrets,root}
check=$(build inspect --type image licence-qr | python3 -c 'import json, sys; print(json.load(sys.stdin)["Docker"]["config"]["Healthcheck"]["Test"][3])')
try() {
  build run --isolation chroot --volume "$folder/home:/var/lib/licence-qr" --volume "$folder/keys:/var/lib/licence-qr-keys" \
    --volume "$folder/secrets:/run/secrets:ro" --volume "$folder/root:/run/root" --env LICENCE_QR_ADDRESS=https://ym.example.gov.cn \
    --env LICENCE_QR_TRUSTED_PROXIES=127.0.0.1 tried -- "$@"
}
try /opt/licence-qr/bin/licence-qr init --root-folder /run/root --root-passphrase-file /run/secrets/root-passphrase
export -f try build
# In a network of its own: nothing of this machine is in the way.
page='import sys, urllib.request; urllib.request.urlopen("http://127.0.0.1:8000" + sys.argv[1], timeout=60)'
folder=$folder check=$check page=$page unshare --net bash -euc '
ip link set lo up
try bash -euc '\''
/opt/licence-qr/bin/licence-qr serve & served=$!
for _ in $(seq 300); do
  if /opt/licence-qr/bin/python -c "$1" 2>/dev/null; then healthy=yes; break; fi
  kill -0 $served
done
for page in / /sign-in /verify; do
  /opt/licence-qr/bin/python -c "$2" "$page" && pages+=200
done
kill -TERM $served
wait $served
[ "${healthy:-} ${pages:-}" = "yes 200200200" ]
'\'' - "$check" "$page"'
echo "IMAGE: built, and the service in it is healthy, shows its pages and stops"
