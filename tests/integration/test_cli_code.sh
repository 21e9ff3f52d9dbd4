#!/bin/bash
# The program gaz asked about code: names that several definitions have.
# shellcheck source=tests/support/cli_checks.sh
source "$(dirname "$0")/../support/cli_checks.sh"

# Two programs that each have a start() of their own, and one that has neither.
mkdir -p "$work/twins/a" "$work/twins/b"
git init -q -b main "$work/twins"
for side in a b; do
    printf 'int start(int n);\n' >"$work/twins/$side/$side.h"
    printf '#include "%s.h"\nint start(int n)\n{\n    return n;\n}\n' $side >"$work/twins/$side/start.c"
    printf '#include "%s.h"\nint first_%s(void)\n{\n    return start(1);\n}\nint second_%s(void)\n{\n    return start(2);\n}\n' \
        $side $side $side >"$work/twins/$side/use.c"
done
git -C "$work/twins" add -A
commit "$work/twins" first
run add "$work/twins"

run references start
both='-- a/start.c:2: function start  int start(int n)
a/use.c:4: return start(1);  [first_a]
a/use.c:8: return start(2);  [second_a]
-- b/start.c:2: function start  int start(int n)
b/use.c:4: return start(1);  [first_b]
b/use.c:8: return start(2);  [second_b]'
ok "uses of each definition of a name are told apart" gives 0 "$both"
run references start --path b
ok "a path chooses one" gives 0 $'b/use.c:4: return start(1);  [first_b]\nb/use.c:8: return start(2);  [second_b]'
run callers start --at a/start.c:2:5
ok "a name or a place, not both" eval 'is "$code" 2 && has "$err" "Both a name and a place"'

# A function and its stub in the header are one thing: a use of both is listed once.
printf '#ifdef HAVE\nint poll(void);\n#else\nstatic inline int poll(void)\n{\n    return 0;\n}\n#endif\n' >"$work/twins/a/poll.h"
printf '#include "poll.h"\nint poll(void)\n{\n    return 1;\n}\n' >"$work/twins/a/poll.c"
printf '#include "poll.h"\nint ask(void)\n{\n    return poll();\n}\n' >"$work/twins/a/ask.c"
git -C "$work/twins" add -A
commit "$work/twins" stub
run index twins
run references poll
ok "uses of variants are listed once" is "$(grep -c "return poll();" <<<"$out")" 1

# Page by page, one use each: the same list.
pages= cursor=
for page in 1 2 3 4 5; do
    run references start --limit 1 --json ${cursor:+--cursor "$cursor"}
    pages+=$(python3 -c 'import json, sys
a = json.load(sys.stdin)
print(" ".join("%d:%s:%d" % (r["target"], r["path"], r["line"]) for r in a["references"]), end=" ")' <<<"$out")" "
    cursor=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["cursor"] or "")' <<<"$out")
    [ -n "$cursor" ] || break
done
ok "pages go through all definitions" is "${pages// /}" "0:a/use.c:40:a/use.c:81:b/use.c:41:b/use.c:8"
ok "and end" eval 'is "$page" 4 || is "$page" 5'
run references start --cursor k0.0.0.0
ok "another generation's cursor has expired" eval 'is "$code" 2 && has "$err" "expired"'
run references start --cursor kx
ok "a made-up cursor is refused" eval 'is "$code" 2 && has "$err" "not one that this operation gave"'

run callers start
ok "callers of each" eval 'is "$code" 0 && has "$out" "-- b/start.c:2" && has "$out" "second_b"'
run callees first_a
ok "one definition needs no heading" gives 0 "4: start  a/start.c:2: function start  int start(int n)"

# A name that very many have is answered with its definitions.
for i in $(seq 1 25); do printf 'static int probe(void)\n{\n    return %d;\n}\n' "$i" >"$work/twins/p$i.c"; done
git -C "$work/twins" add -A
commit "$work/twins" second
run index twins
run references probe
ok "of very many namesakes only the definitions are told" eval 'is "$(grep -c "function probe" <<<"$out")" 25 && has "$err" "choose one"'

# What a damaged index cannot tell is said.
for segment in "$GAZ_HOME"/segments/*/*.seg; do
    chmod u+w "$segment"
    printf 'damage' | dd of="$segment" bs=1 seek=100 conv=notrunc status=none
done
run symbols start --match exact
ok "answers of a damaged index say so" eval 'is "$code" 1 && has "$err" "not all is shown: damaged"'
run symbols start --match exact --json
ok "and to programs" has "$out" '"complete":false,"reason":"damaged"'

finish
