/* Sealed files: write-once containers of sections, checksummed page by page, named by the SHA-256
 * of their content. Text segments and manifests are sealed files. The bytes are specified in
 * docs/FORMAT.md. */
#ifndef GAZ_BASE_SEALED_H
#define GAZ_BASE_SEALED_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/status.h"

#define GAZ_SEALED_SECTIONS 16 /**< sections of one file, numbered 0–15 */
#define GAZ_SEALED_PAGE 16384  /**< bytes under one checksum */
#define GAZ_SEALED_NAME 65     /**< 64 hexadecimal digits and a NUL */

/** Writes sections one after the other, in any order of numbers, each once. Not shared between
 * threads. */
typedef struct gaz_sealed_writer gaz_sealed_writer;

/**
 * @param path     a temporary name; the file must not exist
 * @param kind     four characters, e.g. "TEXT"
 * @param version  of the kind's own format
 */
GAZ_CHECKED gaz_status gaz_sealed_writer_open(const char *path, const char kind[4],
                                              uint32_t version, gaz_sealed_writer **out,
                                              gaz_error *err);
/** Begins a section at an offset that is a multiple of 8. */
GAZ_CHECKED gaz_status gaz_sealed_begin(gaz_sealed_writer *w, unsigned section, gaz_error *err);
GAZ_CHECKED gaz_status gaz_sealed_append(gaz_sealed_writer *w, const void *data, size_t len,
                                         gaz_error *err);
/** Bytes appended to the current section. */
uint64_t gaz_sealed_position(const gaz_sealed_writer *w);
/** Writes the tables, syncs the file. @param name  gets the content's name @param size nullable,
 * bytes of the file */
GAZ_CHECKED gaz_status gaz_sealed_finish(gaz_sealed_writer *w, char name[GAZ_SEALED_NAME],
                                         uint64_t *size, gaz_error *err);
/** Frees the writer; a file that was not finished is removed. NULL is accepted. */
void gaz_sealed_writer_close(gaz_sealed_writer *w);

/** An open sealed file. Threading: any number of readers. */
typedef struct gaz_sealed gaz_sealed;

/** Opens and checks the tail; pages are checked at their first use. GAZ_E_CORRUPT when it is not
 * what `kind` and `version` say. */
GAZ_CHECKED gaz_status gaz_sealed_open(const char *path, const char kind[4], uint32_t version,
                                       gaz_sealed **out, gaz_error *err);
void gaz_sealed_close(gaz_sealed *f);
/** Bytes of a section; 0 when it is absent. */
uint64_t gaz_sealed_len(const gaz_sealed *f, unsigned section);
/** Checked bytes [off, off+len) of a section; the pointer lives as long as the file is open.
 * GAZ_E_CORRUPT when out of bounds or damaged. */
GAZ_CHECKED gaz_status gaz_sealed_get(gaz_sealed *f, unsigned section, uint64_t off, uint64_t len,
                                      const uint8_t **data, gaz_error *err);
/** GAZ_E_CORRUPT when the file was cut short while open: call after using bytes from
 * gaz_sealed_get(). */
GAZ_CHECKED gaz_status gaz_sealed_intact(const gaz_sealed *f, gaz_error *err);
/** Checks every page, and that the content hashes to `name` (nullable). */
GAZ_CHECKED gaz_status gaz_sealed_verify(gaz_sealed *f, const char *name, gaz_error *err);
uint64_t gaz_sealed_size(const gaz_sealed *f);

#endif
