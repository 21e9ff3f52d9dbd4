/* Command lines against a table of operations: what becomes a parameter, what an option, what an
 * error. */
#include "gaz_test.h"

#include "cli_table.h"

typedef struct fixture {
    gaz_arena arena;
    gaz_cli_commands commands;
    gaz_cli_args args;
    gaz_error err;
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    gaz_arena_init(&f->arena, (size_t)1 << 20);
    *state = f;
    return gaz_cli_commands_make(table, TABLE_COUNT, &f->arena, &f->commands, &f->err) == GAZ_OK
               ? 0
               : -1;
}

static int teardown(void **state)
{
    fixture *f = *state;
    gaz_arena_release(&f->arena);
    free(f);
    return 0;
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static gaz_status parse(fixture *f, const char *const *words)
{
    size_t count = 0;
    while (words[count])
        count++;
    gaz_error_clear(&f->err);
    f->args = (gaz_cli_args){0};
    return gaz_cli_args_parse(&f->commands, count, (char *const *)(uintptr_t)words, &f->arena,
                              &f->args, &f->err);
}

/* "name=text name=text" of what was understood. */
static void expect(fixture *f, const char *const *words, const char *command, const char *raw)
{
    gaz_strbuf seen = GAZ_STRBUF_INIT;
    if (parse(f, words) != GAZ_OK)
        fail_msg("%s …: %s", words[0], f->err.message);
    assert_non_null(f->args.command);
    assert_string_equal(f->args.command->words, command);
    for (size_t i = 0; i < f->args.raw_count; i++)
        gaz_strbuf_printf(&seen, "%s%s=%s", i ? " " : "", f->args.raw[i].name, f->args.raw[i].text);
    assert_string_equal(seen.data, raw);
    gaz_strbuf_release(&seen);
}

static void expect_error(fixture *f, const char *const *words, const char *message,
                         const char *hint)
{
    assert_int_equal(parse(f, words), GAZ_E_INVALID);
    if (!strstr(f->err.message, message) || !strstr(f->err.hint, hint))
        fail_msg("%s …: %s (%s)", words[0], f->err.message, f->err.hint);
}

static void commands_come_from_the_table(void **state)
{
    fixture *f = *state;
    expect(f, WORDS("add", "."), "add", "source=.");
    expect(f, WORDS("jobs", "get", "7"), "jobs get", "id=7");
    expect(f, WORDS("index"), "index", "");
    expect(f, WORDS("serve"), "serve", "");
    expect_error(f, WORDS("serach"), "there is no command 'serach'", "gaz search");
    expect_error(f, WORDS("health"), "there is no command 'health'", "");
    expect_error(f, WORDS("jobs"), "there is no command 'jobs'", "jobs get");
}

static void words_of_a_search_are_one_query(void **state)
{
    fixture *f = *state;
    expect(f, WORDS("search", "a b", "c"), "search", "q=a b c");
    expect(f, WORDS("search", "--", "-a", "--b"), "search", "q=-a --b");
    expect(f, WORDS("search", "-", "a"), "search", "q=- a");
    expect(f, WORDS("search"), "search", "");
}

static void flags_stand_anywhere(void **state)
{
    fixture *f = *state;
    expect(f, WORDS("search", "--limit", "5", "x"), "search", "limit=5 q=x");
    expect(f, WORDS("search", "x", "--limit=5"), "search", "limit=5 q=x");
    expect(f, WORDS("--home", "/h", "search", "x", "--lines-per-file", "3"), "search",
           "lines_per_file=3 q=x");
    assert_string_equal(f->args.options.home, "/h");
    expect(f, WORDS("jobs", "get", "-s", "done", "1"), "jobs get", "state=done id=1");
    expect(f, WORDS("jobs", "get", "-sdone", "1"), "jobs get", "state=done id=1");
    expect(f, WORDS("search", "--repo=", "x"), "search", "repo= q=x");
}

static void truths_take_no_word(void **state)
{
    fixture *f = *state;
    expect(f, WORDS("search", "--explain", "x"), "search", "explain=true q=x");
    expect(f, WORDS("search", "--no-explain", "x"), "search", "explain=false q=x");
    expect(f, WORDS("search", "--explain=no", "x"), "search", "explain=no q=x");
    expect_error(f, WORDS("search", "--no-limit", "x"), "has no flag --no-limit", "");
    expect_error(f, WORDS("search", "--json=yes", "x"), "--json takes no value", "");
}

static void list_flags_take_words_but_leave_what_is_required(void **state)
{
    fixture *f = *state;
    expect(f, WORDS("add", ".", "--branches", "main", "v*", "--name", "n"), "add",
           "branches=main branches=v* name=n source=.");
    expect(f, WORDS("add", "--branches", "main", "v*", "."), "add",
           "branches=main branches=v* source=.");
    expect(f, WORDS("add", "--branches=main", "."), "add", "branches=main source=.");
    expect(f, WORDS("add", "--branches", "main", "--", "."), "add", "branches=main source=.");
    expect(f, WORDS("add", "--branches", "main"), "add", "branches=main");
}

static void repeated_commands_run_once_for_each_word(void **state)
{
    fixture *f = *state;
    expect(f, WORDS("index", "a", "b"), "index", "");
    assert_string_equal(f->args.repeated, "repo");
    assert_int_equal(f->args.word_count, 2);
    assert_string_equal(f->args.words[1], "b");
    expect(f, WORDS("index"), "index", "");
    assert_null(f->args.repeated);
}

static void options_are_kept_apart(void **state)
{
    fixture *f = *state;
    expect(f, WORDS("search", "-lA3", "-B", "2", "--color", "never", "--json", "--local", "x"),
           "search", "q=x");
    const gaz_cli_options *o = &f->args.options;
    assert_true(o->files && o->json && o->local && o->context && !o->count);
    assert_int_equal(o->after, 3);
    assert_int_equal(o->before, 2);
    assert_int_equal(o->color, GAZ_COLOR_NEVER);
    expect(f, WORDS("search", "-C", "4", "--count", "x"), "search", "q=x");
    assert_true(f->args.options.count);
    assert_int_equal(f->args.options.after, 4);
    assert_int_equal(f->args.options.before, 4);
    expect(f, WORDS("search", "--context", "4", "x"), "search", "context=4 q=x");
    assert_false(f->args.options.context);
}

static void settings_are_flags_too(void **state)
{
    fixture *f = *state;
    expect(f,
           WORDS("search", "--set", "query.cache=1GiB", "--query.timeout", "3s", "--query.memory=1",
                 "x"),
           "search", "q=x");
    assert_int_equal(f->args.options.setting_count, 3);
    assert_string_equal(f->args.options.settings[0].name, "query.cache");
    assert_string_equal(f->args.options.settings[0].value, "1GiB");
    assert_string_equal(f->args.options.settings[1].value, "3s");
    assert_string_equal(f->args.options.settings[2].name, "query.memory");
    expect(f, WORDS("serve", "--listen", "127.0.0.1:0"), "serve", "");
    assert_string_equal(f->args.options.settings[0].name, "listen");
    expect_error(f, WORDS("search", "--set", "x", "x"), "--set takes NAME=VALUE", "");
    expect_error(f, WORDS("search", "--query.nonsense=1", "x"), "has no flag", "");
}

static void help_and_version_need_no_words(void **state)
{
    fixture *f = *state;
    expect(f, WORDS("add", "--help"), "add", "");
    assert_true(f->args.options.help);
    assert_int_equal(parse(f, WORDS("--version")), GAZ_OK);
    assert_true(f->args.options.version);
    assert_null(f->args.command);
}

static void mistakes_are_explained(void **state)
{
    fixture *f = *state;
    expect_error(f, WORDS("search", "--limt", "5", "x"), "gaz search has no flag --limt",
                 "--limit");
    expect_error(f, WORDS("search", "-foo"), "gaz search has no flag -foo", "put --");
    expect_error(f, WORDS("add", "-x"), "gaz add has no flag -x", "gaz add --help");
    expect_error(f, WORDS("--nonsense"), "gaz has no flag --nonsense", "gaz --help");
    expect_error(f, WORDS("search", "x", "--limit"), "--limit needs a value", "");
    expect_error(f, WORDS("search", "x", "-A"), "-A needs a value", "");
    expect_error(f, WORDS("search", "x", "-A", "101"), "--after takes 0 to 100 lines", "");
    expect_error(f, WORDS("search", "x", "-A", "-1"), "--after takes 0 to 100 lines", "");
    expect_error(f, WORDS("search", "x", "-C", "3x"), "--context takes 0 to 100 lines", "");
    expect_error(f, WORDS("search", "--color", "blue", "x"), "--color takes auto, always or never",
                 "");
    expect_error(f, WORDS("add", "a", "b"), "does not know what 'b' is for", "gaz add --help");
    expect_error(f, WORDS("jobs", "get", "1", "2"), "does not know what '2' is for", "");
    expect_error(f, WORDS("--home", "", "search", "x"), "--home takes a directory", "");
    expect_error(f, WORDS("--", "nonsense"), "there is no command 'nonsense'", "");
}

static void no_arguments_are_no_command(void **state)
{
    fixture *f = *state;
    assert_int_equal(gaz_cli_args_parse(&f->commands, 0, NULL, &f->arena, &f->args, &f->err),
                     GAZ_OK);
    assert_null(f->args.command);
}

static void failed_allocation_is_an_error(void **state)
{
    fixture *f = *state;
    bool done = false;
    const char *const *words = WORDS("search", "--set", "a.b=c", "x", "y");
    for (size_t max = 0; !done && max < 4096; max += 16) {
        gaz_arena arena;
        gaz_error err = {0};
        gaz_cli_args args;
        gaz_arena_init(&arena, max);
        gaz_status st = gaz_cli_args_parse(&f->commands, 5, (char *const *)(uintptr_t)words, &arena,
                                           &args, &err);
        done = st == GAZ_OK;
        assert_true(done || st == GAZ_E_NOMEM);
        gaz_arena_release(&arena);
    }
    assert_true(done);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(commands_come_from_the_table),
        TEST(words_of_a_search_are_one_query),
        TEST(flags_stand_anywhere),
        TEST(truths_take_no_word),
        TEST(list_flags_take_words_but_leave_what_is_required),
        TEST(repeated_commands_run_once_for_each_word),
        TEST(options_are_kept_apart),
        TEST(settings_are_flags_too),
        TEST(help_and_version_need_no_words),
        TEST(mistakes_are_explained),
        TEST(no_arguments_are_no_command),
        TEST(failed_allocation_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
