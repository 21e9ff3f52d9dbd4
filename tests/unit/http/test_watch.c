/* Connections are counted per address; loopback is not limited. */
#include "gaz_test.h"

#include <arpa/inet.h>

#include "exchange.h"

static gaz_http http;

static struct sockaddr_in v4(const char *text)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    assert_int_equal(inet_pton(AF_INET, text, &a.sin_addr), 1);
    return a;
}

static struct sockaddr_in6 v6(const char *text)
{
    struct sockaddr_in6 a = {.sin6_family = AF_INET6};
    assert_int_equal(inet_pton(AF_INET6, text, &a.sin6_addr), 1);
    return a;
}

static bool allowed(const void *address)
{
    return gaz_connection_allowed(&http, address);
}

static int setup(void **state)
{
    (void)state;
    http = (gaz_http){.options = {.per_address = 3}};
    pthread_mutex_init(&http.connections_lock, NULL);
    return 0;
}

static void one_address_may_hold_only_so_many_connections(void **state)
{
    (void)state;
    struct sockaddr_in first = v4("192.0.2.1"), second = v4("192.0.2.2");
    struct sockaddr_in6 mapped = v6("::ffff:192.0.2.1"), third = v6("2001:db8::1");
    gaz_connection *held[3];
    for (int i = 0; i < 3; i++) {
        assert_true(allowed(&first));
        held[i] = gaz_connection_new(&http, -1, (struct sockaddr *)&first);
        assert_string_equal(held[i]->peer, "192.0.2.1");
    }
    assert_false(allowed(&first));
    assert_false(allowed(&mapped)); /* the same machine */
    assert_true(allowed(&second));
    assert_true(allowed(&third));
    gaz_connection_free(&http, held[1]);
    assert_true(allowed(&first));
    gaz_connection_free(&http, held[0]);
    gaz_connection_free(&http, held[2]);
    for (size_t i = 0; i < sizeof http.addresses / sizeof http.addresses[0]; i++)
        assert_null(http.addresses[i]);
    assert_null(http.connections);
}

static void loopback_is_not_limited(void **state)
{
    (void)state;
    struct sockaddr_in a = v4("127.0.0.1");
    struct sockaddr_in6 b = v6("::1");
    gaz_connection *held[10];
    for (int i = 0; i < 10; i++) {
        assert_true(allowed(&a));
        assert_true(allowed(&b));
        held[i] =
            gaz_connection_new(&http, -1, i % 2 ? (struct sockaddr *)&a : (struct sockaddr *)&b);
        assert_string_equal(held[i]->peer, i % 2 ? "127.0.0.1" : "::1");
    }
    for (int i = 0; i < 10; i++)
        gaz_connection_free(&http, held[i]);
    assert_null(http.connections);
    gaz_connection_free(&http, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_address_may_hold_only_so_many_connections, setup),
        cmocka_unit_test_setup(loopback_is_not_limited, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
