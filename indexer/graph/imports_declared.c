/* Languages whose files say what they declare: Java, Kotlin, Scala (packages and their types), C#
 * (namespaces), PHP (namespaces and classes, and the autoloading rules of Composer).
 *
 * A type is found by its full name among what files declare; the parts behind it are members. All
 * of a package means the files whose types the importing file names, else every file of it. A
 * type of the file's own package needs no import: such a use is recorded as one. */
#include <string.h>

#include "graph_manifests.h"
#include "path_expression.h"

#define NAMES_MAX 65536u /* different names of one file that are looked up */

static bool is_type_container(uint8_t kind)
{
    return kind == KIND_NAMESPACE || kind == KIND_PACKAGE || kind == KIND_MODULE;
}

static void provide(graph_resolver *r, const char *name, size_t len, bool package)
{
    if (memchr(name, '\0', len) || len > GAZ_GRAPH_PATH_MAX)
        return;
    uint32_t at = (uint32_t)r->text.len;
    for (size_t i = 0; i < len; i++)
        gaz_strbuf_putc(&r->text, name[i] == '\\' ? '.' : name[i]);
    if (package)
        gaz_strbuf_putc(&r->text, '.');
    gaz_strbuf_putc(&r->text, '\0');
    if (!gaz_vec_push(&r->provided, at))
        r->failed = true;
}

/* The full name of what encloses a definition, by walking up; "" at the top of a file without a
 * package. False inside of types and functions. */
static bool enclosing_name(const gaz_symbol_facts *f, uint32_t index, const graph_path *package,
                           graph_path *out)
{
    uint32_t chain[16], depth = 0;
    for (uint32_t at = f->definitions[index].container; at != GAZ_SYMBOL_NONE;
         at = f->definitions[at].container) {
        if (!is_type_container(f->definitions[at].kind) || depth == 16)
            return false;
        if (f->definitions[at].kind != KIND_PACKAGE)
            chain[depth++] = at;
    }
    *out = *package;
    while (depth-- > 0) {
        gaz_symbol_name name = f->definitions[chain[depth]].name;
        if ((out->len && !graph_path_add(out, ".", 1)) || !graph_path_add(out, name.data, name.len))
            return false;
    }
    return true;
}

/* `namespace A;` and `package a.b` stand for the rest of the file: definitions are not inside. */
static void find_package(const gaz_symbol_facts *f, graph_family family, graph_path *out)
{
    graph_path_set(out, "", 0);
    for (uint32_t i = 0; i < f->definition_count; i++) {
        const gaz_symbol_definition *d = &f->definitions[i];
        bool whole = d->kind == KIND_PACKAGE ||
                     (family != FAMILY_JVM && d->kind == KIND_NAMESPACE &&
                      d->container == GAZ_SYMBOL_NONE && d->body_start == d->body_end);
        if (!whole || (i + 1 < f->definition_count && f->definitions[i + 1].container == i))
            continue;
        if ((out->len == 0 || graph_path_add(out, ".", 1)) &&
            !graph_path_add(out, d->name.data, d->name.len))
            graph_path_set(out, "", 0);
        if (family != FAMILY_JVM)
            return;
    }
}

void graph_collect_provided(graph_resolver *r)
{
    const gaz_symbol_facts *f = &r->facts;
    graph_family family = graph_family_of(r->language);
    graph_path package, name;
    if (family == FAMILY_RUBY) {
        graph_collect_constants(r);
        return;
    }
    find_package(f, family, &package);
    if (package.len)
        provide(r, package.text, package.len, true);
    for (uint32_t i = 0; i < f->definition_count; i++) {
        const gaz_symbol_definition *d = &f->definitions[i];
        if (d->kind == KIND_PACKAGE || d->flags & DEFINITION_LOCAL ||
            !enclosing_name(f, i, &package, &name) ||
            (name.len && !graph_path_add(&name, ".", 1)) ||
            !graph_path_add(&name, d->name.data, d->name.len))
            continue;
        bool whole = d->kind == KIND_NAMESPACE && package.len && d->container == GAZ_SYMBOL_NONE &&
                     d->body_start == d->body_end;
        if (!whole)
            provide(r, name.text, name.len, is_type_container(d->kind));
    }
}

/* ---- types that a file names ---- */

typedef struct used_names {
    gaz_symbol_name *items;
    uint32_t count;
} used_names;

static int by_name(const void *left, const void *right)
{
    const gaz_symbol_name *a = left, *b = right;
    int order = memcmp(a->data, b->data, a->len < b->len ? a->len : b->len);
    return order ? order : a->len < b->len ? -1 : a->len > b->len;
}

/* The names a file uses that are no locals, sorted, each once. */
static const used_names *names_of(graph_resolver *r)
{
    if (r->scratch)
        return r->scratch;
    const gaz_symbol_facts *f = &r->facts;
    used_names *u = gaz_arena_alloc(&r->arena, sizeof *u);
    gaz_symbol_name *all = gaz_arena_array(&r->arena, f->reference_count + 1u, sizeof *all);
    if (!u || !all) {
        r->failed = true;
        return NULL;
    }
    uint32_t count = 0;
    /* Members of PHP need what they belong to before them: none is a name of a namespace. */
    uint8_t not = REFERENCE_LOCAL | (r->language == LANG_PHP ? REFERENCE_MEMBER : 0);
    for (uint32_t i = 0; i < f->reference_count; i++)
        if (!(f->references[i].flags & not ) && f->references[i].role != 5)
            all[count++] = f->references[i].name;
    if (count > 1)
        qsort(all, count, sizeof *all, by_name);
    u->items = all;
    for (uint32_t i = 0; i < count; i++)
        if (u->count == 0 || by_name(&all[u->count - 1], &all[i]) != 0)
            all[u->count++] = all[i];
    r->scratch = u;
    return u;
}

/* Adds the files of a package ("a.b.", or "" for none) that provide a name this file uses. */
static bool add_used(graph_resolver *r, graph_family family, const char *package, size_t len,
                     const used_names *used)
{
    bool any = false;
    for (uint32_t i = 0; i < used->count && i < NAMES_MAX; i++) {
        graph_path name;
        graph_path_set(&name, package, len);
        if (!graph_path_add(&name, used->items[i].data, used->items[i].len))
            continue;
        r->found.len = 0;
        /* a new name of the package makes the key of the package: it is noted by the caller */
        size_t keys = r->keys.len;
        graph_ask_provided(r, family, name.text, name.len);
        r->keys.len = keys;
        for (size_t n = 0; n < r->found.len; n++)
            if (r->found.items[n] != r->file) {
                graph_answer_add(r, r->found.items[n]);
                any = true;
            }
    }
    return any;
}

static bool package_exists(graph_resolver *r, graph_family family, const graph_path *package)
{
    graph_ask_provided(r, family, package->text, package->len);
    return r->found.len > 0;
}

static bool answer_package(graph_resolver *r, graph_family family, const char *kind,
                           const char *name, size_t len)
{
    graph_path package;
    graph_path_set(&package, name, len);
    if (!graph_path_add(&package, ".", 1) || !package_exists(r, family, &package))
        return false;
    const used_names *used = names_of(r);
    if (used && add_used(r, family, package.text, package.len, used)) {
        r->answer.state = GAZ_GRAPH_RESOLVED;
        r->answer.method = GAZ_GRAPH_DECLARED;
        r->answer.reason = GAZ_GRAPH_NO_REASON;
        r->answer.confidence = 90;
        return true;
    }
    graph_answer_group(r, kind, package.text, package.len, GAZ_GRAPH_DECLARED, 70);
    return true;
}

/* The type that a full name begins with: parts behind it are members. */
static bool answer_type(graph_resolver *r, graph_family family, const char *name, size_t len)
{
    while (len) {
        graph_ask_provided(r, family, name, len);
        if (r->found.len) {
            graph_answer_nearest(r, GAZ_GRAPH_DECLARED, 97);
            return true;
        }
        const char *dot = memrchr(name, '.', len);
        len = dot ? (size_t)(dot - name) : 0;
    }
    return false;
}

static bool full_name(const gaz_symbol_import *im, char separator, graph_path *out)
{
    graph_path_set(out, "", 0);
    if (!graph_path_add(out, im->path.data, im->path.len) ||
        (im->name.len && !(im->name.len == 1 && (*im->name.data == '*' || *im->name.data == '_')) &&
         ((out->len && !graph_path_add(out, ".", 1)) ||
          !graph_path_add(out, im->name.data, im->name.len))))
        return false;
    uint32_t n = 0;
    for (uint32_t i = 0; i < out->len; i++)
        if (out->text[i] == '<') /* of a generic type */
            break;
        else if (out->text[i] == separator)
            out->text[n++] = '.';
        else if (out->text[i] != ' ')
            out->text[n++] = out->text[i];
    while (n > 1 && (out->text[n - 1] == '*' || out->text[n - 1] == '_') && out->text[n - 2] == '.')
        n -= 2;
    uint32_t from = n && out->text[0] == '.';
    memmove(out->text, out->text + from, n - from);
    out->len = n - from;
    out->text[out->len] = '\0';
    return true;
}

/* Whether any beginning of the name is a package of the tree: then it should have been found. */
static bool is_ours(graph_resolver *r, graph_family family, const graph_path *name)
{
    for (size_t len = name->len; len;) {
        const char *dot = memrchr(name->text, '.', len);
        len = dot ? (size_t)(dot - name->text) : 0;
        graph_path package;
        graph_path_set(&package, name->text, len);
        if (len && graph_path_add(&package, ".", 1) && package_exists(r, family, &package))
            return true;
    }
    return false;
}

static bool begins_with(const graph_path *name, const char *const *heads, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(name->text, heads[i], strlen(heads[i])) == 0)
            return true;
    return false;
}

/* A file of that name where the facts have no package: generated or broken sources. */
static bool answer_by_path(graph_resolver *r, const graph_path *name)
{
    static const char *const ends[] = {".java", ".kt", ".scala"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        graph_path p = *name;
        for (uint32_t n = 0; n < p.len; n++)
            if (p.text[n] == '.')
                p.text[n] = '/';
        if (!memchr(p.text, '/', p.len) || !graph_path_add(&p, ends[i], strlen(ends[i])))
            return false;
        graph_ask_suffix(r, p.text, p.len);
        if (graph_answer_nearest(r, GAZ_GRAPH_SUFFIX, 80))
            return true;
    }
    return false;
}

/* Scala looks from the packages around the file too: inside a.b, `import c.D` may be a.b.c.D. */
static bool answer_relative(graph_resolver *r, const graph_path *name, bool all)
{
    for (size_t i = 0; r->language == LANG_SCALA && i < r->provided.len; i++) {
        const char *text = r->text.data + r->provided.items[i];
        size_t len = strlen(text);
        while (len && text[len - 1] == '.') {
            graph_path full;
            graph_path_set(&full, text, len);
            if (!graph_path_add(&full, name->text, name->len))
                break;
            graph_ask_provided(r, FAMILY_JVM, full.text, full.len);
            if (r->found.len)
                return graph_answer_nearest(r, GAZ_GRAPH_DECLARED, 90);
            if (all && answer_package(r, FAMILY_JVM, "jvm:", full.text, full.len))
                return true;
            const char *dot = len > 1 ? memrchr(text, '.', len - 1) : NULL;
            len = dot ? (size_t)(dot - text) + 1 : 0;
        }
    }
    return false;
}

void graph_import_jvm(graph_resolver *r, const gaz_symbol_import *im)
{
    static const char *const standard[] = {"java.", "javax.", "jdk.", "kotlin.", "scala.", "sun."};
    graph_path name;
    if (!full_name(im, '/', &name) || name.len == 0)
        return;
    bool all = im->flags & IMPORT_WILDCARD || im->kind == IMPORT_PACKAGE;
    if (all && answer_package(r, FAMILY_JVM, "jvm:", name.text, name.len))
        return;
    if (answer_type(r, FAMILY_JVM, name.text, name.len) || answer_relative(r, &name, all) ||
        (!all &&
         (answer_by_path(r, &name) || answer_package(r, FAMILY_JVM, "jvm:", name.text, name.len))))
        return;
    graph_answer_none(r, is_ours(r, FAMILY_JVM, &name) ? GAZ_GRAPH_NOT_FOUND
                         : begins_with(&name, standard, sizeof standard / sizeof *standard)
                             ? GAZ_GRAPH_STANDARD
                             : GAZ_GRAPH_EXTERNAL);
}

void graph_import_csharp(graph_resolver *r, const gaz_symbol_import *im)
{
    static const char *const standard[] = {"System", "Microsoft.", "Windows."};
    graph_path name;
    if (!full_name(im, ':', &name) || name.len == 0)
        return;
    if (strncmp(name.text, "global..", 8) == 0)
        graph_path_set(&name, name.text + 8, name.len - 8);
    if (answer_package(r, FAMILY_CSHARP, "cs:", name.text, name.len) ||
        answer_type(r, FAMILY_CSHARP, name.text, name.len))
        return;
    graph_answer_none(r, begins_with(&name, standard, sizeof standard / sizeof *standard)
                             ? GAZ_GRAPH_STANDARD
                             : GAZ_GRAPH_EXTERNAL);
}

/* C# sees the namespaces around its own too; the others their package alone. In PHP what is loaded
 * by its name is not imported where the namespace is the same. */
void graph_import_own_package(graph_resolver *r)
{
    graph_family family = graph_family_of(r->language);
    const used_names *used = names_of(r);
    graph_answer_none(r, GAZ_GRAPH_NO_REASON);
    for (size_t i = 0; used && i < r->provided.len; i++) {
        graph_path package;
        const char *text = r->text.data + r->provided.items[i];
        size_t len = strlen(text);
        if (len == 0 || text[len - 1] != '.')
            continue;
        graph_path_set(&package, text, len);
        while (package.len) {
            package_exists(r, family, &package); /* for the key */
            add_used(r, family, package.text, package.len, used);
            package.len--;
            const char *dot =
                family == FAMILY_CSHARP ? memrchr(package.text, '.', package.len) : NULL;
            package.len = dot ? (uint32_t)(dot - package.text) + 1 : 0;
        }
    }
    if (r->answer.files.len == 0)
        return;
    r->answer.state = GAZ_GRAPH_RESOLVED;
    r->answer.method = GAZ_GRAPH_SAME_PACKAGE;
    r->answer.confidence = 85;
    graph_record_add(r, NULL, GAZ_GRAPH_NO_IMPORT, r->node_of);
}

/* ---- PHP ---- */

static bool try_psr(graph_resolver *r, const graph_path *name, bool *ours)
{
    const graph_part *part = graph_part_of(r, FAMILY_PHP);
    for (size_t i = 0; part && i < part->psrs.len; i++) {
        const graph_psr *psr = &part->psrs.items[i];
        graph_path prefix, p;
        graph_path_set(&prefix, psr->prefix.data, psr->prefix.len);
        for (uint32_t n = 0; n < prefix.len; n++)
            if (prefix.text[n] == '\\')
                prefix.text[n] = '.';
        if (name->len <= prefix.len || memcmp(name->text, prefix.text, prefix.len) != 0)
            continue;
        graph_path rest;
        uint32_t from = psr->psr0 ? 0 : prefix.len;
        graph_path_set(&rest, name->text + from, name->len - from);
        const char *last = memrchr(rest.text, '.', rest.len);
        uint32_t class_at = last ? (uint32_t)(last - rest.text) : 0;
        for (uint32_t n = 0; n < rest.len; n++)
            if (rest.text[n] == '.' || (psr->psr0 && n > class_at && rest.text[n] == '_'))
                rest.text[n] = '/';
        graph_path_set(&p, psr->dir.data, psr->dir.len);
        *ours = true;
        if (!graph_path_join(&p, rest.text, rest.len) || !graph_path_add(&p, ".php", 4))
            continue;
        uint32_t file = graph_ask_file(r, p.text, p.len);
        if (file != GRAPH_NONE) {
            graph_answer_file(r, file, GAZ_GRAPH_PACKAGE, 98);
            return true;
        }
    }
    return false;
}

/* A file by its path: as it is said, else from the file's directory upwards. */
static void import_php_file(graph_resolver *r, const gaz_symbol_import *im)
{
    static const char *const ends[] = {"", NULL}, *const below[] = {"", NULL};
    graph_path dir;
    path_value v = {.base = PATH_LITERAL};
    bool computed = im->flags & IMPORT_COMPUTED;
    graph_path_set(&dir, r->path, r->dir_len);
    if (!computed) {
        graph_path_set(&v.path, im->path.data, im->path.len);
    } else if (!graph_path_evaluate(PATH_SYNTAX_PHP, im->path.data, im->path.len, r->path,
                                    r->path_len, &v)) {
        graph_answer_none(r, GAZ_GRAPH_COMPUTED);
        return;
    }
    bool absolute = v.path.text[0] == '/';
    if (v.base == PATH_OF_TREE)
        graph_path_set(&dir, "", 0);
    graph_upward s = {
        .below = below, .ends = ends, .path = v.path.text + absolute, .len = v.path.len - absolute};
    uint32_t file = graph_ask_in(r, &dir, "", &s);
    if (file != GRAPH_NONE) {
        graph_answer_file(r, file, GAZ_GRAPH_EXACT_PATH, v.base == PATH_UNKNOWN ? 85 : 97);
        return;
    }
    /* Below a directory nobody knows, a bare name says too little to look for it further up. */
    bool said = v.base == PATH_LITERAL || v.constant ||
                (v.base == PATH_UNKNOWN && memchr(s.path, '/', s.len));
    file = said ? graph_ask_upwards(r, &s) : GRAPH_NONE;
    if (file != GRAPH_NONE)
        graph_answer_file(r, file, GAZ_GRAPH_NEAREST, 80);
    else if (memmem(s.path, s.len, "vendor/", 7)) /* what Composer installs */
        graph_answer_none(r, GAZ_GRAPH_EXTERNAL);
    else if (v.base == PATH_UNKNOWN && said)
        graph_answer_suffix(r, s.path, s.len, "");
}

void graph_import_php(graph_resolver *r, const gaz_symbol_import *im)
{
    graph_path name;
    if (im->kind == IMPORT_SOURCE) {
        import_php_file(r, im);
        return;
    }
    bool ours = false;
    if (!full_name(im, '\\', &name) || name.len == 0 || try_psr(r, &name, &ours))
        return;
    graph_ask_provided(r, FAMILY_PHP, name.text, name.len);
    if (graph_answer_nearest(r, GAZ_GRAPH_DECLARED, 92))
        return;
    graph_answer_none(r, ours                               ? GAZ_GRAPH_NOT_FOUND
                         : memchr(name.text, '.', name.len) ? GAZ_GRAPH_EXTERNAL
                                                            : GAZ_GRAPH_STANDARD);
}
