/* Where our own programs are. Private to the pipeline module. */
#ifndef GAZ_PIPELINE_PROGRAM_PATH_H
#define GAZ_PIPELINE_PROGRAM_PATH_H

/* The path of a program beside this one; free() it. NULL when out of memory. */
char *program_beside_us(const char *name);

#endif
