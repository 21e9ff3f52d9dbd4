/* The marks that content may bear, one bit each in gaz_lang_hint.features. language_lines.c sets
 * them, language_rules.def says which of them decide which extension, language.c and
 * cmake/gen_languages.c read that. The order is stored in segments: raise GAZ_LANG_HINT_VERSION
 * when it changes. */
#ifndef GAZ_TEXT_LANGUAGE_FEATURES_H
#define GAZ_TEXT_LANGUAGE_FEATURES_H

/* clang-format off */
#define GAZ_LANG_FEATURES(X)                                                                       \
    /* C and its relatives */                                                                      \
    X(OBJECTIVE_C) X(CPP) X(INCLUDE_DIRECTIVE) X(CSHARP) X(METHODS_FOR) X(HASH_INCLUDE) X(OPENCL) X(RPC) X(LINKER) \
    X(LOGOS) X(SWIG) X(LEX)                                                                        \
    /* scripting */                                                                                \
    X(PERL) X(RAKU) X(RAKU_TEST) X(PROLOG) X(HACK) X(PHP_TAG) X(PHP_LINE) X(TYPESCRIPT_XML) X(TSX_REACT) \
    X(ERLANG_ES) X(QT_SCRIPT) X(QSHARP) X(RENPY_PYTHON) X(GDSCRIPT) X(GAP) X(REBOL) X(R) \
    /* functional and proof languages */                                                           \
    X(OCAML) X(SML) X(FSHARP) X(COQ) X(COMMON_LISP) X(DEFUN) X(NEWLISP) X(CLOJURE) X(ELIXIR) X(EUPHORIA) X(REASON) \
    X(SCALA) X(SUPERCOLLIDER)                                                                      \
    /* systems and hardware */                                                                     \
    X(RUST) X(D) X(DTRACE) X(MAKE_RULE) X(VERILOG) X(V) X(GLSL) X(FORTH) X(PASCAL) X(M68K) X(MODULA) \
    /* .m, .t and other crowded ones */                                                            \
    X(MERCURY) X(COLON_WORD) X(SEMICOLON_LINE) X(PAREN_STAR) X(STAR_PAREN_END) X(PERCENT_LINE) X(LIMBO) X(TURING) \
    /* data, markup and prose */                                                                   \
    X(XML_DECLARATION) X(XML_HEADER) X(JSON_START) X(PLIST_DOCTYPE) X(MARKDOWN) X(GCC_MD) X(PUBLIC_KEY) X(ASCIIDOC) \
    X(ROFF) X(MAN_TITLE) X(MAN_HEADING) X(MDOC_DATE) X(MDOC_TITLE) X(MDOC_HEADING) X(TEX_CLASS) X(OBJECTSCRIPT) \
    X(KEY_VALUE) X(INI_MARK) X(HASH_MARK) X(KEY_COLON) X(MINI_YAML) X(DASHES) X(XPM) X(POD6) X(VIMBALL) \
    X(UNITY) X(SOLIDITY) X(STL) X(URL_SHORTCUT) X(GERBER) X(KICAD) X(EAGLE) \
    /* the rest */                                                                                 \
    X(PLPGSQL) X(SQLPL) X(PLSQL) X(TSQL) X(BITBAKE) X(PUPPET) X(M4SUGAR) X(PROGUARD) X(QMAKE_HEADERS) \
    X(QMAKE_SOURCES) X(RPM_SPEC) X(GNUPLOT)                                                        \
    /* machine-written files; see gaz_language_generated() */                                      \
    X(GENERATED) X(GENERATED_GO) X(LONG_LINES) X(SOURCE_MAP)
/* clang-format on */

typedef enum gaz_lang_feature {
#define X(name) GAZ_LF_##name,
    GAZ_LANG_FEATURES(X)
#undef X
        GAZ_LF_COUNT
} gaz_lang_feature;

_Static_assert(GAZ_LF_COUNT <= 128, "gaz_lang_hint has room for 128 features");

#endif
