#!/bin/sh
. ./common.sh
. /etc/profile
source lib/log.sh
source "$(dirname "$0")/lib/a.sh"
source "$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/b.sh"
source "${BASH_SOURCE%/*}/c.sh" --quiet
source "$HERE"/d.sh
. "${HERE}/e.sh"
[ -f ~/.rc ] && . ~/.rc
load() {
    source "$1"
}
