#!/usr/bin/env bash
# Make sure that a Chromium is there for the browser tests: the system's, else Debian's package, else Playwright's.
set -u
python=${1:?the environment\'s python}
for name in "${TAGLOOP_CHROMIUM:-}" chromium chromium-browser google-chrome; do
  [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && exit 0
done
ls "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}"/chromium-*/chrome-linux*/chrome >/dev/null 2>&1 && exit 0
as_root=""
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if command -v apt-get >/dev/null 2>&1; then
  echo "Installing Debian's chromium …"
  if $as_root apt-get update -qq && $as_root apt-get install -y -qq chromium >/dev/null; then exit 0; fi
fi
echo "Installing Playwright's Chromium …"
"$python" -m playwright install chromium && exit 0
echo "No Chromium could be installed. Install one (Debian: apt-get install chromium) or name one in TAGLOOP_CHROMIUM."
exit 1
