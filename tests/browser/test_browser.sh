#!/bin/bash
# The web pages in chromium: what a person sees with and without scripts, and what hostile repositories cannot do.
set -uo pipefail
. "$(dirname "$0")/browser.sh"
if [ -z "$browser" ]; then
    echo "chromium is not installed: skipped" >&2
    exit 77
fi

passed=0 failed=0
ok() {
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n  console: %s\n  document: %.1500s\n' "$name" "$console" "$dom" >&2
    fi
}
has() { [[ $dom == *"$1"* ]]; }
lacks() { [[ $dom != *"$1"* ]]; }
quiet() { [ -z "$console" ]; }
is_picture() { [ "$(head -c 4 "$1" | tail -c 3)" = PNG ] && [ "$(stat -c %s "$1")" -gt "$2" ]; }

# --- a repository that would like to be believed --------------------------------------------------------------
evil='<script>document.title="taken"</script><img src=x onerror=document.title="taken">'
repo=$work/repo
mkdir -p "$repo/src" "$repo/$(printf 'dir <b> "q" &amp; \x27s')"
git init -q -b main "$repo"
printf 'int needle(void)\n{\n\treturn 1;\n}\n' >"$repo/src/main.c"
printf 'needle %s\n' "$evil" >"$repo/src/evil.txt"
printf 'needle = "\xe2\x80\xae}\xe2\x81\xa6 // harmless";\n' >"$repo/src/trojan.c"
printf 'needle in a strange place\n' >"$repo/$(printf 'dir <b> "q" &amp; \x27s')/x?y#z%41.txt"
printf 'needle in a caf\xe9\nno\xebl, na\xefve, gar\xe7on\n' >"$repo/src/latin.txt"
seq -f 'line %.0f' 12000 | sed 's/^line 11000$/needle far down/' >"$repo/src/long.txt"
git -C "$repo" add -A
git -C "$repo" -c user.name=t -c user.email=t@example.org commit -qm first
git -C "$repo" branch 'b<i>'
"$build/gaz" add "$repo" --name team/evil --branches '*' >"$work/add.out" 2>&1 || {
    cat "$work/add.out" >&2
    exit 1
}
start_server || exit 1

# --- the home page ------------------------------------------------------------------------------------------------
dom "$url/"
ok "the home page lists the repository" has '<a href="/tree/team/evil/-/">team/evil</a>'
ok "the home page tells how to ask" has 'How to ask'
ok "the home page breaks no rule of its own policy" quiet
ok "the style sheet and the script are there" has 'href="/assets/gazetteer.css"'

# --- searching ----------------------------------------------------------------------------------------------------
dom "$url/search?q=needle"
ok "a search marks its matches" has '<mark>needle</mark>'
ok "results are grouped by file" has '<span class="path">src/main.c</span>'
ok "line numbers lead into the file" has 'href="/file/team/evil/-/src/main.c?q=needle#L1"'
ok "a line far down leads to its page" has 'src/long.txt?q=needle&amp;page=3#L11000'
ok "text that is HTML is shown as text" has '&lt;script&gt;document.title='
ok "nothing of the repository ran" has '<title>needle · Gazetteer</title>'
ok "characters that reorder text are shown" has 'U+202E'
ok "paths of any bytes are links" has 'dir%20%3Cb%3E%20%22q%22%20%26amp%3B%20%27s/x%3Fy%23z%2541.txt'
ok "Latin-1 is shown as text" has 'in a café'
ok "a search breaks no rule of its own policy" quiet
# Headless chromium needs scripts itself; that the page needs none is seen from what is sent.
dom=$(curl -s "$url/search?q=needle")
ok "the page is complete as it is sent" has '<mark>needle</mark>'
dom "$url/search?q=%3Cscript%3Edocument.title%3D1%3C%2Fscript%3E%22%27%3E"
ok "a hostile query is text" has 'value="&lt;script&gt;document.title=1&lt;/script&gt;&quot;'
ok "and does not run" lacks '<title>1'
dom "$url/search?q=needle+lagn%3Ac"
ok "a wrong query is shown with a caret" has '<pre class="caret">needle lagn:c'
dom "$url/search?q=nothingofthekind"
ok "nothing found is said" has 'Nothing matches'

# --- files and directories ----------------------------------------------------------------------------------------
dom "$url/file/team/evil/-/src/evil.txt?q=needle"
ok "a hostile file is text" has '<mark>needle</mark> &lt;script&gt;'
ok "and does not run" has '<title>src/evil.txt · Gazetteer</title>'
dom "$url/file/team/evil/-/src/trojan.c"
ok "a trojan source is visible" has '<span class="hidden" title="U+202E">U+202E</span>}<span class="hidden" title="U+2066">U+2066</span>'
dom "$url/file/team/evil/-/src/long.txt?page=3#L11000"
ok "a long file comes in pages" has 'Page 3 of 3'
ok "with its own line numbers" has '<tr id="L11000">'
dom "$url/file/team/evil/-/dir%20%3Cb%3E%20%22q%22%20%26amp%3B%20%27s/x%3Fy%23z%2541.txt"
ok "a strange path opens" has 'needle in a strange place'
dom "$url/tree/team/evil"
ok "a directory lists its entries" has '<a href="/tree/team/evil/-/src">src/</a>'
ok "branches can be chosen" has '<option value="b&lt;i&gt;">b&lt;i&gt;</option>'
dom "$url/tree/team/evil/-/src?rev=b%3Ci%3E"
ok "another branch opens" has 'main.c'
dom "$url/raw/team/evil/-/src/evil.txt"
ok "raw text is no HTML" has '&lt;script&gt;'
dom "$url/repos"
ok "the overview counts files" has '<h1>Repositories</h1>'
dom "$url/nowhere"
ok "a wrong address is a page" has '<h1>Not found</h1>'

# --- looks ----------------------------------------------------------------------------------------------------------
shot "$work/wide.png" "$url/search?q=needle" --window-size=1200,800
shot "$work/narrow.png" "$url/search?q=needle" --window-size=360,740
shot "$work/dark.png" "$url/search?q=needle" --window-size=1200,800 --blink-settings=preferredColorScheme=0
ok "the page can be pictured" is_picture "$work/wide.png" 20000
ok "on a small screen" is_picture "$work/narrow.png" 8000
ok "and in the dark" is_picture "$work/dark.png" 20000
ok "which looks different" test "$(cksum <"$work/dark.png")" != "$(cksum <"$work/wide.png")"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
