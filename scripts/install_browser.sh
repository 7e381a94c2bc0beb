#!/usr/bin/env bash
# Installs what the browser tests need on Debian: Chromium and a Chinese font.
set -euo pipefail
apt-get update --quiet=2
DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends chromium fonts-noto-cjk > /dev/null
