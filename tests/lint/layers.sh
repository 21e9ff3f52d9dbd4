#!/bin/bash
# The layer check: layers.sh [ROOT]. Prints one line per violation, "path:line: what is wrong", and fails when there is any.
#
# It checks what CMake's include roots cannot: that a module includes only headers of modules below it, that a library is used in
# its one seam, that private headers stay private, and a few habits of the house: file names unique in the tree, guards in
# headers, an opening paragraph in every source file, nothing left to do, no paths of one machine.
set -euo pipefail
cd "${1:-.}"

# The files of the tree, without what is built, fetched or fed to programs under test.
list_files() {
    find . \( -name .git -o -name build -o -name .cache -o -name node_modules -o -path ./tests/fuzz/corpus -o -path ./tests/unit/symbols/units -o -path '*/assets' \) \
        -prune -o -type f "$@" -print | sed 's|^\./||' | LC_ALL=C sort
}

sources=$(list_files \( -name '*.c' -o -name '*.h' \))
scripts=$(list_files \( -name '*.sh' -o -name '*.cmake' -o -name CMakeLists.txt -o -path ./dev -o -path ./.ci/run -o -name '*.md' -o -name '*.yml' -o -name '*.yaml' \))

null_separated() { printf '%s' "$*" | tr '\n' '\0'; }

check_sources() {
    null_separated "$sources" | xargs -0r awk '
function report(what) { printf "%s:%d: %s\n", FILENAME, FNR, what }
function allow(from, list,   part, n, i) { n = split(list, part, " "); for (i = 1; i <= n; i++) below[from, part[i]] = 1; below[from, from] = 1 }
function seam(header, where) { seams[header] = where }
BEGIN {
    # The stairs: what each module may include of gaz/<module>/. Neighbours on one stair do not see each other.
    low = "base json net regex repo text symbols store"
    allow("base", ""); allow("json", "base"); allow("net", "base"); allow("regex", "base"); allow("repo", "base")
    allow("text", "base"); allow("symbols", "base"); allow("store", "base")
    allow("graph", "base json regex store")
    allow("jobs", low); allow("query", low); allow("pipeline", low " jobs query graph"); allow("context", low " jobs query graph"); allow("ops", low " jobs query graph context pipeline")
    # One seam per library: a pattern of the paths that may include it.
    seam("sqlite3.h", "^indexer/store/"); seam("zstd.h", "^indexer/text/"); seam("tree_sitter/", "^indexer/symbols/"); seam("git2.h", "^indexer/repo/")
    seam("hs.h", "^indexer/regex/"); seam("hs/hs.h", "^indexer/regex/"); seam("pcre2.h", "^indexer/regex/")
    seam("microhttpd.h", "^server/http/"); seam("curl/curl.h", "^indexer/net/"); seam("jansson.h", "^indexer/json/")
    seam("xxhash.h", "^indexer/(base|text)/"); seam("zlib.h", "^(server/http|indexer/repo)/")
    seam("scip.pb-c.h", "^indexer/graph/scip_unpack\\.c$")
    seam("openssl/", "^indexer/(base/hash|repo/git_object)\\.c$")
    todo = "TO" "DO|FIX" "ME"
}
FNR == 1 {
    module = ""; exempt = FILENAME ~ /^(tests|bench|cmake)\//
    if (match(FILENAME, /^indexer\/include\/gaz\/[a-z]+\//)) module = substr(FILENAME, 21, RLENGTH - 21)
    else if (match(FILENAME, /^indexer\/[a-z]+\//)) module = substr(FILENAME, 9, RLENGTH - 9)
    else if (FILENAME ~ /^indexer\//) report("a source file of the indexer belongs into a module")
    folder = FILENAME; sub(/[^\/]*$/, "", folder)
    base = FILENAME; sub(/.*\//, "", base)
    if (base in seen) report("the file name is taken already: " seen[base]); else seen[base] = FILENAME
    exists[folder base] = 1; header_at[base] = header_at[base] " " folder
    if ($0 !~ /^\/\*/) report("a source file opens with a comment that says what it is for")
    guard = ""; guarded[FILENAME] = FILENAME !~ /\.h$/
}
$0 ~ "(//|/\\*|^ *\\*).*(^|[^A-Za-z])(" todo ")([^A-Za-z]|$)" { report("nothing is left to do in the tree; do it or record an issue") }
/^[ \t]*#[ \t]*ifndef[ \t]+[A-Z0-9_]+_H[ \t]*$/ { guard = $NF }
/^[ \t]*#[ \t]*define[ \t]+[A-Z0-9_]+_H[ \t]*$/ { if ($NF == guard) guarded[FILENAME] = 1 }
/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    header = $0; sub(/^[^<"]*[<"]/, "", header); sub(/[>"].*/, "", header)
    quoted = $0 ~ /include[ \t]*"/
    if (module != "" && header ~ /^gaz\//) {
        target = header; sub(/^gaz\//, "", target); sub(/\/.*/, "", target)
        if (!((module, target) in below)) report("the module " module " may not include " header ": the stairs lead one way (DESIGN: floors)")
    }
    if (exempt) next
    if (header ~ /^gaz\/agent/ && FILENAME ~ /^indexer\//) report("the indexer may not include the agent")
    if (FILENAME ~ /^agent\// && header ~ /^(server|http|web)\//) report("the agent may not include the server")
    for (s in seams)
        if ((header == s || (s ~ /\/$/ && index(header, s) == 1)) && FILENAME !~ seams[s])
            report(header " is used in one place only: " seams[s])
    if (header == "yaml.h") { yaml_files[FILENAME] = FNR }
    if (quoted && header !~ /^gaz\//) { n++; private_from[n] = FILENAME; private_line[n] = FNR; private_header[n] = header; private_folder[n] = folder }
    climbs = header ~ /(^|\/)\.\.\//
    if (climbs && !(header ~ /^\.\.\/[^\/]*$/ && FILENAME ~ /^indexer\/[a-z]+\/[a-z]+\//)) report("an include does not climb: " header)
}
END {
    # A quoted include is a header of the same module, or of any folder of the server or the agent, or generated.
    for (i = 1; i <= n; i++) {
        if ((private_folder[i] private_header[i]) in exists) continue
        name = private_header[i]; sub(/.*\//, "", name)
        if (!(name in header_at)) continue
        area = private_folder[i]
        if (area ~ /^indexer\//) match(area, /^indexer\/[a-z]+\//); else match(area, /^[^\/]*\//)
        area = substr(area, 1, RLENGTH)
        ok = 0; m = split(header_at[name], at, " ")
        for (j = 1; j <= m; j++) if (index(at[j], area) == 1) ok = 1
        if (!ok) printf "%s:%d: %s is private to another module\n", private_from[i], private_line[i], private_header[i]
    }
    for (f in guarded) if (!guarded[f]) printf "%s:1: a header has a guard: #ifndef GAZ_..._H\n", f
    m = 0; for (f in yaml_files) m++
    if (m > 1) for (f in yaml_files) printf "%s:%d: yaml.h is used in one file only\n", f, yaml_files[f]
}'
}

check_texts() {
    # Built from parts, so that this file does not accuse itself.
    local machine='(^|[^A-Za-z0-9_./-])/(wor''k|roo''t|hom''e/[a-z]+|tmp/(buil''d|helper''s))(/|$|[^A-Za-z0-9_])'
    null_separated "$sources"$'\n'"$scripts" |
        xargs -0r grep -nHsE "$machine" | sed 's/^\([^:]*:[0-9]*\):.*/\1: a path of one machine does not belong into the tree/' || true
    null_separated "$(grep -v '\.md$' <<<"$scripts")" |
        xargs -0r grep -nHwE 'TO''DO|FIX''ME' | sed 's/^\([^:]*:[0-9]*\):.*/\1: nothing is left to do in the tree; do it or record an issue/' || true
}

found=$({ check_sources; check_texts; } | LC_ALL=C sort)
if [ -n "$found" ]; then
    printf '%s\n' "$found"
    exit 1
fi
