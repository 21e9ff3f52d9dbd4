/* git, ssh and curl say what went wrong in their own words, in one locale (LC_ALL=C). A table turns
 * the words into what is wrong and what to do; the first row that applies wins, so rows that say
 * more stand first: a server that hangs up is also why a host key was not accepted. */
#include "remote_failure.h"

#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 200

typedef struct failure {
    const char *contains; /* of a line */
    gaz_status status;
    const char *what, *hint;
} failure;

static const char disk[] = "free some disk space and run it again; nothing half-fetched was kept";
static const char changed_key[] =
    "somebody may stand in between; when the server's key was really replaced, remove the old one "
    "(ssh-keygen -R HOST) and add the new one after checking it";
static const char unknown_key[] =
    "add the server's key to ~/.ssh/known_hosts (or the file of repos.known_hosts), for example "
    "with ssh-keyscan, after checking its fingerprint";
static const char give_key[] =
    "give the server the public half of this machine's ssh key, or name another key in "
    "repos.ssh_key; one with a passphrase needs an ssh-agent";
static const char name_helper[] =
    "name a credential helper in repos.credential_helper, or use an ssh URL; check the URL too: "
    "many servers ask for a password where there is nothing";
static const char look_at_url[] =
    "check the URL; a private repository also looks as if it were not there";
static const char name_ca[] =
    "name the file with its authority's certificate in repos.ca_file, after checking it";
static const char is_it_up[] = "check the host and the port, and that the server is running";
static const char again[] = "it is tried again; what had come was not kept";

static const failure failures[] = {
    {"No space left on device", GAZ_E_IO, "the disk is full", disk},
    {"Disk quota exceeded", GAZ_E_IO, "the disk quota is used up", disk},
    {"REMOTE HOST IDENTIFICATION HAS CHANGED", GAZ_E_REMOTE,
     "the ssh server shows another host key than the one in known_hosts", changed_key},
    {"REVOKED HOST KEY DETECTED", GAZ_E_REMOTE, "the ssh server's host key has been revoked",
     changed_key},
    {"host key is known for", GAZ_E_REMOTE, "the ssh server's host key is not known", unknown_key},
    {"Host key verification failed", GAZ_E_REMOTE, "the ssh server's host key is not accepted",
     unknown_key},
    {"UNPROTECTED PRIVATE KEY FILE", GAZ_E_REMOTE, "ssh does not use a key that others can read",
     "chmod 600 the file of repos.ssh_key"},
    {"Load key", GAZ_E_REMOTE, "the ssh key cannot be used",
     "name the private half of a key in repos.ssh_key, readable for this user"},
    {"Permission denied (", GAZ_E_REMOTE, "the ssh server refuses our key", give_key},
    {"Too many authentication failures", GAZ_E_REMOTE, "the ssh server refuses our keys",
     "name the one key to offer in repos.ssh_key"},
    {"git-upload-pack: ", GAZ_E_REMOTE, "the ssh server has no git to answer with",
     "install git on the server, for non-interactive shells too"},
    {"dubious ownership", GAZ_E_REMOTE, "git does not read another user's repository",
     "add its path instead of a file URL: it is then read in place"},
    {"could not read Username", GAZ_E_REMOTE, "the server asks for a password and there is none",
     name_helper},
    {"could not read Password", GAZ_E_REMOTE, "the server asks for a password and there is none",
     name_helper},
    {"Authentication failed", GAZ_E_REMOTE, "the server refuses the user name or password",
     "put the right ones where repos.credential_helper finds them; many servers want a token in "
     "the place of the password"},
    {"returned error: 401", GAZ_E_REMOTE, "the server refuses the user name or password",
     name_helper},
    {"returned error: 403", GAZ_E_REMOTE, "the server forbids it",
     "ask its operator for the right to read this repository; check which user the credentials "
     "belong to"},
    {"returned error: 404", GAZ_E_REMOTE, "the repository is not there", look_at_url},
    {"returned error: 429", GAZ_E_REMOTE, "the server is asked too often",
     "it is tried again later; raise poll.interval"},
    {"returned error: 30", GAZ_E_REMOTE, "the repository has moved",
     "it has moved, and redirects are not followed; add it by its new URL"},
    {"returned error: 5", GAZ_E_REMOTE, "the server failed", "it is tried again; see its own log"},
    {"server certificate verification failed", GAZ_E_REMOTE,
     "the server's certificate is not trusted", name_ca},
    {"SSL certificate problem", GAZ_E_REMOTE, "the server's certificate is not trusted", name_ca},
    {"certificate subject name", GAZ_E_REMOTE, "the server's certificate is for another host",
     "use the host name the certificate is for"},
    {"does not match target host name", GAZ_E_REMOTE,
     "the server's certificate is for another host", "use the host name the certificate is for"},
    {"certificate verify locations", GAZ_E_REMOTE, "the file of repos.ca_file cannot be used",
     "name a file of certificates in PEM form"},
    {"error reading ca cert", GAZ_E_REMOTE, "the file of repos.ca_file cannot be used",
     "name a file of certificates in PEM form"},
    {"gnutls_handshake() failed", GAZ_E_REMOTE, "the encrypted connection cannot be made",
     "check that the port speaks TLS, and a version of today"},
    {"SSL_connect", GAZ_E_REMOTE, "the encrypted connection cannot be made",
     "check that the port speaks TLS, and a version of today"},
    {"Could not resolve", GAZ_E_REMOTE, "the host is not found",
     "check the spelling, and that this machine can look up names"},
    {"Connection refused", GAZ_E_REMOTE, "nobody answers there", is_it_up},
    {"Couldn't connect to server", GAZ_E_REMOTE, "nobody answers there", is_it_up},
    {"No route to host", GAZ_E_REMOTE, "there is no way to the host", is_it_up},
    {"Network is unreachable", GAZ_E_REMOTE, "there is no way to the host", is_it_up},
    {"timed out", GAZ_E_TIMEOUT, "the server does not answer in time", is_it_up},
    {"Operation too slow", GAZ_E_TIMEOUT, "the server sends next to nothing", again},
    {"does not appear to be a git repository", GAZ_E_REMOTE, "the repository is not there",
     look_at_url},
    {"not found", GAZ_E_REMOTE, "the repository is not there", look_at_url},
    {"early EOF", GAZ_E_REMOTE, "the connection ended in the middle", again},
    {"unexpected disconnect", GAZ_E_REMOTE, "the connection ended in the middle", again},
    {"RPC failed", GAZ_E_REMOTE, "the connection ended in the middle", again},
    {"Empty reply from server", GAZ_E_REMOTE, "the server hung up without a word", again},
    {"hung up unexpectedly", GAZ_E_REMOTE, "the connection ended in the middle", again},
    {"Connection reset", GAZ_E_REMOTE, "the connection ended in the middle", again},
    {"Connection closed", GAZ_E_REMOTE, "the connection ended in the middle", again},
    {"kex_exchange_identification", GAZ_E_REMOTE, "the server ended the connection at once",
     is_it_up},
    {"invalid index-pack output", GAZ_E_REMOTE, "the connection ended in the middle", again},
};

/* Hides what stands between "://" and '@'. */
static void hide_user(char *text)
{
    for (char *p = strstr(text, "://"); p; p = strstr(p + 3, "://")) {
        size_t n = strcspn(p + 3, "/ '\"");
        char *at = memrchr(p + 3, '@', n);
        if (at)
            memset(p + 3, '*', (size_t)(at - (p + 3)));
    }
}

/* What says little by itself: who speaks. */
static const char *without_speaker(const char *line)
{
    static const char *const speakers[] = {"ERROR: ", "fatal: ", "error: "};
    for (size_t i = 0; i < sizeof speakers / sizeof speakers[0]; i++)
        if (strncmp(line, speakers[i], strlen(speakers[i])) == 0)
            return line + strlen(speakers[i]);
    return line;
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : line + strlen(line);
}

static const char *find_line(const char *errors, const char *words)
{
    for (const char *line = errors; *line; line = next_line(line)) {
        size_t len = strcspn(line, "\n");
        if (strncmp(line, "remote: ", 8) != 0 && memmem(line, len, words, strlen(words)))
            return line;
    }
    return NULL;
}

/* The line that says most when no row applies: the first of a kind that complains, else the last.
 */
static const char *best_line(const char *errors)
{
    static const char *const starts[] = {"ERROR: ", "fatal: ", "error: "};
    const char *last = errors;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        for (const char *line = errors; *line; line = next_line(line))
            if (strncmp(line, starts[i], strlen(starts[i])) == 0)
                return line;
    for (const char *line = errors; *line; line = next_line(line))
        last = line;
    return last;
}

static void copy_line(const char *line, char out[LINE_MAX_BYTES])
{
    line = without_speaker(line);
    snprintf(out, LINE_MAX_BYTES, "%.*s", (int)strcspn(line, "\n"), line);
    size_t len = strlen(out);
    while (len && (out[len - 1] == ' ' || out[len - 1] == '@'))
        out[--len] = '\0';
    hide_user(out);
}

gaz_status gaz_remote_failure(const char *doing, const gaz_source *source, const char *errors,
                              int code, gaz_error *err)
{
    char said[LINE_MAX_BYTES];
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        const failure *f = &failures[i];
        const char *line = find_line(errors, f->contains);
        if (!line)
            continue;
        copy_line(line, said);
        gaz_error_set(err, f->status, "%s failed: %s (%s)", doing, f->what,
                      said + strspn(said, "@ "));
        if (f->hint == name_helper && source->scheme == GAZ_SCHEME_HTTP)
            gaz_error_hint(err, "use https: credentials are not sent without encryption");
        gaz_error_hint(err, "%s", f->hint);
        return f->status;
    }
    copy_line(best_line(errors), said);
    gaz_error_set(err, GAZ_E_REMOTE, "%s failed: %s%s", doing, said,
                  said[0] ? "" : "git gave no reason");
    gaz_error_hint(err, "git's exit code was %d", code);
    return GAZ_E_REMOTE;
}
