#!/bin/sh
# Install the servers that tests run against and with (OpenLDAP, Samba AD, Chromium, strace) from Debian's packages, if root may.
# Without root the tests that need them are skipped and named at the end; with CI=true a skip is a failure.
set -eu
missing=""
command -v slapd >/dev/null || missing="$missing slapd"
command -v samba >/dev/null || missing="$missing samba-ad-dc samba-dsdb-modules samba-vfs-modules winbind"
command -v ldapmodify >/dev/null || missing="$missing ldap-utils"
[ -d /usr/share/samba/setup/ad-schema ] || missing="$missing samba-ad-provision"
command -v samba-tool >/dev/null || missing="$missing samba-common-bin"
command -v chromium >/dev/null || missing="$missing chromium"
command -v strace >/dev/null || missing="$missing strace"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Not installed, so tests that need them are skipped:$missing"
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# Package installation would start the servers on their standard ports: the tests start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
