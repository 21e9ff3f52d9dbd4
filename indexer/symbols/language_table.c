/* The table of languages, made from grammars/languages.def. Compiled queries are constants that
 * take milliseconds to make, so they are made when first wanted and shared by all threads from then
 * on; a lock guards the making. */
#include <pthread.h>
#include <string.h>
#include "gaz/base/hash.h"
#include "gaz/base/strbuf.h"
#include "language_table.h"
#include "query_table.h"

#define GAZ_LANGUAGE(id, name, symbol, folder, support, style, sources)                            \
    const TSLanguage *tree_sitter_##symbol(void);
#include GAZ_LANGUAGES_DEF
#undef GAZ_LANGUAGE

#define GAZ_LANGUAGE(id, name, symbol, folder, support, style, sources)                            \
    {id, name, tree_sitter_##symbol, folder, GAZ_SYMBOLS_##support, STYLE_##style},
static const language_row rows[] = {
#include GAZ_LANGUAGES_DEF
};
#undef GAZ_LANGUAGE

enum { ROW_COUNT = sizeof rows / sizeof *rows };

static struct {
    pthread_mutex_t lock;
    query_program *programs[ROW_COUNT][QUERY_PART_COUNT];
} made = {.lock = PTHREAD_MUTEX_INITIALIZER};

const language_row *gaz_language_row(uint32_t id)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].id == id)
            return &rows[i];
    return NULL;
}

gaz_status gaz_language_program(const language_row *row, query_part part, const query_program **out,
                                gaz_error *err)
{
    query_program **place = &made.programs[row - rows][part];
    gaz_status st = GAZ_OK;
    pthread_mutex_lock(&made.lock);
    if (!*place)
        st = gaz_query_program_new(row->grammar(), row->folder, part, true, place, err);
    if (st == GAZ_OK)
        *out = *place;
    pthread_mutex_unlock(&made.lock);
    return st;
}

gaz_symbols_support gaz_symbols_supports(uint32_t language)
{
    const language_row *row = gaz_language_row(language);
    return row ? row->support : GAZ_SYMBOLS_NONE;
}

size_t gaz_symbols_language_count(void)
{
    return ROW_COUNT;
}

uint32_t gaz_symbols_language_at(size_t index)
{
    return rows[index].id;
}

/* A grammar is told by its tables' sizes and its names: what queries and trees depend on. */
static void add_grammar(gaz_strbuf *sb, const TSLanguage *grammar)
{
    uint32_t symbols = ts_language_symbol_count(grammar), fields = ts_language_field_count(grammar);
    gaz_strbuf_printf(sb, "%u %u %u %u\n", ts_language_abi_version(grammar), symbols, fields,
                      ts_language_state_count(grammar));
    for (uint32_t i = 0; i < symbols; i++)
        gaz_strbuf_puts(sb, ts_language_symbol_name(grammar, (TSSymbol)i));
    for (uint32_t i = 1; i <= fields; i++)
        gaz_strbuf_puts(sb, ts_language_field_name_for_id(grammar, (TSFieldId)i));
}

/* The texts of a folder, and of those its files inherit from. */
static void add_folder(gaz_strbuf *sb, const char *folder, size_t len, int depth)
{
    static const char marker[] = "; inherits: ";
    for (size_t i = 0; i < gaz_query_file_count && depth < 4; i++) {
        const query_file *file = &gaz_query_files[i];
        if (strncmp(file->name, folder, len) != 0 || file->name[len] != '/')
            continue;
        gaz_strbuf_add(sb, file->text, file->len);
        if (strncmp(file->text, marker, sizeof marker - 1) == 0) {
            const char *other = file->text + sizeof marker - 1;
            add_folder(sb, other, strcspn(other, "\r\n"), depth + 1);
        }
    }
}

uint64_t gaz_symbols_fingerprint(uint32_t language)
{
    const language_row *row = gaz_language_row(language);
    if (!row)
        return 0;
    gaz_strbuf sb = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&sb, "%u %u\n", GAZ_SYMBOLS_VERSION, (unsigned)row->style);
    add_grammar(&sb, row->grammar());
    add_folder(&sb, row->folder, strlen(row->folder), 0);
    uint64_t sum = gaz_checksum(sb.data, sb.len);
    gaz_strbuf_release(&sb);
    return sum ? sum : 1;
}
