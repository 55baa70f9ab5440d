#!/usr/bin/env bash
# Follows docs/deploy.md to the first pair, on the machine of tools/fresh.sh: each command as it stands there. No systemd runs
# in a folder, so what systemctl would start is started here, as the unit says and as its user; what timers would, once, at the
# end. What serves is served in a network of its own: nothing of the machine outside is in the way.
set -euo pipefail
cd "$(dirname "$0")/.."

units=/etc/systemd/system
unit() { sed -n "s/^$2=//p" "$units/$1"; }
asked() { python3 - "$@" <<'PYTHON'
import ssl, sys, time, urllib.error, urllib.request
place, words = sys.argv[1:3]
asked = urllib.request.Request(place, headers={"Host": "ym.example.gov.cn"})
for _ in range(600):
    try:
        answer = urllib.request.urlopen(asked, context=ssl._create_unverified_context()).read().decode()
        break
    except (urllib.error.URLError, ConnectionError) as error:
        said = error
        time.sleep(0.2)
else:
    sys.exit(f"{place}: {said}")
sys.exit(words not in answer and f"{place}: no {words} in {answer}")
PYTHON
}

manage() { # stands for systemctl
  case "$1" in
    daemon-reload) ;;
    enable)
      shift 2
      for name in "$@"; do
        [ "$name" != nftables.service ] || { nft -f /etc/nftables.conf; continue; }
        [ -f "$units/$name" ] || { echo "no unit $name"; exit 1; }
        [ "$name" != licence-qr-signer.service ] || sign
        [ "$name" != licence-qr.service ] || serve
      done
      ;;
    reload) [ "$2" = nginx ] && nginx ;;
    *) echo "systemctl $*: not in this page"; exit 1 ;;
  esac
}

sign() {
  # %d is the folder of credentials, which systemd fills for that user. It makes the socket too, which here the signer does.
  local user folder
  user=$(unit licence-qr-signer.service User) folder=$(dirname "$(unit licence-qr-signer.socket ListenStream)")
  install -d -o "$user" -g "$(unit licence-qr-signer.socket SocketGroup)" -m 0750 "$folder"
  install -D -o "$user" -m 0400 /etc/licence-qr/key-passphrase /run/credentials-of-signer/key-passphrase
  LICENCE_QR_PASSPHRASE_FILE=/run/credentials-of-signer/key-passphrase \
    runuser -u "$user" -- $(unit licence-qr-signer.service ExecStart) >/var/log/licence-qr-signer.log 2>&1 &
}

serve() {
  runuser -u "$(unit licence-qr.service User)" -- $(unit licence-qr.service ExecStart) >/var/log/licence-qr.log 2>&1 &
  asked http://127.0.0.1:8000/healthz alive
}

mapfile -t commands < <(awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' docs/deploy.md)
[ "${#commands[@]}" -gt 15 ]
if [ -z "${DEPLOYED_FROM:-}" ]; then
  for ((n = 0; n < ${#commands[@]}; n++)); do
    case "${commands[n]}" in systemctl*) break ;; esac
    echo "# ${commands[n]}"
    eval "${commands[n]}"
  done
  DEPLOYED_FROM=$n exec unshare --net --pid --fork --kill-child --mount-proc --propagation unchanged "$0"
fi

# The loopback device of a new network is down, and a minimal Debian has no command for it.
python3 -c 'import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH14x", b"lo", 0x1 | 0x40))'
for ((n = DEPLOYED_FROM; n < ${#commands[@]}; n++)); do
  echo "# ${commands[n]}"
  case "${commands[n]}" in
    systemctl*) manage ${commands[n]#systemctl } ;;
    *issue*) eval "${commands[n]}" | tee /tmp/issued ;;
    *) eval "${commands[n]}" ;;
  esac
done
address=$(sed -n 's/^.* address *\(https:.*\)$/\1/p' /tmp/issued)
asked "https://127.0.0.1${address#https://ym.example.gov.cn}" 核验通过
ls /var/lib/licence-qr/cards/*.pdf

for timer in deploy/systemd/*.timer; do
  job=$(basename "$timer" .timer).service
  echo "# $job"
  ended=0
  runuser -u "$(unit "$job" User)" -- $(unit "$job" ExecStart) || ended=$?
  # The page says that a backup fails until somebody is named who may read it.
  if [ "$job" = licence-qr-backup.service ]; then [ "$ended" != 0 ]; else [ "$ended" = 0 ]; fi
done
for secret in /var/lib/licence-qr-keys/{licence,status}-*.pem /etc/licence-qr/key-passphrase; do
  if runuser -u "$(unit licence-qr.service User)" -- test -r "$secret"; then echo "a worker could read $secret"; exit 1; fi
done
echo "DEPLOYED: the first pair was issued and its code was scanned through the proxy"
