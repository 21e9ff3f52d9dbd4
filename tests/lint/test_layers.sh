#!/bin/bash
# Shows that the layer check catches what it is there for: builds a clean little tree, then one with each violation in turn.
set -euo pipefail
check="$(cd "$(dirname "$0")" && pwd)/layers.sh"
root=$(mktemp -d "${TMPDIR:-/tmp}/gaz-lint.XXXXXX")
trap 'rm -rf "$root"' EXIT
number=0 failed=0

result() {
    number=$((number + 1))
    if [ "$1" = 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        failed=1
    fi
}

header() { printf '/* A header. */\n#ifndef %s\n#define %s\n%s\n#endif\n' "$1" "$1" "${2:-}"; }

clean_tree() {
    rm -rf "$root"
    mkdir -p "$root"/indexer/include/gaz/{base,text,query} "$root"/indexer/{base,text,query,store} "$root"/server/{http,web} "$root"/tests
    header GAZ_BASE_A_H >"$root/indexer/include/gaz/base/a.h"
    header GAZ_TEXT_T_H '#include "gaz/base/a.h"' >"$root/indexer/include/gaz/text/t.h"
    header TEXT_PRIVATE_H >"$root/indexer/text/text_private.h"
    printf '/* Text. */\n#include "gaz/text/t.h"\n#include "text_private.h"\n#include "made_table.h"\n#include <zstd.h>\n' >"$root/indexer/text/t.c"
    printf '/* Query. */\n#include "gaz/text/t.h"\n#include "gaz/query/q.h"\n' >"$root/indexer/query/q.c"
    header WEB_H >"$root/server/web/web.h"
    printf '/* Http. */\n#include <microhttpd.h>\n#include "web.h"\n#include "gaz/query/q.h"\n' >"$root/server/http/h.c"
    printf '/* A test may. */\n#include <sqlite3.h>\n#include "text_private.h"\n' >"$root/tests/test_t.c"
}

# catches NAME EXPECTED FILE TEXT: the check of a clean tree with FILE appended must fail and say EXPECTED about FILE.
catches() {
    local name="$1" expected="$2" file="$3" out status=0
    clean_tree
    mkdir -p "$(dirname "$root/$file")"
    printf "$4" >>"$root/$file"
    out=$("$check" "$root") || status=$?
    [ "$status" = 1 ] && grep -qF "$expected" <<<"$out" && grep -q "^$file:" <<<"$out" && [ "$(wc -l <<<"$out")" = "${5:-1}" ] &&
        result 0 "$name" && return
    printf '%s\n' "$out" | sed 's/^/# /'
    result 1 "$name"
}

clean_tree
if out=$("$check" "$root"); then result 0 'a clean tree passes'; else printf '%s\n' "$out" | sed 's/^/# /'; result 1 'a clean tree passes'; fi

catches 'a lower module may not include a higher one' 'the module base may not include gaz/text/t.h' \
    indexer/base/low.c '/* Low. */\n#include "gaz/text/t.h"\n'
catches 'neighbours may not include each other' 'the module text may not include gaz/store/s.h' \
    indexer/text/n.c '/* N. */\n#include "gaz/store/s.h"\n'
catches 'a public header is bound by the stairs' 'the module text may not include gaz/query/q.h' \
    indexer/include/gaz/text/up.h '/* Up. */\n#ifndef UP_H\n#define UP_H\n#include <gaz/query/q.h>\n#endif\n'
catches 'an unknown module is above every other' 'the module base may not include gaz/later/l.h' \
    indexer/base/l.c '/* L. */\n#include "gaz/later/l.h"\n'
catches 'SQLite stays in store' 'sqlite3.h is used in one place only' indexer/query/db.c '/* Db. */\n#include <sqlite3.h>\n'
catches 'zstd stays in text' 'zstd.h is used in one place only' server/http/z.c '/* Z. */\n  #  include <zstd.h>\n'
catches 'the HTTP library stays in server/http' 'microhttpd.h is used in one place only' server/web/m.c '/* M. */\n#include <microhttpd.h>\n'
catches 'OpenSSL stays in its files' 'openssl/evp.h is used in one place only' indexer/base/o.c '/* O. */\n#include <openssl/evp.h>\n'
catches 'private headers are private' 'text_private.h is private to another module' indexer/query/p.c '/* P. */\n#include "text_private.h"\n'
clean_tree
mkdir -p "$root/indexer/text/tool"
printf '/* A program of the module. */\n#include "../text_private.h"\n' >"$root/indexer/text/tool/main.c"
if out=$("$check" "$root"); then result 0 'a folder inside of a module sees its private headers'; else result 1 'a folder inside of a module sees its private headers'; fi
catches 'an include does not climb' 'an include does not climb' indexer/query/c.c '/* C. */\n#include "../text/nothing.h"\n'
catches 'file names are unique' 'the file name is taken already' server/web/t.c '/* T. */\n'
catches 'a header needs its guard' 'a header has a guard' indexer/text/bare.h '/* Bare. */\nint x;\n'
catches 'a guard needs its define' 'a header has a guard' indexer/text/half.h '/* Half. */\n#ifndef HALF_H\n#define OTHER_H\n#endif\n'
catches 'a source file opens with a comment' 'opens with a comment' indexer/text/mute.c 'int x;\n'
catches 'nothing is left to do in sources' 'nothing is left to do' indexer/text/later.c "/* L. */\n/* TO""DO: more */\n"
catches 'nothing is left to do in scripts' 'nothing is left to do' tests/later.sh "# FIX""ME\n"
catches 'paths of one machine are found' 'a path of one machine' docs/x.md "see /hom""e/somebody/x\n"
clean_tree
printf '/* One. */\n#include <yaml.h>\n' >"$root/indexer/store/one.c"
printf '/* Two. */\n#include <yaml.h>\n' >"$root/indexer/store/two.c"
if [ "$("$check" "$root" | grep -c 'yaml.h is used in one file only')" = 2 ]; then result 0 'libyaml is used in one file'; else result 1 'libyaml is used in one file'; fi

echo "1..$number"
exit "$failed"
