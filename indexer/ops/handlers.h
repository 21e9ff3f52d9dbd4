/* The handlers behind the table, and what they share. Private to the ops module. */
#ifndef GAZ_OPS_HANDLERS_H
#define GAZ_OPS_HANDLERS_H

#include "gaz/ops/op.h"
#include "gaz/query/ref_files.h"

GAZ_CHECKED gaz_status op_repos_add(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_repos_list(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_repos_remove(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_index(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_job(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_status(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_search(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_file(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_tree(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_highlight(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_symbols(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_outline(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_definition(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_references(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_callers(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_callees(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_implementations(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_deps(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_deps_path(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_deps_cycles(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_impact(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_tests(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_deps_entries(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_unreferenced(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_history(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_blame(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_owners(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_recent(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_cochange(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_scip_import(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_scip_list(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_scip_remove(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_check(gaz_call *call, gaz_error *err);
GAZ_CHECKED gaz_status op_repair(gaz_call *call, gaz_error *err);

/* ---- shared ---- */

const char *call_text(const gaz_call *call, const char *name); /* NULL when absent */
int64_t call_number(const gaz_call *call, const char *name);
/* The parameter `lines`: "12", "12-40" or "12-"; 0, 0 when it is absent. */
GAZ_CHECKED gaz_status call_lines(const gaz_call *call, uint32_t *first, uint32_t *last,
                                  gaz_error *err);
/* Emits a finished document with a final line end. */
GAZ_CHECKED gaz_status call_finish(gaz_call *call, gaz_strbuf *out, gaz_error *err);
/* Text as JSON: "key": text with U+FFFD for invalid bytes, and then "bytes_key": base64. */
void put_bytes(gaz_json_writer *w, const char *key, const char *bytes_key, const char *text,
               size_t len);
/* repo, branch, commit, generation. */
void put_ref_head(gaz_json_writer *w, const gaz_ref_files *files);
void put_oid(gaz_json_writer *w, const char *key, const gaz_oid *oid);
/* {name, source, branches, files, …} of one repository. */
/* @param history  also how far its commit index goes */
GAZ_CHECKED gaz_status put_repo(const gaz_services *s, gaz_json_writer *w,
                                const gaz_snapshot_repo *repo, bool history, gaz_error *err);
void put_time(gaz_json_writer *w, const char *key, int64_t wall_us); /* null when 0 */
void put_job(gaz_json_writer *w, const gaz_job_row *job, const gaz_progress *progress);
void put_progress(gaz_json_writer *w, const gaz_progress *p);
/* One server-sent event. */
GAZ_CHECKED gaz_status emit_event(gaz_call *call, const char *event, const char *data, size_t len,
                                  gaz_error *err);

#endif
