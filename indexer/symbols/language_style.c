/* A row per style. Words are looked for between the start of a definition and its name, outside
 * brackets and strings, so that no query has to list the orders in which modifiers may come. */
#include <ctype.h>
#include <string.h>
#include "language_style.h"
#include "query_program.h"

#define PLAIN_WORD VISIBILITY_UNSET

static const style_word no_words[] = {{NULL, 0, 0}};

static const style_word c_words[] = {{"static", GAZ_VISIBILITY_FILE, 0},
                                     {"extern", PLAIN_WORD, GAZ_DEFINITION_DECLARATION},
                                     {NULL, 0, 0}};

static const style_word cpp_words[] = {{"static", GAZ_VISIBILITY_FILE, GAZ_DEFINITION_STATIC},
                                       {"virtual", PLAIN_WORD, 0},
                                       {"extern", PLAIN_WORD, GAZ_DEFINITION_DECLARATION},
                                       {NULL, 0, 0}};

static const style_word script_words[] = {{"export", GAZ_VISIBILITY_PUBLIC, 0},
                                          {"default", PLAIN_WORD, GAZ_DEFINITION_DEFAULT},
                                          {"declare", PLAIN_WORD, GAZ_DEFINITION_DECLARATION},
                                          {"public", GAZ_VISIBILITY_PUBLIC, 0},
                                          {"protected", GAZ_VISIBILITY_PROTECTED, 0},
                                          {"private", GAZ_VISIBILITY_PRIVATE, 0},
                                          {"static", PLAIN_WORD, GAZ_DEFINITION_STATIC},
                                          {"abstract", PLAIN_WORD, GAZ_DEFINITION_ABSTRACT},
                                          {"override", PLAIN_WORD, GAZ_DEFINITION_OVERRIDE},
                                          {NULL, 0, 0}};

static const style_word rust_words[] = {
    {"pub", GAZ_VISIBILITY_PUBLIC, 0},         {"pub(crate)", GAZ_VISIBILITY_PACKAGE, 0},
    {"pub(super)", GAZ_VISIBILITY_PACKAGE, 0}, {"pub(in)", GAZ_VISIBILITY_PACKAGE, 0},
    {"pub(self)", GAZ_VISIBILITY_PRIVATE, 0},  {NULL, 0, 0}};

static const style_word java_words[] = {{"public", GAZ_VISIBILITY_PUBLIC, 0},
                                        {"external", GAZ_VISIBILITY_PUBLIC, 0},
                                        {"protected", GAZ_VISIBILITY_PROTECTED, 0},
                                        {"internal", GAZ_VISIBILITY_PROTECTED, 0},
                                        {"private", GAZ_VISIBILITY_PRIVATE, 0},
                                        {"static", PLAIN_WORD, GAZ_DEFINITION_STATIC},
                                        {"abstract", PLAIN_WORD, GAZ_DEFINITION_ABSTRACT},
                                        {"native", PLAIN_WORD, GAZ_DEFINITION_DECLARATION},
                                        {"@Override", PLAIN_WORD, GAZ_DEFINITION_OVERRIDE},
                                        {"@Test", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                        {"@ParameterizedTest", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                        {"@RepeatedTest", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                        {"@TestFactory", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                        {NULL, 0, 0}};

static const style_word csharp_words[] = {{"public", GAZ_VISIBILITY_PUBLIC, 0},
                                          {"protected", GAZ_VISIBILITY_PROTECTED, 0},
                                          {"private", GAZ_VISIBILITY_PRIVATE, 0},
                                          {"internal", GAZ_VISIBILITY_PACKAGE, 0},
                                          {"static", PLAIN_WORD, GAZ_DEFINITION_STATIC},
                                          {"abstract", PLAIN_WORD, GAZ_DEFINITION_ABSTRACT},
                                          {"override", PLAIN_WORD, GAZ_DEFINITION_OVERRIDE},
                                          {"extern", PLAIN_WORD, GAZ_DEFINITION_DECLARATION},
                                          {"[Test]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                          {"[TestCase]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                          {"[TestMethod]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                          {"[Fact]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                          {"[Theory]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                          {NULL, 0, 0}};

static const style_word php_words[] = {{"public", GAZ_VISIBILITY_PUBLIC, 0},
                                       {"protected", GAZ_VISIBILITY_PROTECTED, 0},
                                       {"private", GAZ_VISIBILITY_PRIVATE, 0},
                                       {"static", PLAIN_WORD, GAZ_DEFINITION_STATIC},
                                       {"abstract", PLAIN_WORD, GAZ_DEFINITION_ABSTRACT},
                                       {NULL, 0, 0}};

static const style_word kotlin_words[] = {{"public", GAZ_VISIBILITY_PUBLIC, 0},
                                          {"protected", GAZ_VISIBILITY_PROTECTED, 0},
                                          {"private", GAZ_VISIBILITY_PRIVATE, 0},
                                          {"internal", GAZ_VISIBILITY_PACKAGE, 0},
                                          {"abstract", PLAIN_WORD, GAZ_DEFINITION_ABSTRACT},
                                          {"override", PLAIN_WORD, GAZ_DEFINITION_OVERRIDE},
                                          {"external", PLAIN_WORD, GAZ_DEFINITION_DECLARATION},
                                          {"@Test", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                          {"@ParameterizedTest", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                          {NULL, 0, 0}};

static const style_word swift_words[] = {{"public", GAZ_VISIBILITY_PUBLIC, 0},
                                         {"open", GAZ_VISIBILITY_PUBLIC, 0},
                                         {"package", GAZ_VISIBILITY_PACKAGE, 0},
                                         {"internal", GAZ_VISIBILITY_PACKAGE, 0},
                                         {"private", GAZ_VISIBILITY_PRIVATE, 0},
                                         {"fileprivate", GAZ_VISIBILITY_FILE, 0},
                                         {"static", PLAIN_WORD, GAZ_DEFINITION_STATIC},
                                         {"class", PLAIN_WORD, 0},
                                         {"override", PLAIN_WORD, GAZ_DEFINITION_OVERRIDE},
                                         {"@Test", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                         {NULL, 0, 0}};

static const style_word scala_words[] = {{"protected", GAZ_VISIBILITY_PROTECTED, 0},
                                         {"private", GAZ_VISIBILITY_PRIVATE, 0},
                                         {"abstract", PLAIN_WORD, GAZ_DEFINITION_ABSTRACT},
                                         {"override", PLAIN_WORD, GAZ_DEFINITION_OVERRIDE},
                                         {"@Test", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                         {NULL, 0, 0}};

static const style_word lua_words[] = {{"local", GAZ_VISIBILITY_FILE, 0}, {NULL, 0, 0}};

static const language_style styles[STYLE_COUNT] = {
    [STYLE_PLAIN] = {no_words, "", 0, 0, 0, false, false, false, false, false},
    [STYLE_C] = {c_words, "", 0, 0, 0, false, false, false, false, false},
    [STYLE_CPP] = {cpp_words, " this ", 0, GAZ_VISIBILITY_PRIVATE, 0, false, false, false, false,
                   true},
    [STYLE_PYTHON] = {no_words, " self cls super() ", 0, 0, 0, false, true, false, false, false},
    [STYLE_SCRIPT] = {script_words, " this super ", 0, 0, 0, false, false, true, true, false},
    [STYLE_GO] = {no_words, "", 0, 0, 0, true, false, false, false, false},
    [STYLE_RUST] = {rust_words, " self Self ", GAZ_VISIBILITY_PRIVATE, GAZ_VISIBILITY_PRIVATE,
                    GAZ_VISIBILITY_PUBLIC, false, false, false, false, false},
    [STYLE_JAVA] = {java_words, " this super ", GAZ_VISIBILITY_PACKAGE, GAZ_VISIBILITY_PACKAGE,
                    GAZ_VISIBILITY_PUBLIC, false, false, false, false, true},
    [STYLE_CSHARP] = {csharp_words, " this base ", GAZ_VISIBILITY_PACKAGE, GAZ_VISIBILITY_PRIVATE,
                      GAZ_VISIBILITY_PUBLIC, false, false, false, false, true},
    [STYLE_RUBY] = {no_words, " self super ", 0, 0, 0, false, false, false, false, false},
    [STYLE_PHP] = {php_words, " $this self static parent ", 0, 0, 0, false, false, false, false,
                   false},
    [STYLE_KOTLIN] = {kotlin_words, " this super ", 0, 0, 0, false, false, false, false, true},
    [STYLE_SWIFT] = {swift_words, " self Self super ", GAZ_VISIBILITY_PACKAGE,
                     GAZ_VISIBILITY_PACKAGE, GAZ_VISIBILITY_PACKAGE, false, false, false, false,
                     true},
    [STYLE_SCALA] = {scala_words, " this super ", 0, 0, 0, false, false, false, false, true},
    [STYLE_LUA] = {lua_words, " self ", 0, 0, 0, false, false, false, true, false},
};

const language_style *gaz_language_style(style_id id)
{
    return &styles[id];
}

bool gaz_style_is_self(const language_style *style, const char *name, size_t len)
{
    if (len == 0 || len > 8)
        return false;
    for (const char *at = style->selves; (at = memchr(at, name[0], strlen(at))) != NULL; at++)
        if (strncmp(at, name, len) == 0 && at[len] == ' ' && at[-1] == ' ')
            return true;
    return false;
}

static void apply_word(const language_style *style, const char *word, size_t len,
                       uint8_t *visibility, uint8_t *flags)
{
    for (const style_word *known = style->words; known->word; known++) {
        if (strncmp(known->word, word, len) != 0 || known->word[len] != '\0')
            continue;
        if (known->visibility != VISIBILITY_UNSET)
            *visibility = known->visibility;
        *flags |= known->flags;
    }
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '@';
}

/* The end of what opens at `at`: brackets of any kind, or a string. */
static size_t skip_enclosed(const char *text, size_t at, size_t len)
{
    int depth = 0;
    for (; at < len; at++) {
        char c = text[at];
        if (c == '(' || c == '[' || c == '{')
            depth++;
        else if ((c == ')' || c == ']' || c == '}') && --depth <= 0)
            return at + 1;
        else if ((c == '"' || c == '\'') && depth == 0)
            return at + 1;
    }
    return len;
}

void gaz_style_read_words(const language_style *style, const char *text, size_t len,
                          uint8_t *visibility, uint8_t *flags)
{
    char key[40];
    size_t at = 0;
    if (!style->words->word)
        return;
    while (at < len) {
        size_t end = at;
        if (text[at] == '[') { /* a C# attribute: its first word, without arguments */
            while (++end < len && is_word(text[end]))
                ;
            size_t n = end - at;
            if (n + 2 < sizeof key) {
                memcpy(key, text + at, n);
                key[n] = ']';
                apply_word(style, key, n + 1, visibility, flags);
            }
            at = skip_enclosed(text, at, len);
        } else if (is_word(text[at])) {
            while (end < len && is_word(text[end]))
                end++;
            apply_word(style, text + at, end - at, visibility, flags);
            /* Rust's pub(crate), pub(in path). */
            if (end + 1 < len && text[end] == '(' && end - at == 3) {
                size_t close = end + 1;
                while (close < len && is_word(text[close]))
                    close++;
                if (close - at + 1 < sizeof key) {
                    memcpy(key, text + at, close - at);
                    key[close - at] = ')';
                    apply_word(style, key, close - at + 1, visibility, flags);
                }
            }
            at = end;
        } else {
            at = text[at] == '(' || text[at] == '{' ? skip_enclosed(text, at, len) : at + 1;
        }
    }
}
