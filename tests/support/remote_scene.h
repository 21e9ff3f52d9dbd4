/* A remote repository behind the servers of git_servers.h, clones of it, and what must be true of
 * them. For tests: what goes wrong fails them. */
#ifndef GAZ_TESTS_REMOTE_SCENE_H
#define GAZ_TESTS_REMOTE_SCENE_H

#include "gaz/repo/git.h"
#include "git_servers.h"

typedef struct remote_scene {
    char *dir;
    git_servers servers;
    char remote[700]; /**< DIR/remote/app.git */
    char clone[700];  /**< DIR/clone.git, not made */
    char helper[800]; /**< a credential helper that knows the right password */
} remote_scene;

/** A directory with running servers; keeps git and ssh of this process from whatever the machine is
 * set up to. */
void scene_open(remote_scene *s);
void scene_close(remote_scene *s);
/** A new remote: main (HEAD), topic, v1; no clone. @param bulk  bytes of a file that does not
 * compress */
void scene_reset(remote_scene *s, unsigned bulk);
/** Runs a script in DIR, with $R and $C for the remote and the clone, which must succeed. @return
 * its output; free() it */
char *scene_sh(const remote_scene *s, const char *script);
/** One more commit on a branch of the remote, with a file of that text. */
void scene_commit(const remote_scene *s, const char *branch, const char *file, const char *text);
/** A transport that gets through every door but DOOR_SELF. Borrows from the scene. */
gaz_transport scene_transport(const remote_scene *s);
/** Branches, tags and HEAD of the clone are those of the remote, and its objects are whole. */
void scene_assert_same(const remote_scene *s);
/** There is nothing below DIR/`below` that a killed git could have left. */
void scene_assert_clean(const remote_scene *s, const char *below);
/** Waits until no process has DIR/`words` among its words. */
void scene_assert_alone(const remote_scene *s, const char *words);
/** The number of a process that has both among its words; 0: there is none. */
pid_t scene_find_process(const char *word, const char *other);

#endif
