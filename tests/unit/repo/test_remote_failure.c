/* What git, ssh and curl say, as they said it, and what is made of it. */
#include "gaz_test.h"

#include "remote_failure.h"

static gaz_error err;

typedef struct said {
    const char *errors;
    gaz_status status;
    const char *message, *hint; /* a part of each */
} said;

static const said rows[] = {
    {"No ED25519 host key is known for [h]:22 and you have requested strict checking.\n"
     "Host key verification failed.\nfatal: Could not read from remote repository.\n",
     GAZ_E_REMOTE, "host key is not known (No ED25519 host key", "ssh-keyscan"},
    {"@@@@@@@@@@@@@@@@@@@@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n"
     "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\nHost key verification failed.\n",
     GAZ_E_REMOTE, "another host key than the one in known_hosts (WARNING", "ssh-keygen -R"},
    {"git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.\n",
     GAZ_E_REMOTE, "refuses our key (git@h: Permission denied", "repos.ssh_key"},
    {"error: unable to read askpass response from '/bin/false'\n"
     "fatal: could not read Username for 'https://h': terminal prompts disabled\n",
     GAZ_E_REMOTE, "asks for a password and there is none", "repos.credential_helper"},
    {"remote: HTTP Basic: Access denied\nfatal: Authentication failed for 'https://h/x/'\n",
     GAZ_E_REMOTE, "refuses the user name or password", "token"},
    {"fatal: unable to access 'https://h/x/': The requested URL returned error: 403\n",
     GAZ_E_REMOTE, "the server forbids it", "right to read"},
    {"fatal: unable to access 'https://h/x/': server certificate verification failed. CAfile: none "
     "CRLfile: none\n",
     GAZ_E_REMOTE, "certificate is not trusted", "repos.ca_file"},
    {"fatal: unable to access 'https://h/x/': SSL certificate problem: self-signed certificate\n",
     GAZ_E_REMOTE, "certificate is not trusted", "repos.ca_file"},
    {"fatal: unable to access 'https://h/': Could not resolve host: h\n", GAZ_E_REMOTE,
     "host is not found", "spelling"},
    {"ssh: connect to host h port 22: Connection refused\nfatal: Could not read from remote "
     "repository.\n",
     GAZ_E_REMOTE, "nobody answers there (ssh: connect", "port"},
    {"ssh: connect to host h port 22: Connection timed out\nfatal: Could not read\n", GAZ_E_TIMEOUT,
     "in time", "running"},
    {"fatal: write error: No space left on device\nfatal: early EOF\n", GAZ_E_IO,
     "disk is full (write error", "free some disk space"},
    {"error: RPC failed; curl 18 transfer closed with outstanding read data remaining\n"
     "fatal: early EOF\nfatal: fetch-pack: invalid index-pack output\n",
     GAZ_E_REMOTE, "ended in the middle (early EOF", "tried again"},
    {"ERROR: Repository not found.\nfatal: Could not read from remote repository.\n", GAZ_E_REMOTE,
     "not there (Repository not found.)", "check the URL"},
    {"bash: line 1: git-upload-pack: command not found\n", GAZ_E_REMOTE, "no git to answer with",
     "install git"},
    {"warning: odd\nfatal: something new\nmore\n", GAZ_E_REMOTE, "cloning failed: something new",
     "exit code was 128"},
    {"just this\n", GAZ_E_REMOTE, "cloning failed: just this", "exit code"},
    {"", GAZ_E_REMOTE, "git gave no reason", "exit code"},
};

static void each_complaint_says_what_is_wrong_and_what_to_do(void **state)
{
    (void)state;
    const gaz_source https = {.scheme = GAZ_SCHEME_HTTPS, .host = "h", .port = 443};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gaz_error_clear(&err);
        gaz_status st = gaz_remote_failure("cloning", &https, rows[i].errors, 128, &err);
        if (st != rows[i].status || !strstr(err.message, rows[i].message) ||
            !strstr(err.hint, rows[i].hint))
            fail_msg("%s: %s: %s [%s]", rows[i].errors, gaz_status_name(st), err.message, err.hint);
    }
}

static void what_the_server_itself_says_decides_nothing(void **state)
{
    (void)state;
    const gaz_source ssh = {.scheme = GAZ_SCHEME_SSH, .host = "h", .port = 22};
    gaz_error_clear(&err);
    assert_int_equal(GAZ_E_REMOTE,
                     gaz_remote_failure("cloning", &ssh,
                                        "remote: No space left on device\nfatal: odd\n", 1, &err));
    assert_non_null(strstr(err.message, "odd"));
}

static void over_http_nobody_is_told_to_name_a_helper(void **state)
{
    (void)state;
    const gaz_source http = {.scheme = GAZ_SCHEME_HTTP, .host = "h", .port = 80};
    gaz_error_clear(&err);
    (void)gaz_remote_failure("cloning", &http, "fatal: could not read Username for 'http://h'\n", 1,
                             &err);
    assert_non_null(strstr(err.hint, "use https"));
}

static void credentials_are_hidden_and_long_lines_cut(void **state)
{
    (void)state;
    const gaz_source https = {.scheme = GAZ_SCHEME_HTTPS, .host = "h", .port = 443};
    char text[5000] = "fatal: unable to access 'https://me:hunter2@h/x' and https://tok@h/: ";
    memset(text + strlen(text), 'x', 4000);
    gaz_error_clear(&err);
    (void)gaz_remote_failure("fetching", &https, text, 128, &err);
    assert_null(strstr(err.message, "hunter2"));
    assert_null(strstr(err.message, "tok@"));
    assert_non_null(strstr(err.message, "unable to access"));
    assert_true(strlen(err.message) < 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_complaint_says_what_is_wrong_and_what_to_do),
        cmocka_unit_test(what_the_server_itself_says_decides_nothing),
        cmocka_unit_test(over_http_nobody_is_told_to_name_a_helper),
        cmocka_unit_test(credentials_are_hidden_and_long_lines_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
