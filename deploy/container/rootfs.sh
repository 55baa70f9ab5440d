#!/usr/bin/env bash
# Makes the Debian of the image, as root: deploy/container/rootfs.sh rootfs.tar [SUITE] [MIRROR]
set -euo pipefail
target=${1:?the tar file to write} suite=${2:-bookworm}
folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT
debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates,fonts-noto-cjk,fonts-noto-core,fonts-hanazono,fonts-babelstone-han "$suite" "$folder" ${3:+"$3"}
rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/*
tar -C "$folder" --numeric-owner -cf "$target" .
