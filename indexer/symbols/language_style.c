/* A row per style. Words are looked for between the start of a definition and its name, outside
 * brackets and strings, so that no query has to list the orders in which modifiers may come. */
#include <ctype.h>
#include <string.h>
#include "assemble.h"
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

static const style_word rust_words[] = {{"pub", GAZ_VISIBILITY_PUBLIC, 0},
                                        {"pub(crate)", GAZ_VISIBILITY_PACKAGE, 0},
                                        {"pub(super)", GAZ_VISIBILITY_PACKAGE, 0},
                                        {"pub(in)", GAZ_VISIBILITY_PACKAGE, 0},
                                        {"pub(self)", GAZ_VISIBILITY_PRIVATE, 0},
                                        {"[macro_export]", GAZ_VISIBILITY_PUBLIC, 0},
                                        {"[test]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                        {"[cfg(test)]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                        {"[rstest]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                        {"[test_case]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                        {"[quickcheck]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                        {"[wasm_bindgen_test]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                        {NULL, 0, 0}};

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
                                          {"file", GAZ_VISIBILITY_FILE, 0},
                                          {"static", PLAIN_WORD, GAZ_DEFINITION_STATIC},
                                          {"abstract", PLAIN_WORD, GAZ_DEFINITION_ABSTRACT},
                                          {"override", PLAIN_WORD, GAZ_DEFINITION_OVERRIDE},
                                          {"extern", PLAIN_WORD, GAZ_DEFINITION_DECLARATION},
                                          {"[Test]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                          {"[TestCase]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                          {"[TestMethod]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                          {"[DataTestMethod]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                          {"[TestCaseSource]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                          {"[Fact]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                          {"[Theory]", PLAIN_WORD, GAZ_DEFINITION_TEST},
                                          {NULL, 0, 0}};

static const style_word ruby_words[] = {
    {"public", GAZ_VISIBILITY_PUBLIC, 0},
    {"protected", GAZ_VISIBILITY_PROTECTED, 0},
    {"private", GAZ_VISIBILITY_PRIVATE, 0},
    {"private_class_method", GAZ_VISIBILITY_PRIVATE, GAZ_DEFINITION_STATIC},
    {"public_class_method", GAZ_VISIBILITY_PUBLIC, GAZ_DEFINITION_STATIC},
    {"module_function", GAZ_VISIBILITY_PUBLIC, GAZ_DEFINITION_STATIC},
    {NULL, 0, 0}};

static const style_word php_words[] = {{"public", GAZ_VISIBILITY_PUBLIC, 0},
                                       {"protected", GAZ_VISIBILITY_PROTECTED, 0},
                                       {"private", GAZ_VISIBILITY_PRIVATE, 0},
                                       {"static", PLAIN_WORD, GAZ_DEFINITION_STATIC},
                                       {"abstract", PLAIN_WORD, GAZ_DEFINITION_ABSTRACT},
                                       {"[Override]", PLAIN_WORD, GAZ_DEFINITION_OVERRIDE},
                                       {"[Test]", PLAIN_WORD, GAZ_DEFINITION_TEST},
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

static const style_word zig_words[] = {
    {"pub", GAZ_VISIBILITY_PUBLIC, 0}, {"export", GAZ_VISIBILITY_PUBLIC, 0}, {NULL, 0, 0}};

static const style_word dart_words[] = {{"static", PLAIN_WORD, GAZ_DEFINITION_STATIC},
                                        {"abstract", PLAIN_WORD, GAZ_DEFINITION_ABSTRACT},
                                        {"external", PLAIN_WORD, GAZ_DEFINITION_DECLARATION},
                                        {"@override", PLAIN_WORD, GAZ_DEFINITION_OVERRIDE},
                                        {NULL, 0, 0}};

static const style_word solidity_words[] = {{"public", GAZ_VISIBILITY_PUBLIC, 0},
                                            {"external", GAZ_VISIBILITY_PUBLIC, 0},
                                            {"internal", GAZ_VISIBILITY_PROTECTED, 0},
                                            {"private", GAZ_VISIBILITY_PRIVATE, 0},
                                            {"abstract", PLAIN_WORD, GAZ_DEFINITION_ABSTRACT},
                                            {"override", PLAIN_WORD, GAZ_DEFINITION_OVERRIDE},
                                            {NULL, 0, 0}};

static const style_word powershell_words[] = {{"hidden", GAZ_VISIBILITY_PRIVATE, 0},
                                              {"static", PLAIN_WORD, GAZ_DEFINITION_STATIC},
                                              {NULL, 0, 0}};

static const style_word lua_words[] = {{"local", GAZ_VISIBILITY_FILE, 0}, {NULL, 0, 0}};

static const language_style styles[STYLE_COUNT] = {
    [STYLE_PLAIN] = {.words = no_words, .selves = ""},
    [STYLE_C] = {.words = c_words, .selves = "", .c_keywords = true},
    [STYLE_CPP] = {.words = cpp_words,
                   .selves = " this ",
                   .in_class = GAZ_VISIBILITY_PRIVATE,
                   .c_keywords = true,
                   .implicit_self = true},
    [STYLE_PYTHON] = {.words = no_words, .selves = " self cls super() ", .by_underscore = true},
    [STYLE_SCRIPT] = {.words = script_words,
                      .selves = " this super ",
                      .by_export = true,
                      .objects_hold = true},
    [STYLE_GO] = {.words = no_words, .selves = "", .by_case = true},
    [STYLE_RUST] = {.words = rust_words,
                    .selves = " self Self ",
                    .at_top = GAZ_VISIBILITY_PRIVATE,
                    .in_class = GAZ_VISIBILITY_PRIVATE},
    [STYLE_JAVA] = {.words = java_words,
                    .selves = " this super ",
                    .at_top = GAZ_VISIBILITY_PACKAGE,
                    .in_class = GAZ_VISIBILITY_PACKAGE,
                    .implicit_self = true},
    [STYLE_CSHARP] = {.words = csharp_words,
                      .selves = " this base ",
                      .at_top = GAZ_VISIBILITY_PACKAGE,
                      .in_class = GAZ_VISIBILITY_PRIVATE,
                      .implicit_self = true},
    [STYLE_RUBY] = {.words = ruby_words,
                    .selves = " self super self.class ",
                    .modules_hold = true,
                    .bare_calls = true,
                    .made_by_new = true},
    [STYLE_PHP] = {.words = php_words, .selves = " $this self static parent "},
    [STYLE_KOTLIN] = {.words = kotlin_words, .selves = " this super ", .implicit_self = true},
    [STYLE_SWIFT] = {.words = swift_words,
                     .selves = " self Self super ",
                     .at_top = GAZ_VISIBILITY_PACKAGE,
                     .in_class = GAZ_VISIBILITY_PACKAGE,
                     .in_interface = GAZ_VISIBILITY_PACKAGE,
                     .implicit_self = true},
    [STYLE_SCALA] = {.words = scala_words, .selves = " this super ", .implicit_self = true},
    [STYLE_LUA] = {.words = lua_words, .selves = " self ", .objects_hold = true},
    [STYLE_ZIG] = {.words = zig_words,
                   .selves = " self ",
                   .at_top = GAZ_VISIBILITY_PRIVATE,
                   .in_class = GAZ_VISIBILITY_PRIVATE},
    [STYLE_DART] = {.words = dart_words, .selves = " this super ", .by_underscore = true},
    [STYLE_ELIXIR] = {.words = no_words, .selves = "", .macros_nest = true},
    [STYLE_HASKELL] = {.words = no_words, .selves = "", .by_export = true, .equations = true},
    [STYLE_SOLIDITY] = {.words = solidity_words,
                        .selves = " this ",
                        .in_class = GAZ_VISIBILITY_PROTECTED,
                        .words_follow = true},
    [STYLE_NIX] = {.words = no_words, .selves = "", .gives_sets = true},
    [STYLE_POWERSHELL] = {.words = powershell_words, .selves = " $this "},
};

const language_style *gaz_language_style(style_id id)
{
    return &styles[id];
}

bool gaz_style_is_class(const language_style *style, unsigned kind)
{
    return gaz_kind_is_class(kind) || (style->modules_hold && kind == GAZ_SYMBOL_MODULE);
}

bool gaz_style_is_self(const language_style *style, const char *name, size_t len)
{
    if (len == 0 || len > 10)
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

static void apply_attribute(const language_style *style, const char *word, size_t len,
                            uint8_t *visibility, uint8_t *flags)
{
    char key[40];
    if (len + 2 >= sizeof key)
        return;
    key[0] = '[';
    memcpy(key + 1, word, len);
    key[len + 1] = ']';
    apply_word(style, key, len + 2, visibility, flags);
}

/* `[A, b::C(x)]` of C# and Rust: the last name of each path counts, and the whole: `[cfg(test)]`.
 */
static void read_attribute(const language_style *style, const char *text, size_t at, size_t len,
                           uint8_t *visibility, uint8_t *flags)
{
    size_t end = skip_enclosed(text, at, len), word = at + 1;
    if (end > at + 2)
        apply_attribute(style, text + at + 1, end - at - 2, visibility, flags);
    for (size_t i = at + 1; i < end;) {
        char c = text[i];
        if (is_word(c)) {
            i++;
            continue;
        }
        bool more = c == ':' || c == '.';
        if (i > word && !more)
            apply_attribute(style, text + word, i - word, visibility, flags);
        i = c == '(' || c == '{' || c == '=' ? skip_enclosed(text, i, end) : i + 1;
        word = i;
    }
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
        if (text[at] == '[') {
            read_attribute(style, text, at, len, visibility, flags);
            at = skip_enclosed(text, at, len);
        } else if (is_word(text[at])) {
            while (end < len && is_word(text[end]))
                end++;
            bool setter = len - end >= 5 && memcmp(text + end, "(set)", 5) == 0;
            if (!setter) /* Swift's private(set) is about assignments only */
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
