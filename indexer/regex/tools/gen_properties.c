/* Host tool: the Unicode Character Database → unicode_properties.h, the sets behind \p{…}, \w, \d
 * and \s.
 *
 * Reads the "range ; value" files below the folder given, keeps what was assigned in Unicode 14
 * (what ripgrep 13 and PCRE2 10.42 know; a newer database only adds characters) and writes three
 * sorted tables: ranges, sets by group and name, and aliases. Names are normalised by UAX44-LM3. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAST_SCALAR 0x10FFFF
#define NEWEST_AGE 14.0
#define MAX_SETS 1024
#define MAX_ALIASES 4096
#define NAME 64

typedef struct set {
    char group[8], name[NAME];
    unsigned char *bits; /* one byte per scalar value: simple, and the tool runs once */
} set;

typedef struct alias {
    char group[8], from[NAME], to[NAME];
} alias;

static set sets[MAX_SETS];
static size_t set_count;
static alias aliases[MAX_ALIASES];
static size_t alias_count;
static unsigned char assigned[LAST_SCALAR + 1];
static const char *folder;

static void die(const char *what, const char *which)
{
    fprintf(stderr, "gen_properties: %s: %s\n", what, which);
    exit(1);
}

static FILE *open_ucd(const char *file)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *f = fopen(path, "r");
    if (!f)
        die("cannot open", path);
    return f;
}

static char *trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    char *end = s + strlen(s);
    while (end > s && isspace((unsigned char)end[-1]))
        *--end = '\0';
    return s;
}

/* UAX44-LM3: case, spaces, '_' and '-' do not count, nor does a leading "is". */
static void normalise(const char *name, char out[NAME])
{
    size_t n = 0, skip;
    for (const char *p = name; *p && n < NAME - 1; p++)
        if (*p != ' ' && *p != '_' && *p != '-')
            out[n++] = (char)tolower((unsigned char)*p);
    out[n] = '\0';
    skip = strncmp(out, "is", 2) == 0 && strcmp(out, "isc") != 0 ? 2 : 0;
    memmove(out, out + skip, n - skip + 1);
}

static set *find_set(const char *group, const char *name)
{
    for (size_t i = 0; i < set_count; i++)
        if (!strcmp(sets[i].group, group) && !strcmp(sets[i].name, name))
            return &sets[i];
    if (set_count == MAX_SETS)
        die("too many sets", name);
    set *s = &sets[set_count++];
    snprintf(s->group, sizeof s->group, "%s", group);
    snprintf(s->name, sizeof s->name, "%s", name);
    s->bits = calloc(LAST_SCALAR + 1, 1);
    if (!s->bits)
        die("out of memory", name);
    return s;
}

/* Splits at ';' after cutting the comment. */
static int fields(char *line, char *out[], int max)
{
    line[strcspn(line, "#")] = '\0';
    int n = 0;
    for (char *p = line; p && n < max;) {
        char *semi = strchr(p, ';');
        if (semi)
            *semi++ = '\0';
        out[n++] = trim(p);
        p = semi;
    }
    return n;
}

static int range_of(const char *text, unsigned *lo, unsigned *hi)
{
    int n = sscanf(text, "%x..%x", lo, hi);
    if (n == 1)
        *hi = *lo;
    return n >= 1 && *hi <= LAST_SCALAR;
}

static void add(set *s, unsigned lo, unsigned hi)
{
    for (unsigned c = lo; c <= hi; c++)
        s->bits[c] = 1;
}

static const char *long_name(const char *group, const char *name)
{
    char norm[NAME];
    normalise(name, norm);
    for (size_t i = 0; i < alias_count; i++)
        if (!strcmp(aliases[i].group, group) && !strcmp(aliases[i].from, norm))
            return aliases[i].to;
    return name;
}

static void read_ranges(const char *file, const char *group)
{
    FILE *f = open_ucd(file);
    char line[4096], *field[4];
    unsigned lo, hi;
    while (fgets(line, sizeof line, f)) {
        int n = fields(line, field, 4);
        if (n < 2 || !range_of(field[0], &lo, &hi))
            continue;
        for (char *name = strtok(field[1], " "); name; name = strtok(NULL, " "))
            add(find_set(group, long_name(group, name)), lo, hi);
    }
    fclose(f);
}

static void add_alias(const char *group, const char *from, const char *to)
{
    char norm[NAME];
    normalise(from, norm);
    for (size_t i = 0; i < alias_count; i++)
        if (!strcmp(aliases[i].group, group) && !strcmp(aliases[i].from, norm))
            return;
    if (alias_count == MAX_ALIASES)
        die("too many aliases", from);
    alias *a = &aliases[alias_count++];
    snprintf(a->group, sizeof a->group, "%s", group);
    snprintf(a->from, sizeof a->from, "%s", norm);
    snprintf(a->to, sizeof a->to, "%s", to);
}

static void read_aliases(void)
{
    FILE *f = open_ucd("PropertyAliases.txt");
    char line[4096], *field[12];
    while (fgets(line, sizeof line, f)) {
        int n = fields(line, field, 12);
        for (int i = 0; i < n && n >= 2; i++)
            add_alias("prop", field[i], field[1]);
    }
    fclose(f);
    static const char *const groups[] = {"gc", "sc", "age", "GCB", "WB", "SB"};
    f = open_ucd("PropertyValueAliases.txt");
    while (fgets(line, sizeof line, f)) {
        int n = fields(line, field, 12);
        for (size_t g = 0; n >= 3 && g < sizeof groups / sizeof groups[0]; g++) {
            if (strcmp(field[0], groups[g]) != 0)
                continue;
            for (int i = 1; i < n; i++) {
                add_alias(groups[g], field[i], field[2]);
                if (!strcmp(groups[g], "sc"))
                    add_alias("scx", field[i], field[2]);
            }
        }
    }
    fclose(f);
}

/* An age holds everything assigned up to it. */
static void read_ages(void)
{
    read_ranges("DerivedAge.txt", "age");
    for (size_t i = 0; i < set_count; i++) {
        if (strcmp(sets[i].group, "age") != 0)
            continue;
        double age = strtod(sets[i].name + 1, NULL);
        char *minor = strchr(sets[i].name, '_');
        age += minor ? strtod(minor + 1, NULL) / 10 : 0;
        if (age > NEWEST_AGE + 0.01) {
            memset(sets[i].bits, 0, LAST_SCALAR + 1);
            continue;
        }
        for (unsigned c = 0; c <= LAST_SCALAR; c++)
            assigned[c] |= sets[i].bits[c];
    }
}

static double age_of(const set *s)
{
    char *minor = strchr(s->name, '_');
    return strtod(s->name + 1, NULL) + (minor ? strtod(minor + 1, NULL) / 10 : 0);
}

static void accumulate_ages(void)
{
    static unsigned char *own[MAX_SETS];
    for (size_t i = 0; i < set_count; i++)
        if (!strcmp(sets[i].group, "age")) {
            own[i] = malloc(LAST_SCALAR + 1);
            if (!own[i])
                die("out of memory", sets[i].name);
            memcpy(own[i], sets[i].bits, LAST_SCALAR + 1);
        }
    for (size_t i = 0; i < set_count; i++)
        for (size_t j = 0; own[i] && age_of(&sets[i]) < NEWEST_AGE + 0.01 && j < set_count; j++)
            if (own[j] && age_of(&sets[j]) < age_of(&sets[i]))
                for (unsigned c = 0; c <= LAST_SCALAR; c++)
                    sets[i].bits[c] |= own[j][c];
    for (size_t i = 0; i < set_count; i++)
        free(own[i]);
}

static void union_of(const char *group, const char *to, const char *const *parts)
{
    set *s = find_set(group, to);
    for (; *parts; parts++) {
        const set *part = find_set(group, *parts);
        for (unsigned c = 0; c <= LAST_SCALAR; c++)
            s->bits[c] |= part->bits[c];
    }
}

static void group_categories(void)
{
    union_of("gc", "Cased_Letter",
             (const char *[]){"Lowercase_Letter", "Titlecase_Letter", "Uppercase_Letter", NULL});
    union_of("gc", "Letter",
             (const char *[]){"Cased_Letter", "Modifier_Letter", "Other_Letter", NULL});
    union_of("gc", "Mark",
             (const char *[]){"Nonspacing_Mark", "Spacing_Mark", "Enclosing_Mark", NULL});
    union_of("gc", "Number",
             (const char *[]){"Decimal_Number", "Letter_Number", "Other_Number", NULL});
    union_of("gc", "Punctuation",
             (const char *[]){"Connector_Punctuation", "Dash_Punctuation", "Open_Punctuation",
                              "Close_Punctuation", "Initial_Punctuation", "Final_Punctuation",
                              "Other_Punctuation", NULL});
    union_of("gc", "Symbol",
             (const char *[]){"Math_Symbol", "Currency_Symbol", "Modifier_Symbol", "Other_Symbol",
                              NULL});
    union_of("gc", "Separator",
             (const char *[]){"Space_Separator", "Line_Separator", "Paragraph_Separator", NULL});
    union_of("gc", "Other",
             (const char *[]){"Control", "Format", "Unassigned", "Private_Use", NULL});
    union_of("perl", "Alphabetic", (const char *[]){NULL});
    set *word = find_set("perl", "Alphabetic");
    const set *parts[] = {find_set("bool", "Alphabetic"), find_set("gc", "Mark"),
                          find_set("gc", "Decimal_Number"), find_set("gc", "Connector_Punctuation"),
                          find_set("bool", "Join_Control")};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        for (unsigned c = 0; c <= LAST_SCALAR; c++)
            word->bits[c] |= parts[i]->bits[c];
    snprintf(word->name, sizeof word->name, "Word");
}

/* Takes the database back to NEWEST_AGE: later characters are in no set but Unassigned; surrogates
 * are no scalars. */
static void cut_newer(void)
{
    set *cn = find_set("gc", "Unassigned");
    for (size_t i = 0; i < set_count; i++)
        for (unsigned c = 0; c <= LAST_SCALAR; c++)
            if (c >= 0xD800 && c <= 0xDFFF)
                sets[i].bits[c] = 0;
            else if (!assigned[c] && &sets[i] != cn && !cn->bits[c])
                sets[i].bits[c] = 0;
    for (unsigned c = 0; c <= LAST_SCALAR; c++)
        if (!assigned[c] && (c < 0xD800 || c > 0xDFFF) && !find_set("gc", "Private_Use")->bits[c])
            cn->bits[c] = 1;
}

static int is_empty(const set *s)
{
    return memchr(s->bits, 1, LAST_SCALAR + 1) == NULL;
}

static int by_set(const void *a, const void *b)
{
    const set *x = a, *y = b;
    int d = strcmp(x->group, y->group);
    return d ? d : strcmp(x->name, y->name);
}

static int by_alias(const void *a, const void *b)
{
    const alias *x = a, *y = b;
    int d = strcmp(x->group, y->group);
    return d ? d : strcmp(x->from, y->from);
}

static size_t print_ranges(const set *s)
{
    size_t n = 0;
    for (unsigned c = 0; c <= LAST_SCALAR; c++) {
        if (!s->bits[c])
            continue;
        unsigned lo = c;
        while (c < LAST_SCALAR && s->bits[c + 1])
            c++;
        printf("{0x%X,0x%X},%s", lo, c, n++ % 6 == 5 ? "\n" : "");
    }
    return n;
}

static void print_all(void)
{
    static size_t at[MAX_SETS + 1];
    qsort(sets, set_count, sizeof sets[0], by_set);
    qsort(aliases, alias_count, sizeof aliases[0], by_alias);
    printf("static const struct { uint32_t lo, hi; } ucd_ranges[] = {\n");
    size_t total = 0;
    for (size_t i = 0; i < set_count; i++) {
        at[i] = total;
        total += print_ranges(&sets[i]);
        printf("\n");
    }
    at[set_count] = total;
    printf("};\nstatic const struct { const char *group, *name; uint32_t at, count; } ucd_sets[] = "
           "{\n");
    for (size_t i = 0; i < set_count; i++)
        if (!is_empty(&sets[i]))
            printf("{\"%s\",\"%s\",%zu,%zu},\n", sets[i].group, sets[i].name, at[i],
                   at[i + 1] - at[i]);
    printf("};\nstatic const struct { const char *group, *from, *to; } ucd_aliases[] = {\n");
    for (size_t i = 0; i < alias_count; i++)
        printf("{\"%s\",\"%s\",\"%s\"},\n", aliases[i].group, aliases[i].from, aliases[i].to);
    printf("};\n");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: gen_properties UCD-FOLDER > unicode_properties.h\n");
        return 2;
    }
    folder = argv[1];
    read_aliases();
    read_ages();
    read_ranges("extracted/DerivedGeneralCategory.txt", "gc");
    read_ranges("PropList.txt", "bool");
    read_ranges("DerivedCoreProperties.txt", "bool");
    read_ranges("extracted/DerivedBinaryProperties.txt", "bool");
    read_ranges("emoji/emoji-data.txt", "bool");
    read_ranges("Scripts.txt", "sc");
    read_ranges("auxiliary/GraphemeBreakProperty.txt", "GCB");
    read_ranges("auxiliary/WordBreakProperty.txt", "WB");
    read_ranges("auxiliary/SentenceBreakProperty.txt", "SB");
    /* A script's extensions: the characters that name it, and its own that name none. */
    read_ranges("ScriptExtensions.txt", "scx");
    static unsigned char extended[LAST_SCALAR + 1];
    for (size_t i = 0; i < set_count; i++)
        if (!strcmp(sets[i].group, "scx"))
            for (unsigned c = 0; c <= LAST_SCALAR; c++)
                extended[c] |= sets[i].bits[c];
    for (size_t i = 0, n = set_count; i < n; i++)
        if (!strcmp(sets[i].group, "sc")) {
            set *x = find_set("scx", sets[i].name);
            for (unsigned c = 0; c <= LAST_SCALAR; c++)
                x->bits[c] |= (unsigned char)(sets[i].bits[c] && !extended[c]);
        }
    cut_newer();
    group_categories();
    accumulate_ages();
    print_all();
    return 0;
}
