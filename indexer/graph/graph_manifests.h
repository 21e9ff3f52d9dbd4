/* What manifests say, as far as imports need it: one part per family, shared by generations while
 * the manifests of the family mean the same. */
#ifndef GAZ_GRAPH_MANIFESTS_H
#define GAZ_GRAPH_MANIFESTS_H

#include "gaz/json/json.h"
#include "graph_resolver.h"

/** A slice of the arena of a part. NUL-terminated. */
typedef struct graph_text {
    const char *data;
    uint32_t len;
} graph_text;

/* ---- compile_commands.json ---- */
typedef struct graph_unit {
    graph_text file;
    graph_text *dirs; /* in the order the compiler looks */
    uint32_t dir_count;
} graph_unit;

/* ---- package.json, tsconfig.json ---- */
typedef struct graph_alias {
    graph_text pattern; /* may hold one '*' */
    graph_text *targets;
    uint32_t target_count;
} graph_alias;
typedef struct graph_tsconfig {
    graph_text dir;  /* that it governs */
    graph_text path; /* of the file */
    graph_text base; /* baseUrl as a directory of the tree */
    bool has_base;
    graph_alias *aliases; /* targets are paths of the tree */
    uint32_t alias_count;
} graph_tsconfig;
typedef struct graph_script_package {
    graph_text dir, name, entry[5]; /* source, module, main, types, browser: in order of liking */
    const gaz_json *exports, *imports;
} graph_script_package;

/* ---- go.mod ---- */
typedef struct graph_go_replace {
    graph_text from, to; /* to: a directory of the tree */
} graph_go_replace;
typedef struct graph_go_module {
    graph_text dir, path;
    graph_go_replace *replaces;
    uint32_t replace_count;
    bool work; /* a go.work uses it */
} graph_go_module;

/* ---- Cargo.toml ---- */
typedef struct graph_crate_use {
    graph_text name, dir; /* the name in code, and where the crate is */
} graph_crate_use;
typedef struct graph_crate {
    graph_text dir, name; /* the name in code: '_' for '-' */
    graph_text lib;       /* path of [lib], or src/lib.rs */
    graph_text *bins;
    uint32_t bin_count;
    graph_crate_use *uses;
    uint32_t use_count;
} graph_crate;

/* ---- composer.json ---- */
typedef struct graph_psr {
    graph_text prefix, dir;
    bool psr0;
} graph_psr;

/** A part: everything of one family. */
typedef struct graph_part {
    atomic_uint refs;
    uint64_t inputs;  /* of the manifests' paths and blobs */
    uint64_t meaning; /* of what was understood */
    gaz_arena arena;
    GAZ_VEC(gaz_json *) documents;
    GAZ_VEC(graph_text) problems;
    GAZ_VEC(graph_text) extras;             /* other files that were looked at or for */
    GAZ_VEC(graph_unit) units;              /* by file */
    GAZ_VEC(graph_text) unit_dirs;          /* of all units, each once */
    GAZ_VEC(graph_tsconfig) tsconfigs;      /* by dir */
    GAZ_VEC(graph_script_package) packages; /* by dir */
    GAZ_VEC(graph_go_module) modules;       /* by dir */
    GAZ_VEC(graph_crate) crates;            /* by dir */
    GAZ_VEC(graph_psr) psrs;                /* longest prefix first */
    GAZ_VEC(graph_text) roots;              /* Python, Ruby: directories on the load path */
    GAZ_VEC(graph_text) entries;            /* files manifests name as entry points, sorted */
} graph_part;

struct graph_manifests {
    atomic_uint refs;
    graph_part *part[FAMILY_COUNT]; /* NULL: no manifests */
};

/**
 * Reads the manifests of a tree; parts whose manifests are the same are those of before.
 * @param differs  per family whether it means something else than before
 */
GAZ_CHECKED gaz_status graph_manifests_read(const gaz_graph_source *source, const graph_tree *tree,
                                            const graph_manifests *before,
                                            bool differs[FAMILY_COUNT], graph_manifests **out,
                                            gaz_error *err);
graph_manifests *graph_manifests_ref(graph_manifests *m);
void graph_manifests_unref(graph_manifests *m);
size_t graph_manifests_memory(const graph_manifests *m);
static inline const graph_part *graph_part_of(const graph_resolver *r, graph_family family)
{
    return r->manifests ? r->manifests->part[family] : NULL;
}

/* ---- for the readers of manifests ---- */

/** What a reader is given: one manifest, and the part it adds to. */
typedef struct graph_manifest {
    graph_part *part;
    const graph_tree *tree;
    const gaz_graph_source *source;
    graph_text path, dir;
    const char *text;
    size_t len;
} graph_manifest;
typedef gaz_status graph_manifest_reader(graph_manifest *m, gaz_error *err);
graph_manifest_reader graph_read_compile_commands, graph_read_package_json, graph_read_tsconfig,
    graph_read_go_mod, graph_read_go_work, graph_read_cargo, graph_read_composer,
    graph_read_pyproject, graph_read_setup_cfg, graph_read_gemspec;
/** A file's text, at most `max` bytes: GAZ_E_LIMIT beyond. Release `out` in any case. */
GAZ_CHECKED gaz_status graph_manifest_text(const gaz_graph_source *source, uint32_t file,
                                           size_t max, gaz_strbuf *out, gaz_error *err);
/** Puts things in order once all manifests of a part are read. */
GAZ_CHECKED gaz_status graph_finish_script(graph_part *part, const graph_tree *tree,
                                           gaz_error *err);
GAZ_CHECKED gaz_status graph_finish_cargo(graph_part *part, gaz_error *err);

/** Copies text into the part; data is NULL when out of memory. */
graph_text graph_text_keep(graph_part *part, const char *text, size_t len);
/** Joins a relative path to the manifest's directory; false when it leaves the tree. */
bool graph_manifest_path(graph_manifest *m, const char *text, size_t len, graph_text *out);
/** Notes a manifest that cannot be used. */
GAZ_CHECKED gaz_status graph_manifest_problem(graph_manifest *m, const char *what, gaz_error *err);
gaz_status graph_manifest_nomem(const graph_manifest *m, gaz_error *err);
/** Parses JSON that may have comments and trailing commas; *out NULL when it is a problem, which is
 * noted. The part owns it. */
GAZ_CHECKED gaz_status graph_manifest_json(graph_manifest *m, const char *text, size_t len,
                                           const gaz_json **out, gaz_error *err);
bool graph_text_is(graph_text a, const char *text, size_t len);

/** A value of a TOML file: `key` is dotted from the file's top, [[tables]] are numbered. */
typedef bool graph_toml_value(void *ctx, const char *key, const char *value, size_t len);
/** Calls for each string, number and flag, arrays item by item. False when the caller says so. */
bool graph_toml_read(const char *text, size_t len, graph_toml_value *value, void *ctx);

#endif
