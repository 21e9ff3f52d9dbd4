#!/bin/bash
# The program gaz as people and scripts use it: on a data directory, and through a server that runs on it.
# shellcheck source=tests/support/cli_checks.sh
source "$(dirname "$0")/../support/cli_checks.sh"

mkdir "$work/one" "$work/two"
git init -q -b main "$work/one"
printf 'int foo;\nint bar(void);\n/* foo bar */\n' >"$work/one/a.c"
mkdir "$work/one/src"
seq 1 30 | sed 's/^\(7\|9\|20\)$/foo &/' >"$work/one/src/n.txt"
printf 'red \033[31m foo\n' >"$work/one/esc.txt"
printf 'zoo\n' >"$work/one/we"$'\x01''ird'$'\xff'
printf 'x\0y' >"$work/one/b.bin"
git -C "$work/one" add -A
commit "$work/one" first
git init -q -b main "$work/two"
printf 'foo two\n' >"$work/two/t.txt"
git -C "$work/two" add -A
commit "$work/two" first

# --- without an index --------------------------------------------------------------------------------------

run --version
ok "the version is one line" eval '[[ $out =~ ^gaz\ [0-9]+\.[0-9]+\.[0-9]+$ ]] && is "$code" 0'
run
ok "no command is an error with a hint" eval 'is "$code" 2 && has "$err" "gaz help"'
run serach x
ok "a mistyped command is named with what was meant" eval 'is "$code" 2 && has "$err" "gaz search"'
run help
ok "help lists every command" eval 'is "$code" 0 && for c in add index serve status remove search check repair file tree; do has "$out" "  $c" || exit 1; done'
run search --help
ok "help of a command shows its flags" eval 'is "$code" 0 && has "$out" "--limit N" && has "$out" "GET /v1/search"'
ok "completion is valid bash" eval '"$build/gaz" completion bash | bash -n'
run search foo
ok "searching nothing is an error with a hint" eval 'is "$code" 2 && has "$err" "gaz add"'
ok "a failing command makes no directory" eval '[ ! -e "$GAZ_HOME" ]'

# --- adding and indexing -----------------------------------------------------------------------------------

run add "$work/one" --name first
ok "adding indexes" eval 'is "$code" 0 && has "$out" "added first" && has "$out" "first: 5 new files"'
ok "the data directory is private" is "$(stat -c %a "$GAZ_HOME")" 700
ok "progress in a pipe is lines" eval '! grep -q $'"'\\r'"' "$work/err"'
run add "$work/one" --name first
ok "a name is taken once" eval 'is "$code" 2 && has "$err" "first"'
run add "$work/nowhere"
ok "a missing path is an error" eval 'is "$code" 2 && has "$err" "nowhere"'
run index
ok "indexing again finds nothing new" gives 0 "first: up to date"
run index first nosuch
ok "indexing what is not there is an error" eval 'is "$code" 2 && has "$err" "nosuch"'

# --- searching, one repository -----------------------------------------------------------------------------

run search '"int foo"'
ok "a match is path:line:text" gives 0 "a.c:1:int foo;"
run search foo file:a.c
ok "every matching line is given" gives 0 $'a.c:1:int foo;\na.c:3:/* foo bar */'
run search nosuchtext
ok "nothing found is exit 1 and silence" eval 'gives 1 "" && is "$err" ""'
run search 'foo fiel:x'
ok "a bad query shows its column" eval 'is "$code" 2 && has "$err" $'"'\\n  foo fiel:x\\n      ^\\n'"' && has "$err" "did you mean file:"'
run search 'x /a(/'
ok "a bad regex shows its column" eval 'is "$code" 2 && has "$err" $'"'\\n  x /a(/\\n      ^'"''
run search -foo
ok "a query that looks like a flag gets a hint" eval 'is "$code" 2 && has "$err" "put --"'
run search -l -- -nosuchtext '"int foo"'
ok "-- ends the flags" gives 0 "a.c"
run search -l -- 'foo -bar'
ok "-l prints paths" eval 'is "$code" 0 && ! has "$out" ":"'
run search --count foo file:n.txt
ok "--count counts lines" gives 0 "src/n.txt:3"
run search -B1 -A 1 foo file:n.txt
ok "context looks like grep's" gives 0 $'src/n.txt-6-6\nsrc/n.txt:7:foo 7\nsrc/n.txt-8-8\nsrc/n.txt:9:foo 9\nsrc/n.txt-10-10\n--\nsrc/n.txt-19-19\nsrc/n.txt:20:foo 20\nsrc/n.txt-21-21'
run search --limit 1 foo
ok "a cut answer says so" eval 'is "$code" 0 && has "$err" "1 file shown, there are more"'
run search --limit 1 'count:all foo'
ok "a counted answer says how many" eval 'has "$err" "1 of 3 matching files shown"'
"$build/gaz" search zoo >"$work/raw"
ok "a pipe gets the file's bytes" cmp -s "$work/raw" <(printf 'we\x01ird\xff:1:zoo\n')
"$build/gaz" search --color always '"int foo"' >"$work/raw"
ok "colours can be forced" cmp -s "$work/raw" <(printf '\033[35ma.c\033[0m\033[36m:\033[0m\033[32m1\033[0m\033[36m:\033[0m\033[1;31mint foo\033[0m;\n')
if command -v script >/dev/null; then
    script -qec "'$build/gaz' search foo file:esc" /dev/null >"$work/tty" </dev/null
    ok "a terminal gets colours" grep -q $'\033\\[1;31mfoo' "$work/tty"
    ok "a file cannot steer the terminal" eval '! grep -q $'"'\\033\\\\[31m '"' "$work/tty" && grep -qF "\\x1b[31m" "$work/tty"'
    NO_COLOR=1 script -qec "'$build/gaz' search foo file:a.c" /dev/null >"$work/tty" </dev/null
    ok "NO_COLOR is kept" eval '! grep -q $'"'\\033'"' "$work/tty"'
fi
{ sleep 0.2; "$build/gaz" search foo 2>"$work/err"; } | true
code=${PIPESTATUS[0]} out= err=$(cat "$work/err")
ok "a reader that has left is no noise" eval 'gives 141 "" && is "$err" ""'
"$build/gaz" search foo >/dev/full 2>"$work/err"
code=$? err=$(cat "$work/err")
ok "output that cannot be written is an error" eval 'is "$code" 2 && has "$err" "writing the output failed"'

# --- looking -----------------------------------------------------------------------------------------------

run tree
ok "a tree lists directories first" eval 'is "$code" 0 && is "${out%%$'"'\\n'"'*}" "src/"'
run file a.c --lines 2-2
ok "a file's lines are printed" gives 0 "int bar(void);"
run file b.bin
ok "a binary file has no text" eval 'is "$code" 2 && has "$err" "binary"'
run status
ok "status tells of the repository" eval 'is "$code" 0 && has "$out" "first"'
run status --skipped
ok "what is skipped is listed with its reason" gives 0 "first:b.bin: binary"
run check
ok "a whole index passes its check" eval 'is "$code" 0 && has "$out" "no damage"'
run search --query.timeout=0.0001x foo
ok "a bad setting is an error" eval 'is "$code" 2'

# --- several repositories, revisions -----------------------------------------------------------------------

run add "$work/two" --no-index
ok "--no-index only adds" eval 'is "$code" 0 && ! has "$out" "new files"'
run index two
ok "index takes names" eval 'is "$code" 0 && has "$out" "two: 1 new files"'
run search foo file:t.txt
ok "several repositories are named" gives 0 "two:t.txt:1:foo two"
run search --repo two foo
ok "one repository is not" gives 0 "t.txt:1:foo two"
printf 'int baz;\n' >"$work/one/a.c"
git -C "$work/one" add -A
commit "$work/one" second
run index first
ok "a new commit is taken up" eval 'has "$out" "first: 1 new files"'
run search --repo first --rev HEAD~1 '"int foo"'
ok "an old commit is searched" gives 0 "a.c:1:int foo;"
run search --repo first '"int foo"'
ok "the branch has moved on" gives 1 ""
run search --repo first --rev nosuch foo
ok "an unknown revision is an error" eval 'is "$code" 2 && has "$err" "nosuch"'

# --- through a server --------------------------------------------------------------------------------------

"$build/gaz" serve --listen 127.0.0.1:0 >"$work/serve" 2>&1 &
server=$!
for _ in $(seq 100); do
    [ -s "$GAZ_HOME/server.json" ] && break
    sleep 0.1
done
address=$(sed 's/.*"address":"\([^"]*\)".*/\1/' "$GAZ_HOME/server.json")
same() { # the same command through the server and without it
    run "$@"
    local out1=$out err1=$err code1=$code
    run --local "$@"
    [ "$out" = "$out1" ] && [ "$err" = "$err1" ] && [ "$code" = "$code1" ]
}
requests() { curl -s --noproxy '*' "http://$address/v1/status" | sed 's/.*"searches":\([0-9]*\).*/\1/'; }
before=$(requests)
ok "a search is the same through the server" same search foo -C2
ok "the server was asked" eval '[ "$(requests)" -gt "$before" ]'
ok "an error is the same through the server" same search 'foo fiel:x'
ok "nothing found is the same through the server" same search nosuchtext
ok "a count is the same through the server" same search --count foo
ok "a tree is the same through the server" same tree src --repo first
ok "a file is the same through the server" same file a.c --repo first
ok "a missing file is the same through the server" same file nosuch --repo first
ok "repositories are the same through the server" same repos list
# What differs between two runs of one search: times.
timeless() { sed 's/"took_us":[0-9]*/T/; s/"stages_us":{[^}]*}/S/' "$@"; }
run search --json foo
ok "--json is what the endpoint answers" is "$(timeless "$work/out")" "$(curl -s --noproxy '*' "http://$address/v1/search?q=foo" | timeless)"
run search --json nosuchtext
ok "--json has the same exit code" is "$code" 1
mkdir "$work/three"
git init -q -b main "$work/three"
printf 'three\n' >"$work/three/x"
git -C "$work/three" add -A
commit "$work/three" first
run add "$work/three"
ok "a local path can be added beside the server" eval 'is "$code" 0 && has "$out" "three: 1 new files"'
run search three file:x
ok "the server sees it at once" gives 0 "three:x:1:three"
printf 'more three\n' >>"$work/three/x"
git -C "$work/three" add -A
commit "$work/three" second
run index three
ok "the server indexes" eval 'is "$code" 0 && has "$out" "three: 1 new files"'
run remove three
ok "a repository is removed through the server" gives 0 "removed three"
run serve --listen 127.0.0.1:0
ok "one server is enough" eval 'is "$code" 2 && has "$err" "already"'
kill -TERM "$server"
wait "$server"
code=$?
server=
ok "the server ends when it is told to" is "$code" 0
run search --repo two foo
ok "searching goes on without it" gives 0 "t.txt:1:foo two"
printf '{"address":"127.0.0.1:1","pid":%d}' $$ >"$GAZ_HOME/server.json"
run search --repo two foo
ok "a server that does not answer is left aside" eval 'gives 0 "t.txt:1:foo two" && has "$err" "does not answer"'
rm -f "$GAZ_HOME/server.json"

# --- damage ------------------------------------------------------------------------------------------------

find "$GAZ_HOME/segments" -type f | while read -r segment; do # some belong to no generation any more
    chmod u+w "$segment"
    printf 'damage' | dd of="$segment" bs=1 seek=100 conv=notrunc status=none
done
run check
ok "damage is found" eval 'is "$code" 1 && has "$out" "gaz repair"'
run repair
ok "damage is repaired" eval 'is "$code" 0 && has "$out" "indexed again"'
run check
ok "a repaired index is whole" eval 'is "$code" 0'
run search --repo two foo
ok "and is searched" gives 0 "t.txt:1:foo two"
rm -f "$GAZ_HOME"/catalogue.db-*
printf 'no database at all' | dd of="$GAZ_HOME/catalogue.db" conv=notrunc status=none
run search --repo two foo
ok "a damaged catalogue answers nothing" eval 'is "$code" 2 && has "$err" "gaz repair"'
run check
ok "check says that the catalogue is damaged" eval 'is "$code" 1 && has "$out" "catalogue"'
run repair
ok "a damaged catalogue is made anew" is "$code" 0
run search --repo two foo
ok "with every repository in it" gives 0 "t.txt:1:foo two"
run remove first
ok "a repository is removed" gives 0 "removed first"
run remove first
ok "only once" is "$code" 2

finish
