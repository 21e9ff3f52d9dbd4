/* What is known here of jobs: how far they are, how they ended, and for how long. */
#include "run_support.h"

#include "job_list.h"

static void end_well(job_list *list, int64_t id)
{
    const gaz_error none = {0};
    const gaz_run_result result = {.generation = (uint64_t)id};
    job_list_end(list, id, GAZ_OK, &none, &result);
}

static void a_job_is_known_from_its_beginning_to_its_end(void **state)
{
    (void)state;
    job_list list;
    job_view view;
    gaz_error why = {0};
    const gaz_run_result result = {.generation = 7};
    job_list_init(&list);
    assert_false(job_list_get(&list, 1, &view));
    job_list_begin(&list, 1);
    assert_true(job_list_get(&list, 1, &view));
    assert_false(view.ended);
    assert_true(view.progress.seconds_left < 0);
    job_list_progress(&list, 1, &(gaz_progress){.phase = GAZ_PHASE_TEXT, .files_done = 3});
    assert_true(job_list_get(&list, 1, &view));
    assert_int_equal(view.progress.files_done, 3);
    (void)gaz_error_set(&why, GAZ_E_IO, "the disk is full");
    job_list_end(&list, 1, GAZ_E_IO, &why, &result);
    assert_true(job_list_get(&list, 1, &view));
    assert_true(view.ended);
    assert_int_equal(view.status, GAZ_E_IO);
    assert_string_equal(view.error.message, "the disk is full");
    assert_int_equal(view.result.generation, 7);
    assert_int_equal(view.progress.phase, GAZ_PHASE_ENDED);
    job_list_begin(&list, 1); /* again, as after a restart */
    assert_true(job_list_get(&list, 1, &view));
    assert_false(view.ended);
    assert_int_equal(view.result.generation, 0);
    job_list_progress(&list, 2, &view.progress); /* of somebody else's */
    end_well(&list, 2);
    assert_false(job_list_get(&list, 2, &view));
    job_list_release(&list);
}

static void the_oldest_that_have_ended_are_forgotten(void **state)
{
    (void)state;
    job_list list;
    job_view view;
    unsigned known = 0;
    job_list_init(&list);
    job_list_begin(&list, 1); /* goes on all the time */
    for (int64_t id = 2; id <= 2000; id++) {
        job_list_begin(&list, id);
        end_well(&list, id);
    }
    for (int64_t id = 1; id <= 2000; id++)
        known += job_list_get(&list, id, &view);
    assert_in_range(known, 250, 260);
    assert_true(job_list_get(&list, 1, &view));
    assert_true(job_list_get(&list, 2000, &view));
    assert_int_equal(view.result.generation, 2000);
    assert_false(job_list_get(&list, 2, &view));
    job_list_release(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_known_from_its_beginning_to_its_end),
        cmocka_unit_test(the_oldest_that_have_ended_are_forgotten),
    };
    return cmocka_run_group_tests_name("job_list", tests, NULL, NULL);
}
