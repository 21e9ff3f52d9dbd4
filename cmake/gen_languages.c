/* Host tool: linguist's languages.yml, popular.yml and generic.yml, and our language_rules.def, →
 * languages_table.h.
 *
 * What comes out: the languages in order of names; four open-addressing hash tables (names and
 * aliases, extensions, file names, interpreters) whose values are places in one list of candidate
 * languages; and the rules of ambiguous extensions. Lower case is ASCII lower case, as all keys are
 * ASCII. */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "../indexer/text/language_features.h"
#include "../indexer/text/language_hash.h"

#define LANGUAGES_MAX 2000
#define KEYS_MAX 4096     /* entries of one table */
#define CANDIDATES_MAX 24 /* languages of one key */
#define RULES_MAX 1000
#define CELLS 4096 /* of each printed hash table: a power of two, at least twice the entries */

typedef struct language {
    char *name;
    char *type;
    char *color;
    unsigned long id;
} language;

typedef struct key {
    char *text;
    unsigned candidates[CANDIDATES_MAX];
    unsigned count;
    bool generic;
    unsigned rules, rule_count;
} key;

typedef struct table {
    const char *name;
    key keys[KEYS_MAX];
    unsigned len;
} table;

typedef struct rule {
    unsigned all[3], none;
    unsigned language;
} rule;

static language languages[LANGUAGES_MAX];
static unsigned language_count;
static table names = {.name = "names"}, extensions = {.name = "extensions"},
             filenames = {.name = "filenames"}, interpreters = {.name = "interpreters"};
static rule rules[RULES_MAX];
static unsigned rule_count;

static const char *const feature_names[] = {
#define X(name) #name,
    GAZ_LANG_FEATURES(X)
#undef X
};

static _Noreturn void die(const char *what, const char *about)
{
    fprintf(stderr, "gen_languages: %s: %s\n", what, about);
    exit(1);
}

static char *copy(const char *text, bool lower)
{
    char *out = strdup(text);
    if (!out)
        die("no memory for", text);
    for (char *p = out; lower && *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return out;
}

static key *find_key(table *t, const char *text, bool add)
{
    for (unsigned i = 0; i < t->len; i++)
        if (strcmp(t->keys[i].text, text) == 0)
            return &t->keys[i];
    if (!add)
        return NULL;
    if (t->len == CELLS / 2)
        die("too many keys in", t->name);
    t->keys[t->len].text = copy(text, false);
    return &t->keys[t->len++];
}

static void add_candidate(table *t, const char *text, unsigned lang)
{
    key *k = find_key(t, text, true);
    for (unsigned i = 0; i < k->count; i++)
        if (k->candidates[i] == lang)
            return;
    if (k->count == CANDIDATES_MAX)
        die("too many languages for", text);
    k->candidates[k->count++] = lang;
}

/* A name or alias in lower case, and once more with '-' for each space. */
static void add_name(const char *text, unsigned lang)
{
    char *lower = copy(text, true);
    add_candidate(&names, lower, lang);
    for (char *p = lower; *p; p++)
        if (*p == ' ')
            *p = '-';
    if (!find_key(&names, lower, false))
        add_candidate(&names, lower, lang);
    free(lower);
}

static void set_field(unsigned lang, const char *field, const char *value)
{
    language *l = &languages[lang];
    char *lower = copy(value, true);
    if (strcmp(field, "language_id") == 0)
        l->id = strtoul(value, NULL, 10);
    else if (strcmp(field, "type") == 0)
        l->type = copy(value, false);
    else if (strcmp(field, "color") == 0)
        l->color = copy(value, false);
    else if (strcmp(field, "aliases") == 0)
        add_name(value, lang);
    else if (strcmp(field, "extensions") == 0)
        add_candidate(&extensions, lower, lang);
    else if (strcmp(field, "filenames") == 0)
        add_candidate(&filenames, value, lang);
    else if (strcmp(field, "interpreters") == 0)
        add_candidate(&interpreters, value, lang);
    free(lower);
}

/* Calls `each` with the path of keys and the value of every scalar: "Ada" / "extensions" / ".adb".
 */
static void walk_yaml(const char *path,
                      void (*each)(const char *outer, const char *inner, const char *value))
{
    FILE *in = fopen(path, "rb");
    yaml_parser_t parser;
    if (!in || !yaml_parser_initialize(&parser))
        die("cannot open", path);
    yaml_parser_set_input_file(&parser, in);
    char *keys[3] = {0};
    int depth = 0, sequence = 0;
    bool value_next[3] = {0};
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event))
            die(parser.problem ? parser.problem : "cannot parse", path);
        switch (event.type) {
        case YAML_MAPPING_START_EVENT:
            if (++depth > 2)
                die("unexpected nesting in", path);
            value_next[depth] = false;
            break;
        case YAML_MAPPING_END_EVENT:
            depth--;
            value_next[depth > 0 ? depth : 0] = false;
            break;
        case YAML_SEQUENCE_START_EVENT:
            sequence++;
            break;
        case YAML_SEQUENCE_END_EVENT:
            sequence--;
            value_next[depth] = false;
            break;
        case YAML_SCALAR_EVENT: {
            const char *text = (const char *)event.data.scalar.value;
            if (depth > 0 && !sequence && !value_next[depth]) {
                free(keys[depth]);
                keys[depth] = copy(text, false);
                value_next[depth] = true;
            } else {
                each(depth > 1 && keys[1] ? keys[1] : "", keys[depth] ? keys[depth] : "", text);
                if (!sequence)
                    value_next[depth] = false;
            }
            break;
        }
        case YAML_STREAM_END_EVENT:
            more = false;
            break;
        default:
            break;
        }
        yaml_event_delete(&event);
    }
    for (int i = 0; i < 3; i++)
        free(keys[i]);
    yaml_parser_delete(&parser);
    fclose(in);
}

static void take_language(const char *outer, const char *inner, const char *value)
{
    if (language_count == 0 || strcmp(languages[language_count - 1].name, outer) != 0) {
        if (language_count == LANGUAGES_MAX)
            die("too many languages at", outer);
        languages[language_count++].name = copy(outer, false);
        add_name(outer, language_count - 1);
    }
    set_field(language_count - 1, inner, value);
}

static void take_generic(const char *outer, const char *inner, const char *value)
{
    (void)outer;
    key *k = strcmp(inner, "extensions") == 0 ? find_key(&extensions, value, true) : NULL;
    if (k)
        k->generic = true;
}

/* The first candidate is the answer when nothing decides: the first popular language goes to the
 * front. */
static void take_popular(const char *outer, const char *inner, const char *value)
{
    static bool popular[LANGUAGES_MAX];
    (void)outer, (void)inner;
    for (unsigned i = 0; i < language_count; i++)
        popular[i] |= strcmp(languages[i].name, value) == 0;
    for (unsigned e = 0; e < extensions.len; e++) {
        key *k = &extensions.keys[e];
        for (unsigned i = 1; i < k->count && !popular[k->candidates[0]]; i++) {
            unsigned lang = k->candidates[i];
            if (!popular[lang])
                continue;
            memmove(k->candidates + 1, k->candidates, i * sizeof k->candidates[0]);
            k->candidates[0] = lang;
        }
    }
}

static unsigned feature_of(const char *name, size_t len)
{
    for (unsigned i = 0; i < GAZ_LF_COUNT; i++)
        if (strlen(feature_names[i]) == len && memcmp(feature_names[i], name, len) == 0)
            return i;
    die("unknown mark in the rules", name);
}

static rule parse_condition(const char *text)
{
    rule r = {{255, 255, 255}, 255, 0};
    unsigned all = 0;
    char sign = '+';
    while (*text && *text != '*') {
        size_t len = strcspn(text, "+-");
        unsigned feature = feature_of(text, len);
        if (sign == '-')
            r.none = feature;
        else if (all < 3)
            r.all[all++] = feature;
        else
            die("more than three marks in a rule", text);
        sign = text[len];
        text += len + (sign != '\0');
    }
    return r;
}

/* A rule whose language this version of linguist does not know is left out. */
static void parse_rules(const char *path)
{
    FILE *in = fopen(path, "r");
    if (!in)
        die("cannot open", path);
    char line[512], condition[256], name[128], *current[16];
    unsigned current_count = 0;
    while (fgets(line, sizeof line, in)) {
        if (line[0] == '#' || line[0] == '\n')
            continue;
        if (line[0] == '.') {
            current_count = 0;
            for (char *e = strtok(line, " \n"); e && current_count < 16; e = strtok(NULL, " \n")) {
                key *k = find_key(&extensions, e, true);
                k->rules = rule_count;
                current[current_count++] = k->text;
            }
            continue;
        }
        if (sscanf(line, " %255s %127[^\n]", condition, name) != 2 || rule_count == RULES_MAX)
            die("cannot read the rule", line);
        char *lower = copy(name, true);
        key *lang = find_key(&names, lower, false);
        free(lower);
        if (!lang)
            continue;
        rules[rule_count] = parse_condition(condition);
        rules[rule_count++].language = lang->candidates[0];
        for (unsigned i = 0; i < current_count; i++)
            find_key(&extensions, current[i], false)->rule_count++;
    }
    fclose(in);
}

static void print_string(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar('"');
}

/* Cells hold 1 + the place of the key, 0 when free; a reader probes linearly. */
static void print_table(const table *t, unsigned *place)
{
    static unsigned cells[CELLS];
    memset(cells, 0, sizeof cells);
    printf("static const language_key %s_keys[] = {\n", t->name);
    for (unsigned i = 0; i < t->len; i++) {
        const key *k = &t->keys[i];
        printf("{");
        print_string(k->text);
        printf(",%zu,%u,%u,%u,%u,%u},\n", strlen(k->text), *place, k->count, k->generic, k->rules,
               k->rule_count);
        *place += k->count;
        uint32_t at = language_hash(k->text, strlen(k->text)) % CELLS;
        while (cells[at])
            at = (at + 1) % CELLS;
        cells[at] = i + 1;
    }
    printf("};\nstatic const uint16_t %s_cells[%d] = {", t->name, CELLS);
    for (unsigned i = 0; i < CELLS; i++)
        printf("%u,", cells[i]);
    printf("};\n");
}

static void print_candidates(const table *t)
{
    for (unsigned i = 0; i < t->len; i++)
        for (unsigned j = 0; j < t->keys[i].count; j++)
            printf("%u,", t->keys[i].candidates[j]);
}

static unsigned type_of(const char *type)
{
    static const char *const types[] = {"", "data", "markup", "programming", "prose"};
    for (unsigned i = 1; i < 5; i++)
        if (type && strcmp(type, types[i]) == 0)
            return i;
    return 0;
}

static unsigned long stable_id(const language *l)
{
    return l->id ? l->id : UINT32_MAX;
}

static int by_id(const void *a, const void *b)
{
    unsigned long x = stable_id(&languages[*(const unsigned *)a]),
                  y = stable_id(&languages[*(const unsigned *)b]);
    return x < y ? -1 : x > y;
}

static void print_languages(void)
{
    static unsigned order[LANGUAGES_MAX];
    printf("static const gaz_language language_table[] = {\n");
    for (unsigned i = 0; i < language_count; i++) {
        order[i] = i;
        printf("{%luu,%u,", stable_id(&languages[i]), type_of(languages[i].type));
        print_string(languages[i].name);
        printf(",");
        print_string(languages[i].color ? languages[i].color : "");
        printf("},\n");
    }
    qsort(order, language_count, sizeof order[0], by_id);
    printf("};\n#define LANGUAGE_COUNT %u\nstatic const uint16_t language_by_id[] = {",
           language_count);
    for (unsigned i = 0; i < language_count; i++) {
        if (i && by_id(&order[i - 1], &order[i]) == 0)
            die("two languages have one id", languages[order[i]].name);
        printf("%u,", order[i]);
    }
    printf("};\n");
}

int main(int argc, char **argv)
{
    if (argc != 5)
        die("usage", "gen_languages languages.yml popular.yml generic.yml language_rules.def > "
                     "languages_table.h");
    walk_yaml(argv[1], take_language);
    if (language_count < 400)
        die("this is not linguist's list", argv[1]);
    walk_yaml(argv[2], take_popular);
    walk_yaml(argv[3], take_generic);
    parse_rules(argv[4]);
    unsigned place = 0;
    print_languages();
    print_table(&names, &place);
    print_table(&extensions, &place);
    print_table(&filenames, &place);
    print_table(&interpreters, &place);
    printf("#define LANGUAGE_CELLS %d\nstatic const uint16_t language_candidates[] = {", CELLS);
    print_candidates(&names);
    print_candidates(&extensions);
    print_candidates(&filenames);
    print_candidates(&interpreters);
    printf("};\nstatic const language_rule language_rules[] = {\n");
    for (unsigned i = 0; i < rule_count; i++)
        printf("{{%u,%u,%u},%u,%u},\n", rules[i].all[0], rules[i].all[1], rules[i].all[2],
               rules[i].none, rules[i].language);
    printf("};\n");
    return 0;
}
