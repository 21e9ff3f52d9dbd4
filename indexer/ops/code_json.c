/* Definitions and places as JSON. */
#include <string.h>

#include "code_answer.h"
#include "gaz/symbols/symbols.h"

#define LINE_SHOWN 400     /* bytes of a line */
#define CONTAINERS_MAX 64u /* above a definition that are named */

void code_put_path(code_answer *a, uint32_t file)
{
    gaz_ref_file f;
    gaz_ref_files_at(gaz_code_files(a->code), file, &f);
    put_bytes(&a->json, "path", "path_bytes", f.path, f.path_len);
}

static void put_name(gaz_json_writer *w, const char *key, gaz_symbol_name name)
{
    gaz_json_put_string(w, key, name.data, name.len);
}

/* What a definition belongs to, from the outermost on: "A.B". */
static gaz_status put_container(code_answer *a, uint32_t file, const gaz_symbol_definition *d,
                                gaz_error *err)
{
    gaz_symbol_definition above[CONTAINERS_MAX];
    gaz_strbuf text = GAZ_STRBUF_INIT;
    uint32_t depth = 0;
    gaz_status st = GAZ_OK;
    for (uint32_t at = d->container;
         st == GAZ_OK && at != GAZ_SYMBOL_NONE && depth < CONTAINERS_MAX;
         at = above[depth - 1].container)
        st = gaz_symbol_view_definition(a->symbols, file, at, &a->arena, &above[depth++], err);
    while (st == GAZ_OK && depth-- > 0) {
        gaz_strbuf_add(&text, above[depth].name.data, above[depth].name.len);
        if (depth || d->container_name.len)
            gaz_strbuf_putc(&text, '.');
    }
    gaz_strbuf_add(&text, d->container_name.data, d->container_name.len);
    if (st == GAZ_OK && text.len)
        gaz_json_put_string(&a->json, "container", text.data, text.len);
    else if (st == GAZ_OK)
        gaz_json_put_cstring(&a->json, "container", NULL);
    gaz_strbuf_release(&text);
    return st;
}

static void put_flags(gaz_json_writer *w, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = {
        {GAZ_DEFINITION_DECLARATION, "declaration"},
        {GAZ_DEFINITION_ABSTRACT, "abstract"},
        {GAZ_DEFINITION_TEST, "test"},
        {GAZ_DEFINITION_STATIC, "static"},
        {GAZ_DEFINITION_ANONYMOUS, "anonymous"},
        {GAZ_DEFINITION_LOCAL, "local"},
        {GAZ_DEFINITION_OVERRIDE, "override"},
        {GAZ_DEFINITION_DEFAULT, "default"},
    };
    gaz_json_key(w, "flags");
    gaz_json_array_begin(w);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (flags & names[i].flag)
            gaz_json_cstring(w, names[i].name);
    gaz_json_array_end(w);
}

/* On one line: blanks and line ends folded. */
static void fold_blanks(gaz_strbuf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool blank = text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r';
        if (!blank)
            gaz_strbuf_putc(out, text[i]);
        else if (out->len && out->data[out->len - 1] != ' ')
            gaz_strbuf_putc(out, ' ');
    }
}

static gaz_status put_text(code_answer *a, uint32_t file, const char *key,
                           const gaz_symbol_text *text, bool one_line, gaz_error *err)
{
    const char *data;
    size_t len;
    gaz_strbuf folded = GAZ_STRBUF_INIT;
    gaz_status st = gaz_code_text(a->code, file, text, &data, &len, err);
    if (st == GAZ_OK && one_line) {
        fold_blanks(&folded, data, len);
        data = folded.data;
        len = folded.len;
    }
    if (st == GAZ_OK && len)
        gaz_json_put_string(&a->json, key, data, len);
    else if (st == GAZ_OK)
        gaz_json_put_cstring(&a->json, key, NULL);
    gaz_strbuf_release(&folded);
    return st;
}

gaz_status code_put_definition(code_answer *a, uint32_t file, uint32_t index, bool docs,
                               gaz_error *err)
{
    gaz_symbol_definition d;
    gaz_json_writer *w = &a->json;
    gaz_status st = gaz_symbol_view_definition(a->symbols, file, index, &a->arena, &d, err);
    if (st != GAZ_OK)
        return st;
    put_name(w, "name", d.name);
    gaz_json_put_cstring(w, "kind", gaz_symbol_kind_name(d.kind));
    st = put_container(a, file, &d, err);
    code_put_path(a, file);
    gaz_json_put_int(w, "line", d.name_line);
    gaz_json_put_int(w, "start_line", d.start_line);
    gaz_json_put_int(w, "end_line", d.end_line);
    if (st == GAZ_OK)
        st = put_text(a, file, "signature", &d.signature, true, err);
    gaz_json_put_cstring(w, "visibility", gaz_visibility_name(d.visibility));
    put_flags(w, d.flags);
    if (st == GAZ_OK && docs)
        st = put_text(a, file, "doc", &d.doc, false, err);
    return st;
}

gaz_status code_put_enclosing(code_answer *a, uint32_t file, uint32_t index, gaz_error *err)
{
    gaz_symbol_definition d;
    gaz_json_writer *w = &a->json;
    if (index == GAZ_SYMBOL_NONE) {
        gaz_json_put_cstring(w, "enclosing", NULL);
        return GAZ_OK;
    }
    gaz_status st = gaz_symbol_view_definition(a->symbols, file, index, &a->arena, &d, err);
    if (st != GAZ_OK)
        return st;
    gaz_json_key(w, "enclosing");
    gaz_json_object_begin(w);
    put_name(w, "name", d.name);
    gaz_json_put_cstring(w, "kind", gaz_symbol_kind_name(d.kind));
    st = put_container(a, file, &d, err);
    gaz_json_put_int(w, "line", d.name_line);
    gaz_json_object_end(w);
    return st;
}

gaz_status code_put_targets(code_answer *a, const gaz_resolve_target *items, uint32_t count,
                            gaz_error *err)
{
    gaz_status st = GAZ_OK;
    gaz_json_key(&a->json, "targets");
    gaz_json_array_begin(&a->json);
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++) {
        gaz_json_object_begin(&a->json);
        if (items[i].index == GAZ_SYMBOL_NONE)
            code_put_path(a, items[i].file);
        else
            st = code_put_definition(a, items[i].file, items[i].index, false, err);
        gaz_json_object_end(&a->json);
    }
    gaz_json_array_end(&a->json);
    return st;
}

gaz_status code_put_line(code_answer *a, uint32_t file, uint32_t line, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_status st = gaz_ref_files_text(gaz_code_files(a->code), file, line, line, &text, err);
    size_t len = text.len;
    while (len && (text.data[len - 1] == '\n' || text.data[len - 1] == '\r'))
        len--;
    len = len < LINE_SHOWN ? len : LINE_SHOWN;
    while (len && len == LINE_SHOWN && ((unsigned char)text.data[len] & 0xC0) == 0x80)
        len--;
    if (st == GAZ_OK)
        gaz_json_put_string(&a->json, "text", text.data, len);
    gaz_strbuf_release(&text);
    return st;
}
