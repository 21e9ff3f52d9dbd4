/* How a language tells visibility, and what a value calls itself: what no query can say. */
#ifndef GAZ_SYMBOLS_LANGUAGE_STYLE_H
#define GAZ_SYMBOLS_LANGUAGE_STYLE_H

#include "gaz/symbols/symbols.h"

typedef enum style_id {
    STYLE_PLAIN,
    STYLE_C,
    STYLE_CPP,
    STYLE_PYTHON,
    STYLE_SCRIPT, /**< JavaScript and TypeScript */
    STYLE_GO,
    STYLE_RUST,
    STYLE_JAVA,
    STYLE_CSHARP,
    STYLE_RUBY,
    STYLE_PHP,
    STYLE_KOTLIN,
    STYLE_SWIFT,
    STYLE_SCALA,
    STYLE_LUA,
    STYLE_ZIG,
    STYLE_DART,
    STYLE_ELIXIR, /**< languages without words, whose macros belong to modules */
    STYLE_HASKELL,
    STYLE_SOLIDITY,
    STYLE_POWERSHELL,
    STYLE_NIX,
    STYLE_COUNT
} style_id;

/** A word before a definition's name. */
typedef struct style_word {
    const char *word;
    uint8_t visibility; /**< or VISIBILITY_UNSET */
    uint8_t flags;
} style_word;

typedef struct language_style {
    const style_word *words; /**< ends with a NULL word */
    const char *selves;      /**< " self this ": names of the object a method runs on */
    uint8_t at_top;          /**< visibility at top level when nothing is said */
    uint8_t in_class;        /**< visibility of members */
    uint8_t in_interface;    /**< visibility of members of interfaces and traits */
    bool by_case;            /**< Go: an upper-case name is public */
    bool by_underscore;      /**< Python: a name with a leading underscore is private */
    bool by_export;          /**< JavaScript: in a module, what is not exported is the file's own */
    bool implicit_self;      /**< a bare name in a method may be a field of its class */
    bool c_keywords;         /**< broken C makes names of keywords: these are none */
    bool words_follow;       /**< words stand behind the name too: Solidity */
    bool macros_nest;        /**< macros belong to the module around */
    bool gives_sets;         /**< what a function holds is its result, nothing local: Nix */
    bool equations;          /**< definitions of one name side by side are one: Haskell */
    bool objects_hold; /**< functions in an object literal belong to the variable it is given to */
    bool modules_hold; /**< Ruby: a module has methods and fields as a class has */
    bool bare_calls;   /**< Ruby: a name alone that is no local one is a call */
    bool made_by_new;  /**< Ruby: `A.new` makes an object of A */
} language_style;

const language_style *gaz_language_style(style_id id);
/** Whether what is inside of a definition of this kind are its members. */
bool gaz_style_is_class(const language_style *style, unsigned kind);
/** Whether `name` is what a method calls its own object. */
bool gaz_style_is_self(const language_style *style, const char *name, size_t len);
/**
 * Reads the words of a definition before its name.
 * @param visibility  set when a word says so
 */
void gaz_style_read_words(const language_style *style, const char *text, size_t len,
                          uint8_t *visibility, uint8_t *flags);

#endif
