/* A disk that is full while a repository is cloned or fetched from real servers: a clean error,
 * nothing half-done left, the old generation as it was, and with room again the next run succeeds.
 * The disk is a small tmpfs in a mount namespace of a process of its own; where this user may not
 * have one, the tests are skipped. */
#include "gaz_test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "engine_fixture.h"
#include "gaz/base/fs.h"
#include "proof.h"
#include "remote_scene.h"
#include "run_tool.h"

#define BULK (3u << 20)
#define ROOM_KB (256u << 10)
#define SKIPPED 77

static gaz_error err;
static remote_scene scene;

/* ---- inside: the process with the small disk ---- */

static git_door door;
static char disk[700];

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* A namespace where this process may mount. Another user than root is root of one of users, too. */
static bool enter_namespace(void)
{
    char map[60];
    bool root = geteuid() == 0;
    snprintf(map, sizeof map, "0 %u 1\n", (unsigned)geteuid());
    if (unshare(root ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0)
        return false;
    if (!root &&
        (!write_text("/proc/self/setgroups", "deny") || !write_text("/proc/self/uid_map", map)))
        return false;
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", disk, "tmpfs", 0, "size=256m,mode=0700") == 0;
}

static unsigned used_kb(void)
{
    struct statvfs s;
    assert_int_equal(statvfs(disk, &s), 0);
    return (unsigned)((s.f_blocks - s.f_bfree) * (s.f_frsize / 1024));
}

static void resize(unsigned kilobytes)
{
    char options[64];
    snprintf(options, sizeof options, "size=%uk", kilobytes);
    assert_int_equal(mount("none", disk, "tmpfs", MS_REMOUNT, options), 0);
}

static void assert_tells_of_the_disk(const gaz_error *e, unsigned spare)
{
    /* SQLite tells nobody why it could not make the file of a log. */
    bool unnamed = strstr(e->message, "unable to open database file") != NULL;
    if (e->status != GAZ_E_IO || !e->hint[0] ||
        (!unnamed && !strstr(e->message, "No space left on device") &&
         !strstr(e->message, "disk is full")))
        fail_msg("%u KiB: %s: %s (%s)", spare, gaz_status_name(e->status), e->message, e->hint);
}

/* What a run that failed may leave of a clone: nothing, or all of it. */
static void assert_nothing_half_done(void)
{
    scene_assert_alone(&scene, "disk");
    scene_assert_clean(&scene, "disk/home/repos");
    scene_assert_clean(&scene, "disk/home/tmp");
    free(scene_sh(&scene, "for r in disk/home/repos/*.git; do [ ! -e \"$r\" ] || git -C \"$r\" "
                          "fsck --no-dangling --no-progress >&2; done"));
}

static void assert_as_fresh(fixture *f)
{
    fixture_add(f, servers_url(&scene.servers, door, "app.git"), "fresh", NULL);
    (void)fixture_index(f, "fresh");
    char *app = fixture_dump(f, "app"), *fresh = fixture_dump(f, "fresh");
    assert_non_null(strstr(app, "bulk/"));
    if (strcmp(app, fresh) != 0)
        fail_msg("the index differs from that of a fresh clone");
    free(app);
    free(fresh);
    assert_ok(gaz_repo_unregister(f->store, "fresh", &err));
    fixture_check(f);
}

/* An index run with so much room. @return whether it was enough */
static bool run_with(fixture *f, unsigned spare, bool *transfer_failed)
{
    gaz_run_result result;
    gaz_error why = {0};
    resize(used_kb() + spare);
    gaz_status st = fixture_try_index(f, "app", NULL, &result, &why);
    resize(ROOM_KB);
    if (st == GAZ_OK)
        return true;
    print_message("# %u KiB: %s\n", spare, why.message);
    assert_tells_of_the_disk(&why, spare);
    assert_nothing_half_done();
    *transfer_failed |= strstr(why.message, "cloning") || strstr(why.message, "fetching");
    return false;
}

static const unsigned spares[] = {40, 200, 800, 1600, 2400, 3600, 5200, 16000};
#define SPARES (sizeof spares / sizeof spares[0])

/* All of them, or every other one. */
static unsigned step(void)
{
    return proof_full() ? 1 : 2;
}

static void a_clone_that_meets_a_full_disk(void **state)
{
    (void)state;
    unsigned enough = 0;
    bool transfers = false;
    for (size_t i = step() - 1; i < SPARES; i += step()) {
        fixture f;
        fixture_open(&f, disk, "home");
        fixture_add(&f, servers_url(&scene.servers, door, "app.git"), "app", NULL);
        if (run_with(&f, spares[i], &transfers))
            enough++;
        else
            (void)fixture_index(&f, "app");
        assert_as_fresh(&f);
        fixture_close(&f);
        free(scene_sh(&scene, "rm -rf disk/home"));
    }
    assert_in_range(enough, 1, SPARES / step() - 2);
    assert_true(transfers);
    proof_report("clones that meet a full disk", SPARES / step() - enough);
}

/* A new file that does not compress well. */
static void push(unsigned number)
{
    static const char digits[] = "0123456789abcdef";
    gaz_strbuf text;
    char name[40];
    uint64_t rng = proof_seed() + number;
    gaz_strbuf_init(&text, BULK);
    for (unsigned i = 0; i < BULK / 2; i++)
        gaz_strbuf_putc(&text, i % 64 == 63 ? '\n' : digits[proof_random(&rng, 16)]);
    assert_ok(gaz_strbuf_check(&text, &err));
    snprintf(name, sizeof name, "pushed/%u.txt", number);
    scene_commit(&scene, "main", name, text.data);
    gaz_strbuf_release(&text);
}

static void a_fetch_that_meets_a_full_disk(void **state)
{
    (void)state;
    unsigned enough = 0;
    bool transfers = false;
    fixture f;
    fixture_open(&f, disk, "home");
    fixture_add(&f, servers_url(&scene.servers, door, "app.git"), "app", NULL);
    (void)fixture_index(&f, "app");
    for (unsigned i = step() - 1; i < SPARES; i += step()) {
        char *before = fixture_dump(&f, "app");
        push(i);
        if (run_with(&f, spares[i], &transfers)) {
            enough++;
        } else {
            char *after = fixture_dump(&f, "app");
            assert_string_equal(before, after); /* the old generation */
            free(after);
            (void)fixture_index(&f, "app");
        }
        char *now = fixture_dump(&f, "app");
        assert_string_not_equal(before, now);
        free(before);
        free(now);
    }
    assert_as_fresh(&f);
    assert_in_range(enough, 1, SPARES / step() - 2);
    assert_true(transfers);
    proof_report("fetches that meet a full disk", SPARES / step() - enough);
    fixture_close(&f);
}

/* argv: "inside" DIR DOOR PORT… */
static int inside(char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clone_that_meets_a_full_disk),
        cmocka_unit_test(a_fetch_that_meets_a_full_disk),
    };
    scene.dir = argv[2];
    door = (git_door)atoi(argv[3]);
    snprintf(scene.remote, sizeof scene.remote, "%s/remote/app.git", scene.dir);
    snprintf(scene.servers.dir, sizeof scene.servers.dir, "%s", scene.dir);
    for (size_t i = 0; i < DOOR_COUNT; i++)
        scene.servers.ports[i] = (unsigned)atoi(argv[4 + i]);
    snprintf(disk, sizeof disk, "%s/disk", scene.dir);
    if (!enter_namespace())
        return SKIPPED;
    if (gaz_git_init(&err) != GAZ_OK)
        return 1;
    int failed = cmocka_run_group_tests_name("with a small disk", tests, NULL, NULL);
    gaz_git_shutdown();
    return failed;
}

/* ---- outside ---- */

static int open_scene(void **state)
{
    (void)state;
    char path[700];
    static const char *const names[][2] = {{"GAZ_REPOS_SSH_KEY", "client_key"},
                                           {"GAZ_REPOS_KNOWN_HOSTS", "known_hosts"}};
    scene_open(&scene);
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", scene.dir, names[i][1]);
        setenv(names[i][0], path, 1);
    }
    setenv("GAZ_REPOS_ALLOW_PRIVATE_URLS", "true", 1);
    return 0;
}

static int close_scene(void **state)
{
    (void)state;
    scene_close(&scene);
    return 0;
}

static void run_inside(git_door which)
{
    char self[700], number[DOOR_COUNT + 1][20];
    const char *argv[5 + DOOR_COUNT] = {self, "inside", scene.dir, number[DOOR_COUNT]};
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(n > 0);
    self[n] = '\0';
    snprintf(number[DOOR_COUNT], sizeof number[0], "%d", (int)which);
    for (size_t i = 0; i < DOOR_COUNT; i++) {
        snprintf(number[i], sizeof number[0], "%u", scene.servers.ports[i]);
        argv[4 + i] = number[i];
    }
    scene_reset(&scene, BULK);
    free(scene_sh(&scene, "mkdir -p disk"));
    gaz_strbuf out = GAZ_STRBUF_INIT;
    int code = run_tool(&(tool){.argv = argv, .loud = true}, &out);
    fputs(out.len ? out.data : "", stdout);
    gaz_strbuf_release(&out);
    if (code == SKIPPED) {
        print_message("SKIPPED: this user may not mount a small file system\n");
        skip();
    }
    assert_int_equal(code, 0);
}

static void transfers_over_http_survive_a_full_disk(void **state)
{
    (void)state;
    run_inside(DOOR_HTTP);
}

static void transfers_over_ssh_survive_a_full_disk(void **state)
{
    (void)state;
    run_inside(DOOR_SSH);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transfers_over_http_survive_a_full_disk),
        cmocka_unit_test(transfers_over_ssh_survive_a_full_disk),
    };
    if (argc == 4 + DOOR_COUNT && strcmp(argv[1], "inside") == 0)
        return inside(argv);
    return cmocka_run_group_tests_name("remotes and a full disk", tests, open_scene, close_scene);
}
